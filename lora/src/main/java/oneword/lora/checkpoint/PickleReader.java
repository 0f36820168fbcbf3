package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oneword.lora.checkpoint.PickleValue.PyDict;
import oneword.lora.checkpoint.PickleValue.PyList;
import oneword.lora.checkpoint.PickleValue.PyTuple;
import oneword.lora.checkpoint.PickleValue.Storage;

/**
 * Reads the pickles that {@code torch.save} writes for a state dict, and refuses all others.
 *
 * <p>A pickle is a program for a stack machine. Of its opcodes only those are known that Python's pickler (protocols
 * 2 to 5) emits for dicts, lists, tuples, strings, numbers, None, imports, {@code REDUCE}, {@code BUILD} and
 * persistent ids; imports only those of {@link TorchImport}. No opcode can reach any code but this class's:
 * <ul>
 * <li>{@code REDUCE} makes an empty OrderedDict, a tensor out of a storage, a parameter (its tensor), or a
 * torch.Size;
 * <li>{@code BUILD} puts attributes on a dict (torch's {@code _metadata}), which are dropped;
 * <li>a persistent id is {@code ('storage', class, key, device, elements[, None])} and names a {@link Storage}.
 * </ul>
 * A pickle may not make more than {@link #MAX_VALUES} values or nest marks deeper
 * than {@link #MAX_MARKS}; values are shared, never copied, and never walked recursively.
 */
final class PickleReader {
    private static final int MAX_VALUES = 1_000_000;
    private static final int MAX_MARKS = 256;
    private static final int MAX_LINE = 256;

    private final Path file;
    private final ByteBuffer in;
    private final Map<String, Storage> storages;
    private final Map<Integer, Object> memo = new HashMap<>();
    private final Deque<List<Object>> below = new ArrayDeque<>();
    private List<Object> stack = new ArrayList<>();
    private int left = MAX_VALUES;

    private PickleReader(Path file, ByteBuffer in, Map<String, Storage> storages) {
        this.file = file;
        this.in = in;
        this.storages = storages;
    }

    /**
     * Reads one pickle from the buffer's position, and leaves the position behind it.
     *
     * @param file for messages
     * @param in the pickle and what follows it
     * @param storages receives the storages that the pickle names, by key
     * @return the value
     * @throws BufferUnderflowException if the pickle goes on behind the buffer's end
     */
    static Object read(Path file, ByteBuffer in, Map<String, Storage> storages) {
        return new PickleReader(file, in.order(ByteOrder.LITTLE_ENDIAN), storages).run();
    }

    private Object run() {
        if (next() != 0x80) {
            throw refuse("it does not begin with a protocol of 2 or later");
        }
        int protocol = next();
        if (protocol < 2 || protocol > 5) {
            throw refuse("protocol " + protocol + ", expected 2 to 5");
        }
        int opcode = next();
        while (opcode != '.') {
            if (!pushConstant(opcode) && !pushNumber(opcode) && !container(opcode) && !remember(opcode)) {
                call(opcode);
            }
            opcode = next();
        }
        Object value = pop();
        if (!stack.isEmpty() || !below.isEmpty()) {
            throw refuse("it stops with values left over");
        }
        return value;
    }

    private boolean pushConstant(int opcode) {
        switch (opcode) {
            case 'N' -> push(PickleValue.NONE);
            case 0x88 -> push(Boolean.TRUE);
            case 0x89 -> push(Boolean.FALSE);
            case ')' -> push(new PyTuple(List.of()));
            case ']' -> push(new PyList());
            case '}' -> push(new PyDict());
            case 'X' -> push(text(in.getInt() & 0xFFFFFFFFL));
            case 0x8c -> push(text(next()));
            case 0x8d -> push(text(in.getLong()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean pushNumber(int opcode) {
        switch (opcode) {
            case 'K' -> push((long) next());
            case 'M' -> push((long) (in.getShort() & 0xFFFF));
            case 'J' -> push((long) in.getInt());
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 0x8a -> push(wholeNumber(next()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case '(' -> mark();
            case 't' -> push(new PyTuple(popToMark()));
            case 0x85, 0x86, 0x87 -> push(new PyTuple(pop(opcode - 0x84)));
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 's' -> setItems(pop(2));
            case 'u' -> setItems(popToMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean remember(int opcode) {
        switch (opcode) {
            case 'q' -> memoize(next());
            case 'r' -> memoize(in.getInt());
            case 0x94 -> memoize(memo.size());
            case 'h' -> recall(next());
            case 'j' -> recall(in.getInt());
            case 0x95 -> in.getLong();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void call(int opcode) {
        switch (opcode) {
            case 'c' -> push(imported(line(), line()));
            case 0x93 -> {
                String name = pop(String.class, "the name of an import");
                push(imported(pop(String.class, "the module of an import"), name));
            }
            case 'R' -> {
                PyTuple arguments = pop(PyTuple.class, "the arguments of a call");
                push(reduce(pop(TorchImport.class, "what is called"), arguments.items()));
            }
            case 'b' -> {
                pop(PyDict.class, "the attributes of an object");
                if (!(top() instanceof PyDict)) {
                    throw refuse("attributes are put on " + PickleValue.describe(top()));
                }
            }
            case 'Q' -> push(storage(pop(PyTuple.class, "a persistent id").items()));
            default -> throw refuse(String.format("opcode 0x%02x is not one that torch writes for weights", opcode));
        }
    }

    private Object reduce(TorchImport called, List<Object> arguments) {
        return switch (called) {
            case ORDERED_DICT -> {
                requireCount(called, arguments, 0, 0);
                yield new PyDict();
            }
            case SIZE -> {
                requireCount(called, arguments, 1, 1);
                yield argument(called, arguments, 0, PyTuple.class);
            }
            case REBUILD_PARAMETER -> {
                requireCount(called, arguments, 3, 3);
                yield argument(called, arguments, 0, PickleValue.Tensor.class);
            }
            case REBUILD_TENSOR -> tensor(called, arguments);
            default -> throw refuse(called + " is called");
        };
    }

    private PickleValue.Tensor tensor(TorchImport called, List<Object> arguments) {
        requireCount(called, arguments, 6, 7);
        if (arguments.size() == 7 && arguments.get(6) instanceof PyDict metadata && !metadata.entries().isEmpty()) {
            throw refuse("a tensor has metadata (a conjugate or negative view)");
        }
        return new PickleValue.Tensor(argument(called, arguments, 0, Storage.class),
                argument(called, arguments, 1, Long.class),
                numbers(argument(called, arguments, 2, PyTuple.class)),
                numbers(argument(called, arguments, 3, PyTuple.class)));
    }

    private long[] numbers(PyTuple tuple) {
        spend(tuple.items().size());
        long[] numbers = new long[tuple.items().size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(tuple.items().get(i) instanceof Long number)) {
                throw refuse("a shape or stride holds " + PickleValue.describe(tuple.items().get(i)));
            }
            numbers[i] = number;
        }
        return numbers;
    }

    private Storage storage(List<Object> id) {
        boolean known = id.size() >= 5 && id.size() <= 6 && "storage".equals(id.get(0))
                && id.get(1) instanceof TorchImport kind && kind.elements().isPresent()
                && id.get(2) instanceof String && id.get(3) instanceof String && id.get(4) instanceof Long;
        if (!known || id.size() == 6 && id.get(5) != PickleValue.NONE) {
            throw refuse("a persistent id is not ('storage', class, key, device, elements), or is a view of another");
        }
        DType dtype = ((TorchImport) id.get(1)).elements().orElseThrow();
        Storage storage = new Storage((String) id.get(2), dtype, (Long) id.get(4));
        if (TensorInfo.byteLength(dtype, new long[] {storage.elements()}) < 0) {
            throw refuse("storage " + quote(storage.key()) + " has " + storage.elements() + " elements");
        }
        Storage before = storages.putIfAbsent(storage.key(), storage);
        if (before != null && !before.equals(storage)) {
            throw refuse("storage " + quote(storage.key()) + " is " + before.dtype() + "[" + before.elements()
                    + "] in one place and " + dtype + "[" + storage.elements() + "] in another");
        }
        return before == null ? storage : before;
    }

    private TorchImport imported(String module, String name) {
        return TorchImport.named(module, name).orElseThrow(() -> new WeightFileException(file, "the pickle imports "
                + quote(module + "." + name) + ", which weights do not need; nothing of it was run",
                "if you trust the file, save its state dict alone as safetensors with Python"));
    }

    private void requireCount(TorchImport called, List<Object> arguments, int least, int most) {
        if (arguments.size() < least || arguments.size() > most) {
            throw refuse(called + " is called with " + arguments.size() + " arguments");
        }
    }

    private <T> T argument(TorchImport called, List<Object> arguments, int index, Class<T> type) {
        if (!type.isInstance(arguments.get(index))) {
            throw refuse("argument " + index + " of " + called + " is " + PickleValue.describe(arguments.get(index)));
        }
        return type.cast(arguments.get(index));
    }

    private void mark() {
        if (below.size() == MAX_MARKS) {
            throw refuse("marks are nested deeper than " + MAX_MARKS);
        }
        below.push(stack);
        stack = new ArrayList<>();
    }

    private List<Object> popToMark() {
        if (below.isEmpty()) {
            throw refuse("a mark is missing");
        }
        List<Object> items = stack;
        stack = below.pop();
        return items;
    }

    private void append(List<Object> items) {
        if (!(top() instanceof PyList list)) {
            throw refuse("values are appended to " + PickleValue.describe(top()));
        }
        list.items().addAll(items);
    }

    private void setItems(List<Object> items) {
        if (!(top() instanceof PyDict dict) || items.size() % 2 != 0) {
            throw refuse(items.size() + " keys and values are put into " + PickleValue.describe(top()));
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String || key instanceof Long)) {
                throw refuse("a dict has " + PickleValue.describe(key) + " as a key");
            }
            if (dict.entries().put(key, items.get(i + 1)) != null) {
                throw refuse("a dict has the key " + quote(key.toString()) + " twice");
            }
        }
    }

    private void memoize(int index) {
        spend(1);
        memo.put(index, top());
    }

    private void recall(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw refuse("memo " + Integer.toUnsignedString(index) + " is read before it is written");
        }
        push(value);
    }

    private Object top() {
        if (stack.isEmpty()) {
            throw refuse("its stack is empty");
        }
        return stack.get(stack.size() - 1);
    }

    private void push(Object value) {
        spend(1);
        stack.add(value);
    }

    private void spend(int values) {
        left -= values;
        if (left < 0) {
            throw refuse("it makes more than " + MAX_VALUES + " values");
        }
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Object> pop(int count) {
        if (stack.size() < count) {
            throw refuse("its stack is empty");
        }
        List<Object> tail = stack.subList(stack.size() - count, stack.size());
        List<Object> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    private <T> T pop(Class<T> type, String what) {
        Object value = pop();
        if (!type.isInstance(value)) {
            throw refuse(what + " is " + PickleValue.describe(value));
        }
        return type.cast(value);
    }

    private int next() {
        return in.get() & 0xFF;
    }

    private Object wholeNumber(int bytes) {
        byte[] littleEndian = take(bytes);
        byte[] bigEndian = new byte[bytes + 1];
        for (int i = 0; i < bytes; i++) {
            bigEndian[bytes - i] = littleEndian[i];
        }
        bigEndian[0] = (byte) (bytes > 0 && littleEndian[bytes - 1] < 0 ? -1 : 0);
        BigInteger number = new BigInteger(bigEndian);
        if (number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        return number;
    }

    private String text(long bytes) {
        return decode(take(bytes));
    }

    private String line() {
        int start = in.position();
        while (next() != '\n') {
            if (in.position() - start > MAX_LINE) {
                throw refuse("the name of an import is longer than " + MAX_LINE + " bytes");
            }
        }
        int length = in.position() - start - 1;
        in.position(start);
        byte[] line = take(length);
        in.get();
        return decode(line);
    }

    private byte[] take(long count) {
        if (count < 0 || count > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) count];
        in.get(bytes);
        return bytes;
    }

    private String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new WeightFileException(file, "a string of the pickle is not UTF-8", TorchPickleFile.DAMAGED, e);
        }
    }

    private WeightFileException refuse(String problem) {
        return new WeightFileException(file, "the pickle is not one of weights: " + problem + " (before its byte "
                + in.position() + ")", TorchPickleFile.DAMAGED);
    }
}
