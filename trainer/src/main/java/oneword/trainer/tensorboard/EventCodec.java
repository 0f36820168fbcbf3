package oneword.trainer.tensorboard;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The few of TensorFlow's protocol buffer messages that TensorBoard needs, field numbers in front.
 *
 * <pre>
 * Event             1 wall_time:double (seconds since 1970)  2 step:int64  3 file_version:string | 5 summary:Summary
 * Summary           1 value:Value (repeated)
 * Value             1 tag:string  2 simple_value:float | 8 tensor:TensorProto  9 metadata:SummaryMetadata
 * TensorProto       1 dtype:enum (7 = DT_STRING)  2 tensor_shape:TensorShapeProto  8 string_val:bytes (repeated)
 * TensorShapeProto  2 dim:Dim (repeated)
 * Dim               1 size:int64
 * SummaryMetadata   1 plugin_data:PluginData  4 data_class:enum (2 = DATA_CLASS_TENSOR)
 * PluginData        1 plugin_name:string
 * </pre>
 *
 * <p>Fields stand in the order of their numbers and a step of 0 is left out, as protobuf's own encoders do. Source:
 * tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto.
 */
final class EventCodec {

    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;
    private static final int TENSOR_DTYPE = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int TENSOR_STRING = 8;
    private static final int SHAPE_DIM = 2;
    private static final int DIM_SIZE = 1;
    private static final int METADATA_PLUGIN = 1;
    private static final int METADATA_CLASS = 4;
    private static final int PLUGIN_NAME = 1;
    private static final int DT_STRING = 7;
    private static final int DATA_CLASS_TENSOR = 2;

    /** Writes the fields of one message. */
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private EventCodec() {}

    /** The event that opens every file. */
    static byte[] fileVersion(double wallTime) throws IOException {
        return event(wallTime, 0, out -> out.writeString(FILE_VERSION, "brain.Event:2"));
    }

    /** One number of one series. */
    static byte[] scalar(double wallTime, long step, String tag, float value) throws IOException {
        byte[] entry = message(out -> {
            out.writeString(VALUE_TAG, tag);
            out.writeFloat(VALUE_SIMPLE, value);
        });
        byte[] summary = message(out -> out.writeByteArray(SUMMARY_VALUE, entry));
        return event(wallTime, step, out -> out.writeByteArray(SUMMARY, summary));
    }

    /** One text of one series: a string tensor of shape [1] that belongs to the plugin {@code text}. */
    static byte[] text(double wallTime, long step, String tag, String markdown) throws IOException {
        byte[] dim = message(out -> out.writeInt64(DIM_SIZE, 1));
        byte[] shape = message(out -> out.writeByteArray(SHAPE_DIM, dim));
        byte[] tensor = message(out -> {
            out.writeEnum(TENSOR_DTYPE, DT_STRING);
            out.writeByteArray(TENSOR_SHAPE, shape);
            out.writeByteArray(TENSOR_STRING, markdown.getBytes(StandardCharsets.UTF_8));
        });
        byte[] plugin = message(out -> out.writeString(PLUGIN_NAME, "text"));
        byte[] metadata = message(out -> {
            out.writeByteArray(METADATA_PLUGIN, plugin);
            out.writeEnum(METADATA_CLASS, DATA_CLASS_TENSOR);
        });
        byte[] entry = message(out -> {
            out.writeString(VALUE_TAG, tag);
            out.writeByteArray(VALUE_TENSOR, tensor);
            out.writeByteArray(VALUE_METADATA, metadata);
        });
        byte[] summary = message(out -> out.writeByteArray(SUMMARY_VALUE, entry));
        return event(wallTime, step, out -> out.writeByteArray(SUMMARY, summary));
    }

    /** Whether an event carries data, as all but the opening one do. */
    static boolean hasSummary(byte[] event) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(event);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == SUMMARY) {
                return true;
            }
            in.skipField(tag);
        }
        return false;
    }

    /** The step of an event, 0 where it names none. */
    static long step(byte[] event) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(event);
        long step = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == STEP) {
                step = in.readInt64();
            } else {
                in.skipField(tag);
            }
        }
        return step;
    }

    private static byte[] event(double wallTime, long step, Fields what) throws IOException {
        return message(out -> {
            out.writeDouble(WALL_TIME, wallTime);
            if (step != 0) {
                out.writeInt64(STEP, step);
            }
            what.writeTo(out);
        });
    }

    private static byte[] message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }
}
