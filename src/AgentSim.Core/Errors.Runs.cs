namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself when it comes

/// <content>Captures, measures and replays.</content>
public static partial class Errors
{
    private static readonly Section Captures = new("Captures");
    private static readonly Section Measures = new("Measures");
    private static readonly Section Calibrations = new("Calibration");
    private static readonly Section Replays = new("Replays");

    public static ErrorCode AnswersUnderWay { get; } = Captures.Input(FaultCategory.OperationStopped,
        "when a capture is stopped, answers pass through its proxy; they have five seconds (a warning)",
        "let them end, or break them off (Ctrl+C once more)");
    public static ErrorCode CalibrationDataMissing { get; } = Calibrations.Data(
        "no run to fit to, or none with the times of requests", "measure with streaming, and name the measurement");
    public static ErrorCode CalibrationInvalid { get; } = Calibrations.Data(
        "the file beside a profile is no calibration, or an object no timing profile", "give the files of one calibration");
    public static ErrorCode CalibrationMismatch { get; } = Calibrations.Data(
        "the file beside a profile belongs to another profile", "put the two files of one calibration together");
    public static ErrorCode CalibrationMissing { get; } = Calibrations.Input(FaultCategory.ObjectNotFound,
        "the file beside a profile is missing", "copy it there, or name the profile as planner_profile_data");
    public static ErrorCode CalibrationServerUnknown { get; } = Calibrations.Data(
        "the number of KV blocks of a measured server is not known", "give num_gpu_blocks, which the server logs at its start");
    public static ErrorCode MeasurementFailures { get; } = Calibrations.Data(
        "more than 1 % of the requests of a run failed", "measure anew, or allow failures");
    public static ErrorCode MeasurementInvalid { get; } = Calibrations.Data(
        "a file holds no measurement, or not what one needs", "give the file as its tool wrote it");

    public static ErrorCode CaptureAmbiguous { get; } = Captures.Call(
        "several captures are running and none was named", "name one by its output path");
    public static ErrorCode CaptureEnded { get; } = Captures.Input(FaultCategory.OperationStopped,
        "writing ended for an unexpected reason", "the records until then are whole; start another capture");
    public static ErrorCode CaptureHung { get; } = Captures.Input(FaultCategory.OperationStopped,
        "writing did not end in time; the last records may be missing", "check the disk");
    public static ErrorCode CaptureIncomplete { get; } = Captures.Input(FaultCategory.InvalidResult,
        "records could not be written, tool events were cut off at the end, or the proxy or the writing ended on its own",
        "the files hold what could be written; the message says what is missing");
    public static ErrorCode CaptureMissing { get; } = Captures.Input(FaultCategory.ObjectNotFound,
        "no capture is running under a path, or there are no captured files", "Get-AgentTrace shows those that are running");
    public static ErrorCode CapturePathInvalid { get; } = Captures.Call("the path to write to cannot be one", "name another");
    public static ErrorCode CapturePathMissing { get; } = Captures.Call("the path to write to is empty", "name a file prefix");
    public static ErrorCode CaptureRepaired { get; } = Captures.Data(
        "an unfinished last line, left by a killed process, was cut off (a warning)", "nothing; the file is whole");
    public static ErrorCode CaptureRunning { get; } = Captures.Input(FaultCategory.ResourceExists,
        "a capture is running under the path already", "stop it (Stop-AgentTrace) or choose another path");
    public static ErrorCode CaptureSessionsMixed { get; } = Captures.Data(
        "some recorded requests have a session and some have none (a warning)",
        "let all clients name their session, or have the others dropped later");
    public static ErrorCode CaptureSettingInvalid { get; } = Captures.Call(
        "a setting of a capture is out of range", "give one that the message allows");
    public static ErrorCode CaptureUnwritable { get; } = Captures.Input(FaultCategory.OpenError,
        "a file cannot be opened for writing, or segments cannot be written where they are to be",
        "check the path and the permissions");
    public static ErrorCode CaptureWriteFailed { get; } = Captures.Input(FaultCategory.WriteError,
        "records could not be written, for example because the disk is full (a warning; they are counted)", "make room; writing goes on");
    public static ErrorCode EndpointInvalid { get; } = Captures.Call(
        "an address to listen on is malformed", "give one as the message shows");
    public static ErrorCode EndpointReachable { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "an address that is listened on can be reached from other machines (a warning)",
            "listen on 127.0.0.1, unless you trust all of them");
    public static ErrorCode EndpointUnavailable { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "an address cannot be listened on", "take another port, or end what holds it");
    public static ErrorCode EnvironmentValueInvalid { get; } = Captures.Call(
        "an environment file cannot hold a value", "choose another path");
    public static ErrorCode ProxyEnded { get; } = Captures.Input(FaultCategory.OperationStopped,
        "the recording proxy ended on its own and cannot be started again, or did not stop in order",
        "what it recorded until then is whole; start another capture");
    public static ErrorCode ProxyFull { get; } = Captures.Input(FaultCategory.LimitsExceeded,
        "there are more connections to the recording proxy than it can keep open (a warning; they are counted)",
        "raise the limit of open files (ulimit -n)");
    public static ErrorCode ProxyLoop { get; } = Captures.Input(FaultCategory.InvalidOperation,
        "a request came back to the recording proxy that had passed it on, and is refused (a warning)",
        "name the server as the upstream, not the proxy");
    public static ErrorCode ProxyRestarted { get; } = Captures.Input(FaultCategory.OperationStopped,
        "the recording proxy ended on its own and was started again; the requests it lost are counted",
        "the message says why it ended");
    public static ErrorCode ProxyUnavailable { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "the recording proxy cannot run", "mostly the ASP.NET Core runtime is missing: install it");
    public static ErrorCode RequestsNotRecorded { get; } = Captures.Data(
        "requests of a kind that is not recorded pass through the proxy (a warning, once a kind; they are counted)",
        "the message says what helps, if anything does");
    public static ErrorCode ToolEventRefused { get; } = Captures.Data(
        "a tool event breaks a rule of its format (a warning, once a kind; they are counted)",
        "send it as docs/capture.md describes");
    public static ErrorCode ToolEventsCut { get; } = Captures.Input(FaultCategory.InvalidResult,
        "when a capture was stopped, clients were still sending tool events, or some could not be written any more (a warning)",
            "end the clients first");
    public static ErrorCode UpstreamBroke { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "a server broke off an answer to the recording proxy (a warning; the request is recorded as far as it came)",
            "see the log of the server");
    public static ErrorCode UpstreamFailed { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "a server gave no answer to the recording proxy (a warning)", "check that it runs under the address");
    public static ErrorCode UpstreamInvalid { get; } = Captures.Call(
        "the address of a server is malformed or holds credentials", "give the address alone, like http://127.0.0.1:8000");
    public static ErrorCode UpstreamIsListen { get; } = Captures.Call(
        "the recording proxy would pass requests on to itself", "name the server, or another address to listen on");
    public static ErrorCode UpstreamRefused { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "a server refused a request that passed through the recording proxy (a warning)", "see the answer that the client got");
    public static ErrorCode UsageRefused { get; } = Captures.Input(FaultCategory.ResourceUnavailable,
        "a server does not tell the usage of a model's streams (a warning)",
        "nothing, if it cannot; the tokens of their rows are estimated, which marks them");

    public static ErrorCode MeasureEmpty { get; } = Measures.Call(
        "nothing came that could be measured", "give records, rows, sessions or paths of traces");
    public static ErrorCode MeasureInputInvalid { get; } = Measures.Call("an object cannot be measured", "give records, rows or sessions");
    public static ErrorCode MeasurePropertyMissing { get; } = Measures.Call(
        "no input has the property to group by", "group by one that the message names");

    public static ErrorCode AicNotAvailable { get; } = Replays.Input(FaultCategory.NotImplemented,
        "the AIC performance database is asked for, which is not available",
            "leave the aic options and arguments out, or give a timing profile");
    public static ErrorCode BlockSizeNotRunnable { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "the engine cannot run with this block size", "take one that the message names");
    public static ErrorCode EngineArgumentsInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "engine arguments are malformed, out of range or contradict each other", "the message names the argument and what it may be");
    public static ErrorCode LatencyTooLong { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "a simulated latency is beyond all bounds", "take a larger speedup_ratio, or a sound timing profile");
    public static ErrorCode ProfileInvalid { get; } = Replays.Data("the file of planner_profile_data is missing, unreadable or no profile",
        "give the .npz file of a profile, or leave the argument out");
    public static ErrorCode PromptEmpty { get; } = Replays.Data(
        "the KV router is given a prompt without tokens", "give every request a prompt, or take round robin");
    public static ErrorCode PromptTooLong { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "the prompts of a session add up to more than 2^31 tokens", "split the session");
    public static ErrorCode PromptsCut { get; } = Replays.Data(
        "more than half of the rows have prompts that their hash ids do not cover at the trace block size (a warning where fewer are cut)",
        "give the right trace block size; --allow-cut or -AllowCut cuts them");
    public static ErrorCode ReplayDeadEnd { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "requests remain that can never run", "the message says what they wait for; give a worker more blocks, or larger batches");
    public static ErrorCode ReplaySettingsInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "settings are out of range or do not fit each other or the workload", "the message names the setting and what it may be");
    public static ErrorCode RequestNeverFits { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "a request needs more KV blocks than a worker has", "give the workers more blocks, or leave the request out");
    public static ErrorCode ResultNotFinite { get; } = Replays.Input(FaultCategory.InvalidResult,
        "a number of a result is too large to be written", "make times of the load, or of the engine, smaller");
    public static ErrorCode RouterConfigInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "the router configuration is malformed, out of range or contradicts itself", "the message names the setting and what it may be");
    public static ErrorCode RouterPolicyInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "the policy file cannot be read or breaks a rule", "correct the line, or leave the file out");
    public static ErrorCode RouterQueueFull { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "a policy class has more waiting requests than it allows", "allow more in the policy file, or add workers");
    public static ErrorCode RouterTrackingKeyInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "the tracking key file cannot be read or has the wrong size", "give the file of a key, or leave it out");
    public static ErrorCode SweepRowStored { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "a row of a sweep is to be replayed and has no workload with it, since it came from a file or another session",
        "replay the workload with the row's settings");
    public static ErrorCode SyntheticLoadTooLarge { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "synthetic load has too many requests", "ask for fewer requests, sessions or turns");
    public static ErrorCode SyntheticOptionsInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "an option of synthetic load is out of range", "the message says what it may be");
    public static ErrorCode ThreadJobMissing { get; } = Replays.Input(FaultCategory.NotInstalled,
        "-AsJob without Start-ThreadJob", "install the module ThreadJob, or leave -AsJob out");
    public static ErrorCode TooManyBlocks { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "prompts make more than 2^31 blocks of the engine's size", "take a larger block_size, or split the trace");
    public static ErrorCode TooManyWorkers { get; } = Replays.Input(FaultCategory.LimitsExceeded,
        "the workers and ranks do not fit into memory", "use fewer");
    public static ErrorCode TransferBandwidthInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "nothing can be handed over between the pools", "give a positive kv_transfer_bandwidth");
    public static ErrorCode WorkloadKnobInvalid { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "a change of the workload (ratios, copies, concurrent tasks) has a value that means nothing",
            "the message names the setting and what it may be");
    public static ErrorCode WorkloadKnobRefused { get; } = Replays.Input(FaultCategory.InvalidArgument,
        "a change of the workload does not go with the workload or with another setting", "the message says which and what does instead");
}
