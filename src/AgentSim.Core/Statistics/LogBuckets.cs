using System.Runtime.CompilerServices;

namespace AgentSim.Statistics;

/// <summary>
/// The logarithmic buckets of streamed distributions (behaviour 06#3.2): bucket of v = ceil(ln(v) * inv).
/// A logarithm per sample would dominate the bookkeeping, so buckets are looked up: every power of two is divided into 1024 equal cells,
/// each narrower than a bucket, so at most one bucket edge lies in a cell. Values too near an edge for the computed
/// edge to be trusted go through the formula itself, which makes the answer the formula's in every case.
/// </summary>
internal static class LogBuckets
{
    private const double Excess = 2.0 * 0.001 / (1.0 - 0.001);
    private const double Gamma = 1.0 + Excess;
    private const double Center = 2.0 / (1.0 + Gamma);

    /// <summary>Distance of neighbouring representatives, relative.</summary>
    public const double Width = Excess;

    /// <summary>How far values may be from each other to count as near, relative; more than the rounding of a clock, for most
    /// clocks.</summary>
    public const double Spread = 1.01e-7;

    /// <summary>The key of values below <see cref="SmallestIndexable"/>.</summary>
    public const int ZeroKey = int.MinValue;

    public const double SmallestIndexable = 2.229528460826535e-308;

    // ln(1 + Excess), correctly rounded: the platform has no log1p.
    private const double LnGamma = 0.0020000006666670666;
    private const double Inv = 1.0 / LnGamma;
    private const double Step = 1.0 / Inv;

    private const int CellBits = 10;
    private const int CellShift = 52 - CellBits;

    // An edge computed by exp, or a key by log, is off by less than 1e-13 relative over the whole range of double.
    private const double Doubt = 1e-12;

    /// <summary>How far from an edge of a bucket, relative, a value's side of it says what its key is.</summary>
    public const double Near = 2 * Doubt;

    private static readonly Cell[]?[] Octaves = new Cell[]?[2048];   // by biased exponent; filled on first use, by whichever thread

    // Values of the cell up to the edge have the key, those above it the next one.
    private readonly record struct Cell(double Edge, int Key);

    /// <summary>Bucket of a finite value that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KeyOf(double value)
    {
        if (value < SmallestIndexable) return ZeroKey;
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        Cell[] octave = Octaves[bits >> 52] ?? AddOctave((int)(bits >> 52));
        ref readonly Cell cell = ref octave[(int)(bits >> CellShift) & ((1 << CellBits) - 1)];
        double edge = cell.Edge;
        if (Math.Abs(value - edge) <= edge * Doubt) return Formula(value);
        return cell.Key + (value > edge ? 1 : 0);
    }

    /// <summary>
    /// The bucket of a value and of all values within <see cref="Spread"/> of it; false when an edge is so near that they may
    /// fall on both sides of it.
    /// </summary>
    public static bool TryKeyOfAllNear(double value, out int key)
    {
        key = 0;
        if (!(value > 2 * SmallestIndexable) || !double.IsFinite(value)) return false;
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        Cell[] octave = Octaves[bits >> 52] ?? AddOctave((int)(bits >> 52));
        ref readonly Cell cell = ref octave[(int)(bits >> CellShift) & ((1 << CellBits) - 1)];
        double edge = cell.Edge, doubt = edge * (Spread + Doubt);
        // The edge of a cell is the first above its start. The one after it is further away than a cell is wide.
        if (Math.Abs(value - edge) <= doubt || (value < edge && value - (edge / Gamma) <= doubt)) return false;
        key = cell.Key + (value > edge ? 1 : 0);
        return true;
    }

    /// <summary>
    /// The first edge of a bucket above a value, which is no less than <see cref="SmallestIndexable"/>, or the edge that it is near to.
    /// Values are on the side of an edge that their keys say, unless they are within <see cref="Near"/> of it, relative.
    /// </summary>
    public static double EdgeAbove(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        Cell[] octave = Octaves[bits >> 52] ?? AddOctave((int)(bits >> 52));
        double edge = octave[(int)(bits >> CellShift) & ((1 << CellBits) - 1)].Edge;
        return value > edge * (1.0 + Near) ? edge * Gamma : edge;
    }

    /// <summary>The definition <see cref="KeyOf"/> follows, for values that are not below <see cref="SmallestIndexable"/>.</summary>
    public static int Formula(double value) => (int)Math.Ceiling(Math.Log(value) * Inv);

    /// <summary>The value reported for every sample of a bucket.</summary>
    public static double Representative(int key) => key == ZeroKey ? 0.0 : Math.Exp(key * Step) * Center;

    private static Cell[] AddOctave(int exponent)
    {
        var cells = new Cell[1 << CellBits];
        double start = BitConverter.UInt64BitsToDouble((ulong)exponent << 52);
        int key = (int)Math.Floor(Math.Log(start) * Inv) - 1;
        double edge = Math.Exp(key * Step);
        for (int i = 0; i < cells.Length; i++)
        {
            double low = BitConverter.UInt64BitsToDouble(((ulong)exponent << 52) | ((ulong)i << CellShift));
            while (edge * (1.0 + Doubt) < low) edge = Math.Exp(++key * Step);
            cells[i] = new Cell(edge, key);
        }

        return Octaves[exponent] = cells;
    }
}
