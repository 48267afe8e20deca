using System.Globalization;

namespace AgentSim.Sweeps;

/// <summary>
/// One of several shares of a sweep, each made by a process of its own: the points whose index leaves <see cref="Number"/> when divided
/// by <see cref="Count"/>, so that every share has easy and hard ones. Numbers begin at 0, as schedulers number the tasks of an array.
/// </summary>
/// <param name="Number">Which share, from 0.</param>
/// <param name="Count">How many there are, at least 1.</param>
public sealed record SweepShard(int Number, int Count)
{
    /// <summary>Reads <c>0/4</c>, the first of four shares.</summary>
    /// <param name="text">A number, a slash, how many there are.</param>
    /// <exception cref="AgentSimException"><c>ShardInvalid</c>.</exception>
    public static SweepShard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        if (parts.Length == 2 && Whole(parts[0], out int number) && Whole(parts[1], out int count) && number < count)
            return new SweepShard(number, count);
        throw Errors.ShardInvalid.Error(
            $"{Setting.Shard} must be a share and how many there are, such as 0/4, from 0/4 to 3/4 (is {Quote.Of(text)})");
    }

    /// <summary>Whether a point is one of this share.</summary>
    /// <param name="index">Its number in the grid.</param>
    public bool Has(int index) => index % Count == Number;

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    private static bool Whole(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
