namespace AgentSim.Workload;

/// <summary>Columns of several copies of something, one copy after the other.</summary>
internal static class Repeat
{
    /// <summary>The values of each copy are those of the first.</summary>
    public static T[] Same<T>(T[] values, int copies)
    {
        var all = new T[checked(values.Length * copies)];
        for (int copy = 0; copy < copies; copy++) values.CopyTo(all, copy * values.Length);
        return all;
    }

    /// <summary>The values are numbers of things that are there once for each copy.</summary>
    /// <param name="values">Those of the first copy.</param>
    /// <param name="copies">How many copies there are.</param>
    /// <param name="step">How many of these things a copy has.</param>
    public static int[] Moved(int[] values, int copies, int step)
    {
        int[] all = Same(values, copies);
        for (int at = values.Length; at < all.Length; at++) all[at] += at / values.Length * step;
        return all;
    }
}
