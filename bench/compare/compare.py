#!/usr/bin/env python3
"""What replays and conversions cost, AgentSim beside a reference program.

  compare.py --trace CONVERSATION.jsonl[.gz] [--cli PATH] [--reference PROGRAM] [--rounds 5] [--only TEXT] [--made DIR]
             [--set table|stretches|scaling|growth]

--cli is agentsim or agentsim.dll; without it the native program is built and measured. --trace is
conversation_trace.jsonl of the FAST'25 Mooncake release. The programs run alternately, each run a process of its own;
the figures are medians over the rounds:
  simulation   engine start to end, without loading (`wall_ms` of the reference, `wall_time_ms` of AgentSim)
  process      the whole process, files read and reports written
  memory       peak resident memory of the process
and behind them the ratio and the least it must be. `equal` says whether every number of both reports and of all request
records agrees to 1e-9, after the first round. Without --reference AgentSim's figures stand alone.
--set stretches replays what has stretches of its own kind: several ranks, kvbm, prefill workers of SGLang;
--set scaling lengthens all outputs of the trace, --set growth replays 100,000 and 1,000,000 agentic requests.
Generated inputs are kept in --made for the next call. Exit code 1 if results differ; a missed bar is marked with `<`,
which is no failure, for machines are noisy.
"""
import argparse, gzip, json, os, shutil, statistics, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from cases import arguments
from measuring import measure
from workloads import GROWTH, SCALING, STRETCHES, WORKLOADS

HERE = os.path.dirname(os.path.abspath(__file__))
SETS = {"table": WORKLOADS, "stretches": STRETCHES, "scaling": SCALING, "growth": GROWTH}


def helper(script, *args):
    return subprocess.run([sys.executable, f"{HERE}/{script}", *args], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def native_program(folder):
    """Builds the program as it is published for this machine."""
    project = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "AgentSim.Cli")
    ask = ["dotnet", "msbuild", project, "-getProperty:NETCoreSdkPortableRuntimeIdentifier"]
    platform = subprocess.run(ask, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    build = subprocess.run(["dotnet", "publish", project, "-c", "Release", "-r", platform, "-o", f"{folder}/native", "--nologo", "-v", "quiet"])
    if build.returncode != 0:
        raise SystemExit("the native program cannot be built; name a program with --cli")
    return f"{folder}/native/agentsim"


def trace_of(options, workload):
    """The input file of a workload, made if it is not there: plain text, which both programs read."""
    if workload.made is None or workload.made[0] == "scaled":
        if not options.trace:
            raise SystemExit(f"{workload.name} needs --trace")
        if workload.made is None and not options.trace.endswith(".gz"):
            return os.path.abspath(options.trace)
    name = "conversation" if workload.made is None else "-".join(workload.made).replace("--", "")
    path = f"{options.made}/{name}.jsonl"
    if os.path.exists(path):
        return path
    if workload.made is None:
        with gzip.open(options.trace) as source, open(f"{path}.part", "wb") as file:
            shutil.copyfileobj(source, file)
    else:
        source = ["--trace", options.trace] if workload.made[0] == "scaled" else []
        helper("generate.py", workload.made[0], f"{path}.part", *workload.made[1:], *source)
    os.rename(f"{path}.part", path)
    return path


def commands(options, workload, file, folder):
    """The reference's command and AgentSim's, with their results in `theirs` and `ours`."""
    ours, theirs = f"{folder}/ours", f"{folder}/theirs"
    if workload.case is None:
        return ([options.reference, "convert", "--agentic", f"{theirs}/rows.jsonl", file],
                [*options.cli, "convert", "--agentic", "--input-path", file, "--output-file", f"{ours}/rows.jsonl"])
    with open(f"{folder}/case.json", "w") as case:
        json.dump({**workload.case, "files": [file]}, case)
    return [options.reference, "replay", f"{folder}/case.json", theirs], [*options.cli, *arguments(workload.case, file, ours)]


def figures(costs, simulations):
    return {"simulation": statistics.median(simulations) if simulations else None,
            "process": statistics.median(c.seconds for c in costs) * 1000.0, "memory": statistics.median(c.megabytes for c in costs)}


def run(options, workload, folder):
    """Medians of the reference (None without one) and of AgentSim, and the first difference of their results."""
    file = trace_of(options, workload)
    os.makedirs(f"{folder}/ours"), os.makedirs(f"{folder}/theirs")
    reference, agentsim = commands(options, workload, file, folder)
    replay, different = workload.case is not None, None
    theirs, ours, their_times, our_times = [], [], [], []
    for number in range(options.rounds):
        if options.reference:
            theirs.append(measure(reference, folder))
            if replay:
                their_times.append(json.loads(theirs[-1].output.strip().splitlines()[-1])["wall_ms"])
        ours.append(measure(agentsim, folder))
        if replay:
            with open(f"{folder}/ours/report.json") as report:
                our_times.append(json.load(report)["wall_time_ms"])
        if options.reference and number == 0:
            which = [f"{folder}/theirs", f"{folder}/ours"] if replay else [f"{folder}/theirs/rows.jsonl", f"{folder}/ours/rows.jsonl"]
            answer = helper("agreement.py", "replay" if replay else "rows", *which)
            different = None if answer == "None" else answer
    return figures(theirs, their_times) if options.reference else None, figures(ours, our_times), different


def cell(theirs, ours, bar, digits):
    if ours is None:
        return ""
    if theirs is None:
        return f"{ours:,.{digits}f}"
    ratio = theirs / ours
    text = f"{theirs:,.{digits}f} : {ours:,.{digits}f} = {ratio:.1f}"
    if bar is None:
        return text
    return f"{text} {'≥' if ratio >= bar else '<'} {bar:g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli"); parser.add_argument("--reference"); parser.add_argument("--trace")
    parser.add_argument("--rounds", type=int, default=5); parser.add_argument("--only", default=""); parser.add_argument("--set", choices=SETS, default="table")
    parser.add_argument("--made", default=os.path.join(tempfile.gettempdir(), "agentsim-bench"), help="folder of generated inputs")
    options = parser.parse_args()
    for file in (options.cli, options.reference, options.trace):
        if file and not os.path.exists(file):
            parser.error(f"{file} does not exist")
    workloads = [w for w in SETS[options.set] if options.only in w.name]
    if not workloads or options.rounds < 1:
        parser.error("there is nothing to measure")
    os.makedirs(options.made, exist_ok=True)
    path = os.path.abspath(options.cli or native_program(options.made))
    options.cli = ["dotnet", path] if path.endswith(".dll") else [path]
    options.reference = options.reference and os.path.abspath(options.reference)
    print("| workload | simulation, ms | process, ms | peak memory, MB | equal |\n|---|---|---|---|---|", flush=True)
    failed = False
    for workload in workloads:
        with tempfile.TemporaryDirectory() as folder:
            theirs, ours, different = run(options, workload, folder)
        bar, other = workload.bar, theirs or dict.fromkeys(ours)
        cells = [cell(other[key], ours[key], limit, digits) for key, limit, digits in
                 (("simulation", bar and bar.simulation, 1), ("process", bar and bar.process, 0), ("memory", bar and bar.memory, 0))]
        equal = "" if theirs is None else different or "yes"
        print(f"| {workload.name}: {workload.what} | {' | '.join(cells)} | {equal} |", flush=True)
        failed |= different is not None
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
