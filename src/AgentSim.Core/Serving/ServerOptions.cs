using System.Net;
using AgentSim.Capture;

namespace AgentSim.Serving;

/// <summary>A server that answers with simulated engines.</summary>
public sealed record ServerOptions
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultListen = "http://127.0.0.1:8000";

    /// <summary>What its model is called unless told otherwise.</summary>
    public const string DefaultModel = "agentsim";

    /// <summary>How long clients may take to follow on an answer unless told otherwise.</summary>
    public const double DefaultTurnaroundMs = 2.0;

    private const double MostSpeed = 1e6;
    private const double MostTurnaroundMs = 1000.0;

    /// <summary>Where to listen: <c>http://</c>, an IP address, <c>localhost</c> or <c>*</c>, and a port, 0 for any free one.</summary>
    public string Listen { get; init; } = DefaultListen;

    /// <summary>The name of the model that it serves.</summary>
    public string Model { get; init; } = DefaultModel;

    /// <summary>Simulated time per time: 2 answers twice as fast as the simulated deployment would.</summary>
    public double Speed { get; init; } = 1.0;

    /// <summary>
    /// How long after an answer's end, by the wall clock, requests still arrive at the moment at which it ended, as those of a simulated
    /// replay do that follow on it; until then the pass that begins at that moment is not decided. 0: they arrive when they are received.
    /// </summary>
    public double TurnaroundMs { get; init; } = DefaultTurnaroundMs;

    internal void Check()
    {
        _ = ListenEndPoint();
        if (Model.Length == 0 || Model.Any(char.IsControl))
            throw Errors.ServerSettingInvalid.Error($"{Quote.Of(Model)} is no name of a model; give one like {DefaultModel}");
        if (!double.IsFinite(Speed) || Speed <= 0 || Speed > MostSpeed)
            throw Errors.ServerSettingInvalid.Error(
                FormattableString.Invariant($"{Setting.ServerSpeed} must be above 0 and at most {MostSpeed:0} (is {Speed})"));
        if (!(TurnaroundMs >= 0 && TurnaroundMs <= MostTurnaroundMs))
        {
            throw Errors.ServerSettingInvalid.Error(FormattableString.Invariant(
                $"{Setting.ServerTurnaround} must be from 0 to {MostTurnaroundMs:0} ms (is {TurnaroundMs})"));
        }
    }

    internal IPEndPoint ListenEndPoint() =>
        ListenAddress.Parse(Listen.EndsWith('/') ? Listen[..^1] : Listen, "http://")
        ?? throw Errors.EndpointInvalid.Error(
            $"{Quote.Of(Listen)} is not an address to listen on; give one like {DefaultListen}, with an IP address, localhost or *");
}
