using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class EarlyWritesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_large_file_holds_what_was_written_whether_it_replaces_another_or_not(bool replaces)
    {
        string path = replaces ? _folder.Write("out.bin", "old") : Path.Combine(_folder.Path, "out.bin");
        var content = new byte[9 << 20];
        new Random(1).NextBytes(content);

        AtomicFile.Write(path, stream =>
        {
            var early = new EarlyWrites(stream, path);
            foreach (byte[] piece in content.Chunk(150_000))
            {
                stream.Write(piece);
                early.Add(piece.Length);
            }
        });

        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
        Assert.Equal(["out.bin"], _folder.Everything);
    }

    [Fact]
    public void What_is_no_file_is_left_alone()
    {
        using var stream = new MemoryStream();
        var early = new EarlyWrites(stream, _folder.Write("out.bin", "old"));

        early.Add(100 << 20);

        Assert.Equal(0, stream.Length);
    }
}
