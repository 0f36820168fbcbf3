package oneword.data.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Deals the rows of one epoch to batches. Within a group, batches are numbered from 0 as they are opened.
 *
 * <p>"The earliest batch that can take a row" is found without looking through them all. Full batches are skipped by a
 * disjoint-set forest: {@code next[b]} leads past b once it is full. Batches that hold a text are skipped by another,
 * kept sparsely: the entry (text, b) leads past b. A batch only ever fills up, and only ever gains texts, so an entry
 * once made stays right, and paths are compressed as they are walked.
 */
final class Placement {

    /** Texts of a row. */
    static final int TEXTS = 3;
    /** How often a row is turned away before it goes behind all batches that hold one of its texts. */
    static final int PROBES = 32;

    private final int batchSize;
    private final int[] groupOf;
    private final int[] texts;
    private final Group[] groups;
    private final int[] lastBatch;
    private final LongIntMap occupied = new LongIntMap();
    private final int[] batchOf;
    private int batchCount;

    Placement(int batchSize, int[] groupOf, int groupCount, int[] texts, int textCount) {
        this.batchSize = batchSize;
        this.groupOf = groupOf;
        this.texts = texts;
        groups = new Group[groupCount];
        lastBatch = new int[textCount];
        Arrays.fill(lastBatch, -1);
        batchOf = new int[groupOf.length];
    }

    /** The batches of one group. */
    private static final class Group {
        private int[] next = new int[4];
        private int[] size = new int[4];
        private int[] id = new int[4];
        private int opened;

        /** The first batch from b on that is not full; perhaps one that is not open yet. */
        int notFull(int b) {
            int found = b;
            while (found < opened && next[found] != found) {
                int beyond = next[found];
                if (beyond < opened) {
                    next[found] = next[beyond];
                }
                found = beyond;
            }
            return found;
        }

        void open(int batchId) {
            if (opened == next.length) {
                next = Arrays.copyOf(next, 2 * opened);
                size = Arrays.copyOf(size, 2 * opened);
                id = Arrays.copyOf(id, 2 * opened);
            }
            next[opened] = opened;
            id[opened] = batchId;
            opened++;
        }
    }

    /** Deals the next row. */
    void place(int row) {
        Group group = groups[groupOf[row]];
        if (group == null) {
            group = new Group();
            groups[groupOf[row]] = group;
        }
        int batch = find(group, row);
        if (batch == group.opened) {
            group.open(batchCount++);
        }
        batchOf[row] = group.id[batch];
        if (++group.size[batch] == batchSize) {
            group.next[batch] = batch + 1;
        }
        for (int i = TEXTS * row; i < TEXTS * (row + 1); i++) {
            if (texts[i] >= 0) {
                lastBatch[texts[i]] = Math.max(lastBatch[texts[i]], batch);
                occupied.put(key(texts[i], batch), batch + 1);
            }
        }
    }

    private int find(Group group, int row) {
        int batch = group.notFull(0);
        for (int probe = 0; probe < PROBES; probe++) {
            int free = batch;
            for (int i = TEXTS * row; i < TEXTS * (row + 1); i++) {
                if (texts[i] >= 0) {
                    free = without(group, texts[i], free);
                }
            }
            if (free == batch) {
                return batch;
            }
            batch = free;
        }
        int behind = 0;
        for (int i = TEXTS * row; i < TEXTS * (row + 1); i++) {
            if (texts[i] >= 0) {
                behind = Math.max(behind, lastBatch[texts[i]] + 1);
            }
        }
        return group.notFull(behind);
    }

    /** The first batch from a given one on that is not full and does not hold the text. */
    private int without(Group group, int text, int from) {
        int found = group.notFull(from);
        for (int beyond = occupied.get(key(text, found)); beyond >= 0; beyond = occupied.get(key(text, found))) {
            found = group.notFull(beyond);
        }
        int walked = group.notFull(from);
        while (walked != found) {
            int beyond = occupied.get(key(text, walked));
            occupied.put(key(text, walked), found);
            walked = group.notFull(beyond);
        }
        return found;
    }

    private static long key(int text, int batch) {
        return (long) text << Integer.SIZE | batch;
    }

    /**
     * The batches, in the order in which they were opened.
     *
     * @param order the rows in the order in which they were dealt
     */
    List<int[]> batches(int[] order) {
        int[] sizes = new int[batchCount];
        for (int batch : batchOf) {
            sizes[batch]++;
        }
        List<int[]> batches = new ArrayList<>(batchCount);
        for (int size : sizes) {
            batches.add(new int[size]);
        }
        int[] filled = new int[batchCount];
        for (int row : order) {
            int batch = batchOf[row];
            batches.get(batch)[filled[batch]++] = row;
        }
        return List.copyOf(batches);
    }
}
