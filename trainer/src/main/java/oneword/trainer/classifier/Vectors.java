package oneword.trainer.classifier;

/**
 * Products of rows of floats, four at a time so that one row is read once for all four. A result does not depend on
 * which of the rows are taken together.
 */
final class Vectors {

    private Vectors() {}

    /** The dot product of the first {@code n} elements, summed in the order of {@link #dot4}. */
    static float dot(float[] a, float[] b, int n) {
        float s0 = 0;
        float s1 = 0;
        int i = 0;
        for (; i + 1 < n; i += 2) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
        }
        if (i < n) {
            s0 += a[i] * b[i];
        }
        return s0 + s1;
    }

    /** The dot products of one row with four others, over the first {@code n} elements. */
    static void dot4(float[] row, float[] a, float[] b, float[] c, float[] d, int n, float[] into) {
        float a0 = 0;
        float a1 = 0;
        float b0 = 0;
        float b1 = 0;
        float c0 = 0;
        float c1 = 0;
        float d0 = 0;
        float d1 = 0;
        int i = 0;
        for (; i + 1 < n; i += 2) {
            float x = row[i];
            float y = row[i + 1];
            a0 += x * a[i];
            a1 += y * a[i + 1];
            b0 += x * b[i];
            b1 += y * b[i + 1];
            c0 += x * c[i];
            c1 += y * c[i + 1];
            d0 += x * d[i];
            d1 += y * d[i + 1];
        }
        if (i < n) {
            a0 += row[i] * a[i];
            b0 += row[i] * b[i];
            c0 += row[i] * c[i];
            d0 += row[i] * d[i];
        }
        into[0] = a0 + a1;
        into[1] = b0 + b1;
        into[2] = c0 + c1;
        into[3] = d0 + d1;
    }

    /** Adds a multiple of a row to the first {@code n} elements of a sum. */
    static void add(float[] sum, float e, float[] row, int n) {
        for (int i = 0; i < n; i++) {
            sum[i] += e * row[i];
        }
    }

    /** Adds multiples of four rows to the first {@code n} elements of a sum; {@code e} holds them from {@code at}. */
    static void add4(float[] sum, float[] e, int at, float[] a, float[] b, float[] c, float[] d, int n) {
        float ea = e[at];
        float eb = e[at + 1];
        float ec = e[at + 2];
        float ed = e[at + 3];
        for (int i = 0; i < n; i++) {
            sum[i] += ea * a[i] + eb * b[i] + (ec * c[i] + ed * d[i]);
        }
    }
}
