namespace AgentSim.Fuzz;

/// <summary>Makes the case of a run: a command, its files, mostly with some damage, and options.</summary>
/// <param name="help">What <c>COMMAND --help</c> prints.</param>
internal sealed class CaseMaker(Func<string, string> help)
{
    /// <summary>How the names of all outputs begin.</summary>
    public const string Out = "out.";

    // A replay has most options and formats.
    private static readonly string[] Commands =
    [
        "replay", "replay", "replay", "replay", "replay", "replay", "convert", "convert", "convert", "import", "import", "import", "import",
        "timeline", "timeline", "sessions", "sessions", "compare", "sweep", "calibrate", "validate",
    ];

    private readonly Dictionary<string, Options> _options = [];

    public Case Make(ulong seed, long run)
    {
        var draw = new Draw(seed, run);
        string command = draw.Of(Commands);
        string? rare = RareCases.Kind(seed, run);
        command = rare ?? command;
        if (!_options.TryGetValue(command, out Options? options)) _options[command] = options = new Options(command, help(command));
        var files = new Dictionary<string, byte[]>();
        List<string> arguments = [command];
        if (rare is not null)
        {
            arguments = RareCases.Make(rare, files, draw);
            if (rare != "serve" && draw.Chance(60)) options.Add(arguments, draw);
            Lay(arguments, files, draw);
            return new Case(arguments, files);
        }

        string kind = draw.Of(Kinds(command));
        if (command is "replay" && draw.Chance(8))
        {
            arguments.AddRange(["--input-tokens", draw.Of(["1", "40", "500"]), "--output-tokens", "5", "--request-count", "6"]);
        }
        else
        {
            if (command == "convert") arguments.Add("--input-path");
            arguments.AddRange(Inputs(command, kind, files, draw));
            if (command is "replay" or "sweep" && draw.Chance(95)) arguments.AddRange(["--trace-format", kind]);
            if (command is "replay" or "sweep" && Seeds.Rows.Contains(kind) && draw.Chance(70)) arguments.AddRange(["--trace-block-size",
                "16"]);
            if (kind == "applied_compute_agentic" && draw.Chance(90)) arguments.AddRange(["--replay-concurrency", "2"]);
            if (command == "replay" && draw.Chance(30)) arguments.AddRange(["--num-workers", draw.Of(["2", "3"])]);
            if (command == "convert" && draw.Chance(60)) arguments.Add("--agentic");
        }

        string? output = command switch
        {
            "replay" => "--report-json", "convert" => "--output-file", "import" => "--output-path",
            "timeline" or "calibrate" => "--output", _ => null,
        };
        if (output is not null && draw.Chance(98)) arguments.AddRange([output, options.Output(output, draw)]);
        if (command == "calibrate" && draw.Chance(80)) arguments.AddRange(["--num-gpu-blocks", "1000", "--layers", "2"]);
        for (int i = draw.Below(3) == 0 ? 0 : draw.Few(); i > 0; i--) options.Add(arguments, draw);
        if (draw.Chance(4)) Odd(arguments, draw);

        Lay(arguments, files, draw);
        return new Case(arguments, files);
    }

    // What arguments name lies there, sound or not.
    private static void Lay(List<string> arguments, Dictionary<string, byte[]> files, Draw draw)
    {
        foreach (string name in (string[])["fitted.npz", "fitted.calibration.json", "small.npz", "policy.yaml", "sweep.jsonl",
            "bench.json"])
        {
            string mention = name == "fitted.calibration.json" ? "fitted.npz" : name;
            if (arguments.Any(argument => argument.Contains(mention, StringComparison.Ordinal)) && draw.Chance(95))
                files.TryAdd(name, Damaged(Seeds.Find(name)!, draw, 60));
        }
    }

    private static string[] Kinds(string command) => command switch
    {
        "replay" => [.. Seeds.Rows, .. Seeds.Rows, "dynamo", "dynamo", .. Seeds.Recordings],
        "sweep" => [.. Seeds.Rows, "dynamo", "table"],
        "import" => Seeds.Recordings,
        "timeline" => ["dynamo", "records"],
        "compare" => ["report"],
        "calibrate" or "validate" => ["measurement", "measurement", "measurement", "planner", "operators"],
        _ => ["dynamo"],
    };

    // Puts files there, and says what names them.
    private static List<string> Inputs(string command, string kind, Dictionary<string, byte[]> files, Draw draw)
    {
        if (draw.Chance(1)) return [draw.Of(["/dev/zero", "/dev/null", "missing.jsonl", ".", "*.nothing", "/proc/self/mem"])];
        string from = draw.Chance(4) ? draw.Of(["records", "report", "policy", "profile", "measurement", "dynamo", "mooncake", "weka"])
            : kind;
        string[] seeds = Seeds.Of(from);
        bool isFolder = from is "planner" or "operators" || draw.Chance(4);
        if (!isFolder) seeds = command == "compare" || (from == "claude-code" && draw.Chance(50)) ? seeds : [draw.Of(seeds)];
        int damaged = draw.Below(seeds.Length);
        List<string> names = [];
        for (int i = 0; i < seeds.Length; i++)
        {
            byte[] content = i == damaged || draw.Chance(20) ? Damaged(seeds[i], draw, 90) : Seeds.Content(seeds[i]);
            string name = Path.GetFileName(seeds[i]);
            if (draw.Chance(2)) name = draw.Of(["a\u001b[2J", "b\u202e", "c d", "e#1", "f*[x]", "-g", "h\ni", "ü"]) + name;
            if (!name.EndsWith(".npz", StringComparison.Ordinal) && draw.Chance(12)) (name, content) = (name + ".gz",
                Archives.Gzipped(content, draw));
            names.Add(isFolder ? "in/" + name : name);
            files[names[^1]] = content;
        }

        return isFolder ? ["in"] : names;
    }

    private static byte[] Damaged(string seed, Draw draw, int percent) => !draw.Chance(percent) ? Seeds.Content(seed)
        : seed.EndsWith(".npz", StringComparison.Ordinal) ? Archives.Npz(Seeds.Content(seed), draw)
        : Mutation.Text(Seeds.Content(seed), draw);

    private static void Odd(List<string> arguments, Draw draw)
    {
        int at = 1 + draw.Below(arguments.Count);
        switch (draw.Below(5))
        {
            case 0: arguments.Insert(at, draw.Of(EdgeValues.Texts)); break;
            case 1 when at < arguments.Count: arguments.RemoveAt(at); break;
            case 2 when at < arguments.Count: arguments[at] = draw.Of(EdgeValues.Texts); break;
            case 3: arguments[^1] = draw.Of(["/dev/full", "nofolder/out.x", ".", "out.other", arguments[1]]); break;
            default: arguments.Insert(at, "--" + draw.Of(["", "nope", "report", "num", "nope=\u001b[2J", "agents=1",
                "trace-format="])); break;
        }
    }
}
