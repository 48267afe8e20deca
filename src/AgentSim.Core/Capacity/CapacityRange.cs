namespace AgentSim.Capacity;

/// <summary>The values that are asked about: from the least on, in equal steps, up to the greatest.</summary>
internal readonly record struct CapacityRange(double Minimum, double Maximum, double Step)
{
    /// <summary>Most values of a range that are all evaluated.</summary>
    public const int MostEvaluated = 64;

    // Steps of 0.1 reach 2 although twenty of them are a little less.
    private const double Rounding = 1e-9;

    /// <summary>Number of values.</summary>
    public int Count => (int)Math.Floor(((Maximum - Minimum) / Step) + Rounding) + 1;

    /// <summary>Whether every value is evaluated.</summary>
    public bool IsEvaluatedWhole => Count <= MostEvaluated;

    /// <summary>A value by its number; of steps such as 0.1 the value that their text says.</summary>
    public double this[int index] => Math.Round(Minimum + (index * Step), 9);

    /// <summary>The first value that is at least twice another, or the last one.</summary>
    public int Doubled(int index)
    {
        double steps = Math.Ceiling(((2 * this[index]) - Minimum) / Step - Rounding);
        return (int)Math.Clamp(steps, index + 1, Count - 1);
    }
}
