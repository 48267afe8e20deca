using System.Text;
using System.Text.Json;

namespace AgentSim.Tests.Timelines;

/// <summary>A timeline file, checked against the trace event format while it is read.</summary>
internal sealed class TraceEvents
{
    private static readonly Dictionary<string, string[]> KeysOf = new()
    {
        ["M"] = ["name", "ph", "pid", "tid?", "args"],
        ["X"] = ["name", "cat", "ph", "pid", "tid", "ts", "dur", "args?"],
        ["i"] = ["name", "cat", "ph", "s", "pid", "tid", "ts", "args?"],
        ["C"] = ["name", "ph", "pid", "tid", "ts", "args"],
        ["s"] = ["name", "cat", "ph", "id", "pid", "tid", "ts"],
        ["f"] = ["name", "cat", "ph", "id", "bp", "pid", "tid", "ts"],
    };

    private readonly Dictionary<int, string> _processes = [];
    private readonly Dictionary<int, (int Process, string Name)> _threads = [];

    public TraceEvents(byte[] file)
    {
        Text = Encoding.UTF8.GetString(file);
        Assert.All(file, value => Assert.True(value is (>= 0x20 and < 0x7f) or (byte)'\n'));
        Assert.EndsWith("]}\n", Text.Replace(" ", "", StringComparison.Ordinal).Replace("\n]", "]", StringComparison.Ordinal)
            .Replace("\n}", "}", StringComparison.Ordinal), StringComparison.Ordinal);
        JsonElement root = JsonDocument.Parse(file).RootElement;
        Assert.Equal(["displayTimeUnit", "traceEvents"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal("ms", root.GetProperty("displayTimeUnit").GetString());
        All = [.. root.GetProperty("traceEvents").EnumerateArray()];
        foreach (JsonElement each in All) Check(each);
        CheckNesting();
        CheckFlows();
        CheckCounters();
    }

    public string Text { get; }

    public IReadOnlyList<JsonElement> All { get; }

    public IEnumerable<string> ProcessNames => _processes.Values;

    public IEnumerable<string> ThreadNames => _threads.Values.Select(thread => thread.Name);

    public static TraceEvents Of(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return new TraceEvents(stream.ToArray());
    }

    public IEnumerable<JsonElement> Phase(string phase) => All.Where(each => each.GetProperty("ph").GetString() == phase);

    public IEnumerable<JsonElement> Named(string name) => All.Where(each => each.GetProperty("name").GetString() == name);

    /// <summary>Slices and instants as "name @process/thread begin+duration", milliseconds.</summary>
    public IEnumerable<string> Lines(string category) => All
        .Where(each => each.TryGetProperty("cat", out JsonElement value)
            && value.GetString()!.StartsWith(category, StringComparison.Ordinal))
        .Select(each => FormattableString.Invariant(
            $"{Name(each)} @{_processes[Int(each, "pid")]}/{_threads[Int(each, "tid")].Name} {each.GetProperty("ts").GetDecimal() / 1000:0.######}{(each.TryGetProperty("dur", out JsonElement dur) ? $"+{dur.GetDecimal() / 1000:0.######}" : "")}"));

    public static string Name(JsonElement each) => each.GetProperty("name").GetString()!;

    public static double Time(JsonElement each) => each.GetProperty("ts").GetDouble();

    private static int Int(JsonElement each, string name) => each.GetProperty(name).GetInt32();

    private void Check(JsonElement each)
    {
        string phase = each.GetProperty("ph").GetString()!;
        string[] keys = KeysOf[phase];
        Assert.Empty(each.EnumerateObject().Select(member => member.Name).Except(keys.Select(key => key.TrimEnd('?'))));
        Assert.All(keys.Where(key => key[^1] != '?'), key => Assert.True(each.TryGetProperty(key, out _), $"{key} is missing: {each}"));
        Assert.NotEqual("", Name(each));
        Assert.InRange(Int(each, "pid"), 1, int.MaxValue);
        if (each.TryGetProperty("args", out JsonElement args)) Assert.Equal(JsonValueKind.Object, args.ValueKind);
        if (phase == "M")
        {
            string name = args.GetProperty("name").GetString()!;
            if (Name(each) == "process_name") _processes.Add(Int(each, "pid"), name);
            else _threads.Add(Int(each, "tid"), (Int(each, "pid"), name));
            return;
        }

        Assert.True(_processes.ContainsKey(Int(each, "pid")), "a process has no name");
        Assert.True(double.IsFinite(Time(each)));
        if (phase == "C") return;
        Assert.Equal(Int(each, "pid"), _threads[Int(each, "tid")].Process);
        if (phase == "X") Assert.True(each.GetProperty("dur").GetDouble() > 0);
        if (phase == "i") Assert.Equal("t", each.GetProperty("s").GetString());
        if (phase == "f") Assert.Equal("e", each.GetProperty("bp").GetString());
    }

    // Slices of a thread lie within each other or apart, the outer one first.
    private void CheckNesting()
    {
        foreach (var thread in Phase("X").GroupBy(each => Int(each, "tid")))
        {
            var open = new Stack<decimal>();
            foreach (JsonElement slice in thread.OrderBy(each => each.GetProperty("ts").GetDecimal()))
            {
                decimal begin = slice.GetProperty("ts").GetDecimal(), end = begin + slice.GetProperty("dur").GetDecimal();
                while (open.TryPeek(out decimal until) && until <= begin) open.Pop();
                Assert.True(open.Count == 0 || end <= open.Peek(), $"overlaps: {slice}");
                open.Push(end);
            }
        }
    }

    private void CheckFlows()
    {
        int[] starts = [.. Phase("s").Select(each => Int(each, "id"))];
        Assert.Equal(starts.Order(), starts.Distinct().Order());
        Assert.Equal(starts.Order(), Phase("f").Select(each => Int(each, "id")).Order());
        var ends = Phase("f").ToDictionary(each => Int(each, "id"));
        ILookup<int, JsonElement> slices = Phase("X").ToLookup(each => Int(each, "tid"));
        foreach (JsonElement start in Phase("s"))
        {
            JsonElement end = ends[Int(start, "id")];
            Assert.Equal((Name(start), start.GetProperty("cat").GetString()), (Name(end), end.GetProperty("cat").GetString()));
            Assert.True(Time(start) <= Time(end), $"an arrow goes back in time: {start}");
            foreach (JsonElement tip in (JsonElement[])[start, end])
            {
                Assert.Contains(slices[Int(tip, "tid")], slice =>
                    slice.GetProperty("ts").GetDecimal() <= tip.GetProperty("ts").GetDecimal()
                    && tip.GetProperty("ts").GetDecimal() < slice.GetProperty("ts").GetDecimal() + slice.GetProperty("dur").GetDecimal());
            }
        }
    }

    private void CheckCounters()
    {
        foreach (var track in Phase("C").GroupBy(each => (Int(each, "pid"), Name(each))))
        {
            double last = double.NegativeInfinity;
            foreach (JsonElement each in track)
            {
                Assert.True(Time(each) > last, "a counter goes back in time");
                last = Time(each);
                Assert.All(each.GetProperty("args").EnumerateObject(), value => Assert.True(value.Value.GetInt64() >= 0));
            }

            if (track.Key.Item2 != "KV blocks in use")
                Assert.All(track.Last().GetProperty("args").EnumerateObject(), value => Assert.Equal(0, value.Value.GetInt64()));
        }
    }
}
