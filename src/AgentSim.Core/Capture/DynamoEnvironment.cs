using System.Globalization;
using System.Text;
using AgentSim.Traces.Schema;

namespace AgentSim.Capture;

/// <summary>Environment variables that make a Dynamo frontend write trace files (behaviour 07#A2).</summary>
public static class DynamoEnvironment
{
    /// <summary>The variables, in the order of behaviour 07#A2; settings at their defaults are left out.</summary>
    /// <param name="options">Where and how to write. A relative path is made absolute.</param>
    /// <param name="hasOwnIngress">
    /// Whether AgentSim itself receives the tool events; otherwise the frontend records those it receives.
    /// </param>
    public static IReadOnlyDictionary<string, string> For(TraceSinkOptions options, bool hasOwnIngress)
    {
        ArgumentNullException.ThrowIfNull(options);
        var defaults = new TraceSinkOptions { Path = "" };
        var variables = new OrderedDictionary<string, string>
        {
            ["DYN_REQUEST_TRACE"] = "1",
            ["DYN_REQUEST_TRACE_RECORDS"] = hasOwnIngress ? TraceNames.RequestEnd : $"{TraceNames.RequestEnd},tool",
            ["DYN_REQUEST_TRACE_SINKS"] = "file",
            ["DYN_REQUEST_TRACE_FILE_PATH"] = FilePath(options, hasOwnIngress),
            ["DYN_REQUEST_TRACE_FILE_FORMAT"] = options.Format == TraceFileFormat.Jsonl ? "jsonl" : "jsonl_gz",
        };
        Add("CAPACITY", options.Capacity, defaults.Capacity);
        Add("FILE_BUFFER_BYTES", options.BufferBytes, defaults.BufferBytes);
        Add("FILE_FLUSH_INTERVAL_MS", options.FlushIntervalMs, defaults.FlushIntervalMs);
        Add("FILE_ROLL_BYTES", options.RollBytes, defaults.RollBytes);
        Add("FILE_ROLL_LINES", options.RollLines, defaults.RollLines);
        return variables;

        void Add(string name, long? value, long? usual)
        {
            if (value != usual) variables.Add("DYN_REQUEST_TRACE_" + name, string.Create(CultureInfo.InvariantCulture, $"{value}"));
        }
    }

    /// <summary>
    /// The file the frontend writes to. Segments can share a prefix with those of AgentSim; a plain file cannot be shared,
    /// so that the frontend gets one of its own beside it.
    /// </summary>
    internal static string FilePath(TraceSinkOptions options, bool hasOwnIngress)
    {
        string path = Path.GetFullPath(options.Path);
        return options.Format == TraceFileFormat.Jsonl && hasOwnIngress ? BesidePath(path) : path;
    }

    /// <summary>The file of the frontend beside a plain file.</summary>
    internal static string BesidePath(string path) => SegmentNames.Prefix(path) + ".dynamo.jsonl";

    /// <summary>The variables as the text of an <c>.env</c> file.</summary>
    /// <param name="variables">Names and values.</param>
    /// <exception cref="AgentSimException">A value cannot be written so that every reader of such files understands it.</exception>
    public static string ToEnvFile(IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var text = new StringBuilder();
        foreach ((string name, string value) in variables)
        {
            if (value.Contains('\'', StringComparison.Ordinal) || value.Any(char.IsControl))
                throw Errors.EnvironmentValueInvalid.Error(
                    $"{name}: {Quote.Of(value)} has a quote or a control character, which .env files cannot hold; choose another path");
            bool isPlain = value.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:,+@%".Contains(c, StringComparison.Ordinal));
            text.Append(name).Append('=').Append(isPlain ? value : $"'{value}'").Append('\n');
        }

        return text.ToString();
    }
}
