// The bars of calibration on measurements of real deployments: fits profiles as agentsim calibrate does and predicts what was held out.
// dotnet run -c Release --project bench/calibration -- FOLDER [ID...]
using System.Diagnostics;
using System.Globalization;
using AgentSim.CalibrationBars;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length == 0)
{
    Console.Error.WriteLine(
        "usage: AgentSim.CalibrationBars FOLDER [V1 V3 V4 V5 V7 V8 synthetic]...   (FOLDER has h100, kubecon, " +
            "llmservingsim, dynamo-planner)");
    return 2;
}

string data = args[0];
var table = new BarTable();
(string Id, Action Run)[] all =
[
    ("V1", () => RequestBars.V1(data, table)),
    ("V3", () => RequestBars.V3(data, table)),
    ("V4", () => OperatorBars.V4(data, table)),
    ("V5", () => RequestBars.V5(data, table)),
    ("V7", () => OperatorBars.V7(data, table)),
    ("V8", () => OperatorBars.V8(data, table)),
    ("synthetic", () => SyntheticBar.Run(table)),
];
foreach ((string id, Action run) in all)
{
    if (args.Length > 1 && !args.Skip(1).Contains(id)) continue;
    long start = Stopwatch.GetTimestamp();
    run();
    Console.Error.WriteLine($"{id}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
}

Console.Write(table.Render());
return table.Missed > 0 ? 1 : 0;
