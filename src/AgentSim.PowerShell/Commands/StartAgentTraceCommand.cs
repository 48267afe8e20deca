using System.Management.Automation;
using System.Text;
using AgentSim.Capture;
using AgentSim.Files;
using AgentSim.Zmtp;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Starts a capture: files that a Dynamo frontend writes, or requests that pass through a proxy, and tool events that
/// harnesses send.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "AgentTrace", SupportsShouldProcess = true, DefaultParameterSetName = DynamoSet)]
[OutputType(typeof(TraceStatus))]
public sealed class StartAgentTraceCommand : AgentSimCommand
{
    private const string DynamoSet = "Dynamo";
    private const string ProxySet = "Proxy";

    private static readonly TraceSinkOptions Defaults = new() { Path = "" };

    /// <summary>Prefix of the segments, a folder for them, or with -Format Jsonl the file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string OutputPath { get; set; } = "";

    /// <summary>The server to pass requests on to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProxySet)]
    [ValidateNotNullOrEmpty]
    public string Upstream { get; set; } = "";

    /// <summary>Where to receive those requests.</summary>
    [Parameter(ParameterSetName = ProxySet)]
    [ValidateNotNullOrEmpty]
    public string Listen { get; set; } = ProxyOptions.DefaultListen;

    /// <summary>Block size of the recorded prompts.</summary>
    [Parameter(ParameterSetName = ProxySet)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int TraceBlockSize { get; set; } = ProxyOptions.DefaultTraceBlockSize;

    /// <summary>A header of requests that names their session.</summary>
    [Parameter(ParameterSetName = ProxySet)]
    [ValidateNotNullOrEmpty]
    public string? SessionHeader { get; set; }

    /// <summary>Gives requests without a session one by their prompts.</summary>
    [Parameter(ParameterSetName = ProxySet)]
    public SwitchParameter InferSessions { get; set; }

    /// <summary>Where to receive tool events.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ToolEndpoint { get; set; }

    /// <summary>Topic of the tool events.</summary>
    [Parameter]
    [ValidateNotNull]
    public string ToolTopic { get; set; } = ToolEventIngress.DefaultTopic;

    /// <summary>Form of the files.</summary>
    [Parameter]
    public TraceFileFormat Format { get; set; } = Defaults.Format;

    /// <summary>Milliseconds after which a record is written at the latest.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int FlushIntervalMs { get; set; } = Defaults.FlushIntervalMs;

    /// <summary>Uncompressed bytes that are written without waiting.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 30)]
    [Number(Whole = true)]
    public int BufferBytes { get; set; } = Defaults.BufferBytes;

    /// <summary>Uncompressed size of a segment.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long RollBytes { get; set; } = Defaults.RollBytes;

    /// <summary>Records of a segment.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? RollLines { get; set; }

    /// <summary>Sets the environment variables for a Dynamo frontend, or for clients of the proxy, in this session.</summary>
    [Parameter]
    public SwitchParameter ApplyEnvironment { get; set; }

    /// <summary>Writes the environment variables for a Dynamo frontend, or for clients of the proxy, to this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string? EnvironmentFile { get; set; }

    /// <summary>Replaces the environment file if it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        TraceCaptureOptions options = Options();
        string? environmentFile = EnvironmentFile is null ? null : PathCommand.FileSystemPath(this, EnvironmentFile);
        if (!ShouldProcess(options.Sink.Path, "Capture request traces")) return;
        if (environmentFile is not null && File.Exists(environmentFile) && !Force) throw ErrorRecords.OutputExists(environmentFile);

        var running = new RunningCapture(TraceCapture.Start(options, PullEndpoint.Bind));
        bool isKept = false;
        try
        {
            TraceStatus status = running.Status(this, Cancellation);
            if (environmentFile is not null)
            {
                byte[] text = Encoding.UTF8.GetBytes(DynamoEnvironment.ToEnvFile(status.Environment));
                AtomicFile.Write(environmentFile, stream => stream.Write(text));
            }

            RunningCaptures.Add(running);
            isKept = true;
            if (ApplyEnvironment) running.Apply(status.Environment);
            WriteObject(status);
        }
        finally
        {
            if (!isKept) running.Stop();
        }
    }

    private TraceCaptureOptions Options()
    {
        string path = TraceCaptureOptions.Prefix(PathCommand.FileSystemPath(this, OutputPath));
        if (RunningCaptures.Find(path) is not null) throw ErrorRecords.CaptureRunning(path);
        return new TraceCaptureOptions
        {
            Sink = new TraceSinkOptions
            {
                Path = path, Format = Format, FlushIntervalMs = FlushIntervalMs, BufferBytes = BufferBytes, RollBytes = RollBytes,
                    RollLines = RollLines,
            },
            ToolEndpoint = ToolEndpoint,
            ToolTopic = ToolTopic,
            Proxy = ParameterSetName == ProxySet
                ? new ProxyOptions
                {
                    Upstream = ProxyOptions.ParseUpstream(Upstream), Listen = Listen, TraceBlockSize = TraceBlockSize,
                    SessionHeader = SessionHeader, InferSessions = InferSessions,
                }
                : null,
        };
    }
}
