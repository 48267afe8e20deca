using System.Text;
using AgentSim.Calibration;
using AgentSim.Imports;
using AgentSim.Measurements;
using AgentSim.Reports;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Sweeps;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Tests.Limits;

/// <summary>
/// A byte that belongs to no character, in any text of any file that is read: one error with the file and the line. The files are the
/// sound ones that fuzzing begins with.
/// </summary>
public sealed class EncodingTests : IDisposable
{
    private static readonly string Seeds = TestData.PathOf("..", "..", "..", "bench", "fuzz", "seeds");
    private readonly TempFolder _folder = new();

    // By kind of file: what reads one.
    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["mooncake"] = path => Load(path, TraceFormat.Mooncake),
        ["mooncake-delta"] = path => Load(path, TraceFormat.MooncakeDelta),
        ["agentic_mooncake"] = path => Load(path, TraceFormat.AgenticMooncake),
        ["applied_compute_agentic"] = path => Load(path, TraceFormat.AppliedComputeAgentic),
        ["dynamo"] = path => Load(path, TraceFormat.Dynamo),
        ["records"] = path => TimelineExport.Run([path], path + ".out", new TimelineOptions()),
        ["claude-code"] = path => Import(path, "claude-code"),
        ["codex"] = path => Import(path, "codex"),
        ["otel"] = path => Import(path, "otel"),
        ["table"] = path => Import(path, "table"),
        ["measurement"] = path => MeasurementReader.Read([path]),
        ["operators"] = path => OperatorTables.Read(Path.GetDirectoryName(path)!, 2),
        ["profile"] = path => TimingProfile.Read(path.Replace(".calibration.json", ".npz", StringComparison.Ordinal)),
        ["policy"] = path => RouterPolicyReader.Read(path),
        ["report"] = path => StoredReport.Read(path),
        ["checkpoint"] = path =>
        {
            using FileStream file = File.OpenRead(path);
            CheckpointLines.Read(file, path);
        },
    };

    public static TheoryData<string> Kinds => [.. Readers.Keys];

    public void Dispose() => _folder.Dispose();

    private static void Load(string path, TraceFormat format) =>
        WorkloadLoader.Load([path], new WorkloadOptions
        {
            Format = format, TraceBlockSize = (format == TraceFormat.Dynamo || format == TraceFormat.AgenticMooncake) ? null : 512,
        });

    private static void Import(string path, string format) =>
        LogImport.Read([path], new ImportOptions { IsStrict = true, Format = format, Start = SessionStart.Together });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_byte_that_is_no_text_is_an_error_with_its_line_wherever_it_stands(string kind)
    {
        Action<string> read = Readers[kind];
        int tried = 0;
        foreach (string source in Directory.GetFiles(Path.Combine(Seeds, kind)))
        {
            foreach (string sibling in Directory.GetFiles(Path.Combine(Seeds, kind)))
                _folder.Write(Path.GetFileName(sibling), File.ReadAllBytes(sibling));
            if (source.EndsWith(".npz", StringComparison.Ordinal)) continue;
            byte[] sound = File.ReadAllBytes(source);
            foreach (int at in Places(sound))
            {
                string path = _folder.Write(Path.GetFileName(source), [.. sound[..at], 0xff, .. sound[at..]]);
                AgentSimException error = Assert.Throws<AgentSimException>(() => read(path));
                int line = 1 + sound.AsSpan(0, at).Count((byte)'\n');
                Assert.True(error.Message.Contains($"{path}:{line}: ", StringComparison.Ordinal),
                    $"byte {at} of {Path.GetFileName(source)}, line {line}: {error.Message}");
                tried++;
            }
        }

        Assert.True(tried > 3, $"{tried} places were tried");
    }

    // The beginnings of all strings of JSON; of other texts the middles of lines.
    private static List<int> Places(byte[] text)
    {
        List<int> places = [];
        bool isJson = text[0] is (byte)'{' or (byte)'[';
        for (int i = 0, start = 0; i < text.Length; i++)
        {
            if (isJson && text[i] == '"' && (i == 0 || text[i - 1] != '\\')) places.Add(i + 1);
            if (!isJson && text[i] == '\n' && i > start + 2) places.Add(start + ((i - start) / 2));
            if (text[i] == '\n') start = i + 1;
        }

        // Names and values of the first and last fifty, and some between.
        return [.. places.Where((_, i) => i < 50 || i >= places.Count - 50 || i % 7 == 0)];
    }

    [Fact]
    public void Importing_goes_on_behind_what_is_no_text_and_counts_it()
    {
        string table = _folder.Write("t.csv",
            [.. "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00,5,5\n2023-11-16 18:00:01,5"u8,
            0xe9, .. ",5\n2023-11-16 18:00:02,5,5\n"u8]);
        LogImport import = LogImport.Read([table], new ImportOptions { Format = "table" });
        Assert.Equal(2, import.Summary.Requests);
        Assert.StartsWith($"{table}:3: ", Assert.Single(Assert.Single(import.Summary.Dropped).Examples));
    }

    [Fact]
    public void A_note_beside_a_recording_that_is_no_text_costs_nothing_else()
    {
        foreach (string source in Directory.GetFiles(Path.Combine(Seeds, "claude-code")))
        {
            _folder.Write(Path.GetFileName(source), File.ReadAllBytes(source));
            _folder.Write(Path.GetFileNameWithoutExtension(source) + ".meta.json", [.. "{\"toolUseId\":\""u8, 0xff, .. "\"}"u8]);
        }

        Assert.NotEqual(0, LogImport.Read([_folder.Path], new ImportOptions()).Summary.Requests);
    }

    [Fact]
    public void Texts_of_JSON_within_texts_may_hold_half_a_pair()
    {
        // Escaped twice: whole JSON outside, half a surrogate pair inside.
        string table = _folder.Write("t.jsonl", """
            {"timestamp":1,"in":5,"out":5,"m":"{\"model\":\"a\\ud800\"}"}
            """);
        LogImport import = LogImport.Read([table], new ImportOptions
        {
            Format = "table", Start = SessionStart.Together, Columns = new Dictionary<string, string>
            {
                ["input"] = "in", ["output"] = "out", ["model"] = "m.model",
            },
        });
        Assert.Equal(1, import.Summary.Requests);
    }

    [Fact]
    public void What_is_read_whole_may_begin_with_a_byte_order_mark()
    {
        byte[] report = File.ReadAllBytes(Path.Combine(Seeds, "report", "a.json"));
        Assert.NotEmpty(ReportReaderMetrics([.. "\uFEFF"u8, .. report]));
        AgentSimException error = Assert.Throws<AgentSimException>(
            () => ReportReaderMetrics(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray()));
        Assert.Contains("UTF-16", error.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<AgentSim.Metrics.Metric> ReportReaderMetrics(byte[] content) =>
        AgentSim.Metrics.ReportReader.Read(_folder.Write("r.json", content));
}
