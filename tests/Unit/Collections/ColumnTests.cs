using System.Runtime.CompilerServices;
using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class ColumnTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(100_000)]
    public void An_array_has_all_that_came(int count)
    {
        var ints = default(Column<int>);
        var wide = default(Column<(long, long)>);
        for (int i = 0; i < count; i++)
        {
            ints.Add(i);
            wide.Add((i, -i));
        }

        Assert.Equal(Enumerable.Range(0, count), ints.ToArray());
        Assert.Equal(Enumerable.Range(0, count).Select(i => ((long)i, -(long)i)), wide.ToArray());
        Assert.Equal(count, wide.Count);
    }

    [Fact]
    public void Items_can_be_changed_in_place_and_go_where_they_are_sent()
    {
        var column = default(Column<double>);
        for (int i = 0; i < 10_000; i++) column.Add(i);
        column[9_999] += 0.5;

        double[] arranged = column.Arranged([.. Enumerable.Range(0, 10_000).Select(i => 9_999 - i)]);

        Assert.Equal(9_999.5, arranged[0]);
        Assert.Equal(Enumerable.Range(0, 9_999).Select(i => 9_998.0 - i), arranged[1..]);
    }

    // Large objects are not moved, and what they leave behind stays until everything is collected.
    [Fact]
    public void Growing_makes_no_large_objects()
    {
        var column = default(Column<double>);
        for (int i = 0; i < 100_000; i++) column.Add(i);

        Assert.True(Accessor<double>.Pieces(ref column)![0].Length * sizeof(double) < 85_000, "a piece is a large object");
    }

    private static class Accessor<T>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pieces")]
        public static extern ref T[][]? Pieces(ref Column<T> column);
    }
}
