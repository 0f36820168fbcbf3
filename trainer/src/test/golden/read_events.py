"""TensorBoard's own word on event files.

    python read_events.py write FILE     writes the golden file of EventWriterTest with tensorboard's classes
    python read_events.py read FOLDER    prints what TensorBoard's EventAccumulator sees in a run folder

Run with tensorboard 2.21 installed. FILE is trainer/src/test/resources/oneword/trainer/tensorboard/golden.tfevents.
"""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.record_writer import RecordWriter

START = 1_700_000_000.25


def scalar(step, tag, value):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(wall_time=START + step, step=step, summary=summary)


def text(step, tag, markdown):
    tensor = TensorProto(
        dtype="DT_STRING",
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        string_val=[markdown.encode()],
    )
    metadata = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name="text"), data_class=DATA_CLASS_TENSOR
    )
    summary = Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])
    return Event(wall_time=START, step=step, summary=summary)


def write(path):
    with open(path, "wb") as file:
        records = RecordWriter(file)
        for event in [
            Event(wall_time=START, file_version="brain.Event:2"),
            text(0, "config", "# run\n\nü `x`"),
            scalar(0, "eval/STSBenchmark-dev", 61.25),
            scalar(1, "train/loss", 2.75),
            scalar(1, "train/learning_rate", 0.0),
            scalar(2, "train/loss", float("nan")),
            scalar(300, "train/loss", -1e-30),
            scalar(1 << 40, "train/loss", 0.1),
        ]:
            records.write(event.SerializeToString())
        records.flush()


def read(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    print("files version", events.file_version)
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            print(tag, event.step, repr(event.value), repr(event.wall_time))
    for tag in events.Tags()["tensors"]:
        plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
        for event in events.Tensors(tag):
            print(tag, event.step, plugin, list(event.tensor_proto.string_val))


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](sys.argv[2])
