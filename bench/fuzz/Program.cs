using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AgentSim.Fuzz;

if (args is ["worker", var workerProgram, var workerFolder, var workerSeed])
    return Worker.Run(workerProgram, workerFolder, ulong.Parse(workerSeed, CultureInfo.InvariantCulture));

var options = new Dictionary<string, string>
{
    ["--program"] = Path.Combine(AppContext.BaseDirectory, "agentsim.dll"), ["--seed"] = "1", ["--runs"] = "2000", ["--run"] = "",
        ["--case"] = "",
    ["--save"] = "out/fuzz", ["--jobs"] = "1",
};
for (int i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !options.ContainsKey(args[i]))
    {
        Console.Error.WriteLine("usage: fuzz [--runs N] [--seed S] [--run N | --case FOLDER] [--program PATH] [--jobs N] [--save FOLDER]: "
            + $"not {args[i]}");
        return 2;
    }

    options[args[i]] = args[i + 1];
}

return new Fuzzer(options).Run();

/// <summary>Hands out runs to workers, and sorts what they find by what it looks like.</summary>
internal sealed partial class Fuzzer(Dictionary<string, string> options)
{
    private readonly ulong _seed = ulong.Parse(options["--seed"], CultureInfo.InvariantCulture);
    private readonly string _program = Path.GetFullPath(options["--program"]);
    private readonly string _folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
        $"fuzz-{Environment.ProcessId}");
    private readonly Dictionary<string, Found> _found = [];
    private long _next, _done, _findings;

    public int Run()
    {
        if (options["--case"] is { Length: > 0 } saved) return One("c" + Path.GetFullPath(saved));
        if (options["--run"] is { Length: > 0 } run) return One(run);
        long runs = long.Parse(options["--runs"], CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        Thread[] jobs = [.. Enumerable.Range(0, int.Parse(options["--jobs"],
            CultureInfo.InvariantCulture)).Select(job => new Thread(() => Work(job, runs)))];
        foreach (Thread job in jobs) job.Start();
        while (jobs.Any(job => !job.Join(job == jobs[0] ? 10_000 : 0)))
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_done} of {runs} runs, {_done / clock.Elapsed.TotalSeconds:F0}/s, {_found.Count} kinds of findings"));
        foreach (Found found in _found.Values.OrderBy(found => found.Runs[0])) Show(found);
        Directory.Delete(_folder, recursive: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{runs} runs with seed {_seed} in {clock.Elapsed.TotalSeconds:F0} s: {_findings} findings of {_found.Count} kinds"));
        return _found.Count == 0 ? 0 : 1;
    }

    private void Work(int job, long runs)
    {
        using var session = new Session(_program, Path.Combine(_folder, job.ToString(CultureInfo.InvariantCulture)), _seed);
        for (long run = Interlocked.Increment(ref _next) - 1; run < runs; run = Interlocked.Increment(ref _next) - 1)
        {
            string number = run.ToString(CultureInfo.InvariantCulture);
            List<Finding> findings = session.Run(number);
            // What earlier runs left in the process is no fault of this one.
            if (findings.Any(finding => !IsKnown(finding))) findings = session.Run(number, isFresh: true);
            Interlocked.Increment(ref _done);
            bool isHeavy = findings.Any(finding => finding.Kind is "time" or "memory");   // making it smaller would take minutes
            foreach (Finding finding in findings) Add(finding, run, isHeavy ? null : session);
        }
    }

    private bool IsKnown(Finding finding)
    {
        lock (_found) return _found.ContainsKey(Signature(finding));
    }

    private void Add(Finding finding, long run, Session? session)
    {
        string signature = Signature(finding);
        Interlocked.Increment(ref _findings);
        lock (_found)
        {
            if (_found.TryGetValue(signature, out Found? known))
            {
                known.Count++;
                if (known.Runs.Count < 5) known.Runs.Add(run);
                return;
            }

            _found[signature] = new Found(finding, [run]);
        }

        Keep(finding, run, session);
    }

    // Saves the case, as small as it can be made.
    private void Keep(Finding finding, long run, Session? session)
    {
        string kept = Path.GetFullPath(Path.Combine(options["--save"], string.Create(CultureInfo.InvariantCulture,
            $"{_seed}-{run}-{finding.Kind.Replace(' ', '-')}")));
        string trial = Path.Combine(_folder, "trial" + Environment.CurrentManagedThreadId.ToString(CultureInfo.InvariantCulture));
        var maker = new CaseMaker(Help);
        Case call = maker.Make(_seed, run);
        if (session is not null)
        {
            call = new Minimizer(less =>
            {
                less.Save(trial);
                return session.Run("c" + trial).Any(other => Signature(other) == Signature(finding));
            }).Smallest(call);
        }

        call.Save(kept);
    }

    private string Help(string command)
    {
        var start = new ProcessStartInfo(_program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet"
            : _program) { RedirectStandardOutput = true };
        if (start.FileName == "dotnet") start.ArgumentList.Add(_program);
        start.ArgumentList.Add(command);
        start.ArgumentList.Add("--help");
        using Process process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd();
    }

    private int One(string request)
    {
        using var session = new Session(_program, Path.Combine(_folder, "0"), _seed);
        List<Finding> findings = session.Run(request);
        if (request[0] != 'c')
        {
            Case call = new CaseMaker(Help).Make(_seed, long.Parse(request, CultureInfo.InvariantCulture));
            string kept = Path.GetFullPath(Path.Combine(options["--save"], $"{_seed}-{request}"));
            call.Save(kept);
            Console.WriteLine($"saved as {kept}: {string.Join(' ', call.Arguments.Select(argument => $"'{Printable(argument)}'"))}");
        }

        foreach (Finding finding in findings) Console.WriteLine($"{finding.Kind}: {Printable(finding.Text)}");
        if (findings.Count == 0) Console.WriteLine("nothing found");
        return findings.Count == 0 ? 0 : 1;
    }

    private void Show(Found found)
    {
        string runs = string.Join(", ", found.Runs.Order());
        Console.WriteLine($"{found.Finding.Kind}: {Printable(found.Finding.Text)}\n    {found.Count} times; --seed {_seed} --run {runs}");
    }

    private static string Printable(string text) => string.Concat((text.Length > 500 ? text[..500] + "…" : text)
        .Select(c => c is >= ' ' and not '\u007f' and < '\u0080' or '…' ? c.ToString() : $"\\u{(int)c:x4}"));

    // Findings that differ in numbers and quoted text alone are one.
    private static string Signature(Finding finding) => $"{finding.Kind}: {finding.Key ?? Varying().Replace(finding.Text, "#")}";

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[0-9][0-9.e+-]*|\\\\u[0-9a-f]{4}|[^ ]*\\.(jsonl|json|csv|npz|gz|yaml)\\S*")]
    private static partial Regex Varying();

    private sealed class Found(Finding finding, List<long> runs)
    {
        public Finding Finding { get; } = finding;

        public List<long> Runs { get; } = runs;

        public int Count { get; set; } = 1;
    }
}
