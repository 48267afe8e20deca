using System.Text.Json;

namespace AgentSim.Fuzz;

/// <summary>What a worker says of a run.</summary>
internal sealed record Answer(List<Finding> Findings);

/// <summary>The process in which runs happen. It is told on standard input which, one line each, and answers on standard error.</summary>
internal static class Worker
{
    /// <summary>Begins lines that are answers. Other lines are what the runtime says when it dies.</summary>
    public const char Mark = '\u0001';

    public static int Run(string program, string folder, ulong seed)
    {
        string cases = Path.Combine(folder, "case"), temporary = Path.Combine(folder, "tmp");
        var target = new Target(program, Path.Combine(folder, "output"));
        TextWriter answers = Console.Error;
        var maker = new CaseMaker(command => System.Text.Encoding.UTF8.GetString(target.Run(folder, [command, "--help"]).Output));
        using var server = new RunningServer(program);
        while (Console.In.ReadLine() is { } line)
        {
            Case call = line[0] == 'c' ? Case.Load(line[1..]) : maker.Make(seed, long.Parse(line,
                System.Globalization.CultureInfo.InvariantCulture));
            if (Directory.Exists(cases)) Directory.Delete(cases, recursive: true);
            Directory.CreateDirectory(cases);
            call.Lay(cases);
            List<Finding> findings = Run(call);
            foreach (string left in Directory.EnumerateFileSystemEntries(temporary))
            {
                if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
                else File.Delete(left);
            }

            answers.WriteLine(Mark + JsonSerializer.Serialize(new Answer(findings)));
        }

        return 0;

        List<Finding> Run(Case call)
        {
            if (RunningServer.IsFor(call)) return server.Run(call);
            if (!HostileServer.IsFor(call)) return [.. Checks.Of(call, target.Run(cases, call.Arguments), cases, temporary)];
            using var hostile = new HostileServer(call);
            return [.. Checks.Of(call, target.Run(cases, hostile.Arguments), cases, temporary)];
        }
    }
}
