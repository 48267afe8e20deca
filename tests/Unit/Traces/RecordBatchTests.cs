using AgentSim.Lowering;
using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

public sealed class RecordBatchTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batches_hold_the_records_and_hashes_of_the_files_in_order()
    {
        string path = _folder.Write("t.jsonl", string.Join('\n', Enumerable.Range(0, 3000).Select(Line)));
        var found = new List<(string, string)>();

        foreach (RecordBatch batch in RecordBatch.Read([path], readsDependencies: false, torn: null, CancellationToken.None))
        {
            foreach (TraceRecord record in batch.Records) found.Add(Shown(record));

            batch.Dispose();
        }

        Assert.Equal(RequestTraceReader.Read([path]).Select(Shown), found);
    }

    private static (string, string) Shown(TraceRecord record) =>
        record is RequestRecord request ? (request.RequestId, string.Join(' ', request.Hashes.ToArray())) : ("tool", "");

    [Fact]
    public void A_prompt_longer_than_a_batch_is_in_one()
    {
        string hashes = string.Join(',', Enumerable.Range(0, 200_000));
        string prompt = TraceText.Request("long").Replace("\"input_length\":20", "\"input_length\":3200000")
            .Replace("[1,2]", $"[{hashes}]");
        string path = _folder.Write("t.jsonl", TraceText.Request("first") + "\n" + prompt);

        RecordBatch batch = RecordBatch.Read([path], readsDependencies: false, torn: null, CancellationToken.None).First();

        Assert.Equal(2, batch.Records.Count);
        ReadOnlySpan<ulong> read = ((RequestRecord)batch.Records[1]).Hashes;
        Assert.Equal(200_000, read.Length);
        Assert.Equal(199_999u, read[^1]);
    }

    [Fact]
    public void A_contradiction_is_told_before_a_malformed_line_behind_it()
    {
        string path = _folder.Write("t.jsonl", $"{TraceText.Request("a")}\n{TraceText.Request("a")}\n{{broken");

        AgentSimException error = Assert.Throws<AgentSimException>(() => new TraceLowering().AddFiles([path]));

        Assert.StartsWith($"{path}:2: request_id 'a' came before", error.Message);
    }

    // Every third a tool call.
    private static string Line(int i) => i % 3 == 0 ? TraceText.Tool($"t{i}", 1000 + i)
        : TraceText.Request($"r{i}", 1000 + i).Replace("[1,2]", $"[{i},{i + 1}]");
}
