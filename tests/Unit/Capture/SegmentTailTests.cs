using System.Text;
using AgentSim.Capture;

namespace AgentSim.Tests.Capture;

public sealed class SegmentTailTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Poll(SegmentTail tail)
    {
        var lines = new List<string>();
        tail.Poll((line, number) => lines.Add($"{number}:{Encoding.UTF8.GetString(line)}"), default);
        return [.. lines];
    }

    private void Append(string name, byte[] bytes)
    {
        using FileStream file = File.Open(_folder.File(name), FileMode.Append);
        file.Write(bytes);
    }

    [Fact]
    public void Lines_of_a_plain_file_come_once_and_only_when_they_are_whole()
    {
        var tail = new SegmentTail(_folder.Write("a.jsonl", ""));
        Assert.Empty(Poll(tail));
        Append("a.jsonl", "o"u8.ToArray());
        Assert.Empty(Poll(tail));
        Append("a.jsonl", "ne\ntwo\nthr"u8.ToArray());
        Assert.Equal(["1:one", "2:two"], Poll(tail));
        Assert.Empty(Poll(tail));
        Append("a.jsonl", "ee\n"u8.ToArray());
        Assert.Equal(["3:three"], Poll(tail));
        Assert.Equal((3, 14), (tail.Rows, tail.Bytes));
    }

    [Fact]
    public void Lines_of_a_gzipped_file_come_once_however_its_members_arrive()
    {
        byte[] content = [.. TempFolder.Gzip("one\ntwo\n"), .. TempFolder.Gzip("thr"), .. TempFolder.Gzip("ee\nfour\n"),
            .. TempFolder.Gzip("five\n")];
        for (int step = 1; step < content.Length; step += step < 20 ? 1 : 17)
        {
            string name = $"{step}.gz";
            var tail = new SegmentTail(_folder.Write(name, ""));
            var lines = new List<string>();
            for (int at = 0; at < content.Length; at += step)
            {
                Append(name, content[at..Math.Min(at + step, content.Length)]);
                lines.AddRange(Poll(tail));
            }

            Assert.Equal(["1:one", "2:two", "3:three", "4:four", "5:five"], lines);
            Assert.Equal(content.Length, tail.Bytes);
        }
    }

    [Fact]
    public void Of_a_file_cut_short_the_whole_lines_come()
    {
        string[] numbers = [.. Enumerable.Range(0, 20_000).Select(i => $"{i * 7919L}")];
        byte[] whole = TempFolder.Gzip(string.Join('\n', numbers) + "\n");
        var tail = new SegmentTail(_folder.Write("t.gz", whole[..(whole.Length / 2)]));
        int first = Poll(tail).Length;
        Assert.InRange(first, 1000, 19_000);
        Append("t.gz", whole[(whole.Length / 2)..]);
        Assert.Equal(20_000 - first, Poll(tail).Length);
    }

    [Fact]
    public void A_damaged_file_is_an_error_once()
    {
        var tail = new SegmentTail(_folder.Write("t.gz", [.. TempFolder.Gzip("one\n"), .. new byte[20_000]]));
        Assert.Equal("GzipInvalid", Assert.Throws<AgentSimException>(() => Poll(tail)).ErrorId);
        Append("t.gz", TempFolder.Gzip("two\n"));
        Assert.Empty(Poll(tail));
    }
}
