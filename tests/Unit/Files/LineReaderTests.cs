using System.Text;
using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class LineReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Blank_lines_are_skipped_but_counted_and_carriage_returns_dropped() =>
        Assert.Equal(["3:a", "5:b\r", "7: c"], Lines("\n \u2003\t\u0085\na\r\n\r\nb\r\r\n\u00a0\n c"u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF\r\n")]
    public void A_file_without_content_has_no_lines(string text) => Assert.Empty(Lines(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_byte_order_mark_is_dropped_also_inside_gzip()
    {
        Assert.Equal(["1:a"], Lines("\uFEFFa"u8.ToArray()));
        Assert.Equal(["1:a"], Lines(TempFolder.Gzip("\uFEFFa\n")));
    }

    [Fact]
    public void Gzip_is_known_by_content_and_all_members_are_read()
    {
        byte[] members = [.. TempFolder.Gzip("a\nb"), .. TempFolder.Gzip(""), .. TempFolder.Gzip("c\nd\n")];

        Assert.Equal(["1:a", "2:bc", "3:d"], Lines(members, "plain-name.jsonl"));
    }

    [Fact]
    public void A_large_gzip_file_comes_out_whole()
    {
        string[] lines = [.. Enumerable.Range(0, 200_000).Select(i => $"line {i} {i * 7919L}")];

        string[] read = Lines(TempFolder.Gzip(string.Join('\n', lines)));

        Assert.Equal(lines, read.Select(line => line[(line.IndexOf(':') + 1)..]));
    }

    [Fact]
    public void Any_truncation_of_gzip_is_an_error()
    {
        byte[] whole = [.. TempFolder.Gzip("a\nbb\nccc\n"), .. TempFolder.Gzip("dddd\n")];
        int firstMember = TempFolder.Gzip("a\nbb\nccc\n").Length;
        for (int length = 2; length < whole.Length; length++)
        {
            if (length == firstMember) continue;
            AgentSimException error = Assert.Throws<AgentSimException>(() => Lines(whole[..length]));
            Assert.Equal("GzipInvalid", error.ErrorId);
        }
    }

    [Fact]
    public void A_truncated_file_gives_its_whole_lines_first_and_names_the_next()
    {
        var random = new Random(5);
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(_ => random.NextInt64() + "\n"));
        byte[] packed = TempFolder.Gzip(text);
        using var reader = new LineReader(_folder.Write("t.gz", packed[..(packed.Length / 2)]));
        long last = 0;

        AgentSimException error = Assert.Throws<AgentSimException>(() =>
        {
            while (reader.Read()) last = reader.LineNumber;
        });

        Assert.InRange(last, 40_000, 60_000);
        Assert.Contains($"t.gz:{last + 1}: ", error.Message);
        Assert.Contains("cut short", error.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x1f })]
    [InlineData(new byte[] { 0x1f, 0x8b })]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 })]
    public void Anything_behind_the_last_gzip_member_is_an_error(byte[] garbage)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Lines([.. TempFolder.Gzip("a\nb\n"), .. garbage]));

        Assert.Equal("GzipInvalid", error.ErrorId);
        Assert.Contains(":3: ", error.Message);
    }

    [Fact]
    public void A_wrong_checksum_is_an_error()
    {
        byte[] packed = TempFolder.Gzip("a\nb\n");
        packed[^6] ^= 1;

        Assert.Contains("damaged", Assert.Throws<AgentSimException>(() => Lines(packed)).Message);
    }

    [Fact]
    public void Invalid_utf8_names_the_line()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Lines([.. "a\n\nb"u8, 0xc3, 0x28, (byte)'\n']));

        Assert.Equal("EncodingInvalid", error.ErrorId);
        Assert.Contains(":3: ", error.Message);
    }

    [Fact]
    public void Utf16_is_named_as_such() =>
        Assert.Contains("UTF-16", Assert.Throws<AgentSimException>(() => Lines([0xff, 0xfe, .. Encoding.Unicode.GetBytes("{}")])).Message);

    [Fact]
    public void A_line_beyond_the_limit_is_refused_with_its_number()
    {
        string path = _folder.File("long.jsonl");
        using (FileStream file = File.Create(path))
        {
            file.Write("{}\n"u8);
            file.SetLength(100 << 20);
        }

        using var reader = new LineReader(path);
        Assert.True(reader.Read());
        AgentSimException error = Assert.Throws<AgentSimException>(() => reader.Read());
        Assert.Equal("LineTooLong", error.ErrorId);
        Assert.Contains(":2: ", error.Message);
    }

    [Fact]
    public void A_line_of_exactly_the_limit_is_read()
    {
        byte[] line = new byte[LineReader.MaxLineBytes + 2];
        line.AsSpan().Fill((byte)'x');
        line[^2] = (byte)'\n';
        using var reader = new LineReader(_folder.Write("limit", line));

        Assert.True(reader.Read());
        Assert.Equal(LineReader.MaxLineBytes, reader.Line.Length);
        Assert.True(reader.Read());
        Assert.Equal(1, reader.Line.Length);
    }

    [Fact]
    public void Random_bytes_never_do_anything_but_give_lines_or_an_error()
    {
        var random = new Random(11);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            if (round % 2 == 0 && bytes.Length > 2) (bytes[0], bytes[1], bytes[2]) = (0x1f, 0x8b, 8);
            try
            {
                Lines(bytes);
            }
            catch (AgentSimException error)
            {
                Assert.Contains("input:", error.Message);
            }
        }
    }

    [Fact]
    public void The_bytes_read_add_up_to_the_file_and_cancelling_stops_it()
    {
        byte[] packed = TempFolder.Gzip(new string('x', 1 << 20));
        string path = _folder.Write("x.gz", packed);
        long bytes = 0;
        using (var reader = new LineReader(path, count => bytes += count))
        {
            while (reader.Read())
            {
            }
        }

        Assert.Equal(packed.Length, bytes);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new LineReader(path, cancel: cancelled.Token));
    }

    [Fact]
    public void A_reader_given_up_early_lets_go_of_the_file()
    {
        string path = _folder.Write("x.gz", TempFolder.Gzip(string.Concat(Enumerable.Repeat("line\n", 2_000_000))));
        for (int i = 0; i < 20; i++)
        {
            using var reader = new LineReader(path);
            for (int line = 0; line < i * 50_000; line++) Assert.True(reader.Read());
        }

        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
        }
    }

    [Theory]
    [InlineData("missing.jsonl", "no such file")]
    [InlineData("", "folder")]
    public void A_file_that_cannot_be_opened_is_named(string name, string reason)
    {
        string path = _folder.File(name);

        AgentSimException error = Assert.Throws<AgentSimException>(() => new LineReader(path));

        Assert.StartsWith(path + ": ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    private string[] Lines(byte[] bytes, string name = "input")
    {
        using var reader = new LineReader(_folder.Write(name, bytes));
        var lines = new List<string>();
        while (reader.Read()) lines.Add($"{reader.LineNumber}:{Encoding.UTF8.GetString(reader.Line)}");
        return [.. lines];
    }
}
