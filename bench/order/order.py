#!/usr/bin/env python3
"""Makes build/native/order.txt, in which the native program for linux-x64 has the functions that run in replays and conversions.

  order.py make [--built FOLDER]   builds the program without an order, runs it in valgrind, writes the file (some minutes);
                                   or takes the one that was published to a folder, in whatever order
  order.py check PROGRAM.dbg       whether a program has the functions in that order; .dbg is what publishing writes beside it

The kernel maps 64 KB round each page of a program that is touched. What runs is a tenth of the code; scattered over all of it, it
brings nearly all of it into memory. Names that a program does not have do no harm, nor do functions that the file does not name: so it
has to be made again only when much has changed, which `check` says. Needs valgrind (callgrind) and nm (binutils).
"""
import argparse, bisect, collections, json, pathlib, re, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORDER = ROOT / "build/native/order.txt"
sys.path.insert(0, str(ROOT / "bench/compare"))
from generate import write_rows, write_trace

# A program that has less of the names says that the file is old, and functions that take so many times their size do not lie together.
KNOWN, SPREAD = 0.8, 2
REPORTS = ["--report-json", "{out}/report.json", "--report-jsonl", "{out}/requests.jsonl"]
ROUND_ROBIN, KV = ["--router-mode", "round_robin"], ["--router-mode", "kv_router"]
PLAIN = ["replay", "{plain}", "--trace-block-size", "512"]
AGENTS = ["replay", "{rows}", "--trace-format", "agentic_mooncake", "--trace-block-size", "16", *KV]
SAMPLE = ["{root}/samples/agent-small.trace.jsonl.gz"]


def engine(**values):
    return ["--extra-engine-args", json.dumps(values)]


def pools(**values):
    return [part for role in ("prefill", "decode") for part in
            (f"--{role}-engine-args", json.dumps({**values, "worker_type": role}), f"--num-{role}-workers", "4")]


SGLANG = {"engine_type": "sglang", "block_size": 512, "sglang": {"page_size": 512}}
# What is to be quick and small; by kinds, the functions of each behind those of the ones before.
WORK = {
    "replays": [
        [*PLAIN, *ROUND_ROBIN, *engine(block_size=512), "--num-workers", "8", *REPORTS],
        [*PLAIN, *KV, *engine(block_size=512), "--num-workers", "8", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(block_size=16, num_gpu_blocks=524288), "--num-workers", "8", *REPORTS],
        [*PLAIN, *KV, *engine(block_size=16, num_gpu_blocks=524288), "--num-workers", "8", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(**SGLANG), "--num-workers", "8", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(engine_type="trtllm", block_size=512), "--num-workers", "8", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *pools(block_size=512), *REPORTS],
        [*PLAIN, *KV, *engine(block_size=512), "--num-workers", "128", "--replay-concurrency", "1024", *REPORTS],
        [*AGENTS, *engine(block_size=16), "--num-workers", "8", *REPORTS],
    ],
    "conversions": [
        ["convert", "--agentic", "--input-path", "{trace}", "--output-file", "{out}/converted.jsonl"],
        ["convert", "--agentic", "--input-path", *SAMPLE, "--output-file", "{out}/converted.jsonl"],
    ],
    "further replays": [
        [*PLAIN, *ROUND_ROBIN, *pools(**SGLANG), *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(block_size=512, dp_size=2), "--num-workers", "4", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(**SGLANG, dp_size=2), "--num-workers", "4", *REPORTS],
        [*PLAIN, *ROUND_ROBIN, *engine(block_size=512, g1_backend="kvbm"), "--num-workers", "8", *REPORTS],
        [*AGENTS, *engine(block_size=16), "--num-workers", "8", "--agents", "--report-agents", "{out}/tasks.csv", *REPORTS],
        [*AGENTS, *engine(**{**SGLANG, "block_size": 16, "sglang": {"page_size": 16}}), "--num-workers", "8", *REPORTS],
        ["replay", *SAMPLE, "--trace-format", "dynamo", *REPORTS],
    ],
}


def needed(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        sys.exit(f"{', '.join(missing)} not found: this needs valgrind and nm (binutils).")


def symbols(program):
    """The functions of the compiler, not those of libraries in C: their addresses in order, and the names of each."""
    names = collections.defaultdict(list)
    for line in subprocess.run(["nm", "--format=sysv", program], capture_output=True, text=True, check=True).stdout.splitlines():
        name, address, *_, section = [part.strip() for part in line.split("|")] if line.count("|") == 6 else [""] * 7
        if section == "__managedcode":
            names[int(address, 16)].append(name)
    return sorted(names), names


def addresses(profile):
    """The addresses of the instructions that ran, of a file of callgrind; where calls go to is left out."""
    at, called, found = 0, False, set()
    for line in profile.read_text().splitlines():
        match = re.match(r"(0x[0-9a-f]+|[+-]\d+|\*) \S+ \d+$", line)
        if match:
            text = match[1]
            at = int(text, 16) if text.startswith("0x") else at + (0 if text == "*" else int(text))
            if not called:
                found.add(at)
        called = line.startswith("calls=")
    return found


def filled(command, places):
    return [part if part.startswith('{"') else part.format(**places) for part in command]


def ran(program, arguments, known, folder):
    """The first addresses of the functions that a command runs."""
    profile = folder / "profile"
    callgrind = ["valgrind", "--tool=callgrind", "--dump-instr=yes", f"--callgrind-out-file={profile}"]
    for before in ([], callgrind):   # first alone: what does not work is known at once
        run = subprocess.run([*before, program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"agentsim {' '.join(arguments)}: {run.stderr}")
    functions = {known[i - 1] for at in addresses(profile) if 0 < (i := bisect.bisect_right(known, at)) < len(known)}
    profile.unlink()
    return functions


def inputs(folder):
    """Small files of the kinds that are replayed and converted."""
    write_rows(folder / "rows.jsonl", 1000)
    write_trace(folder / "trace.jsonl", 1)
    with open(folder / "rows.jsonl") as rows, open(folder / "plain.jsonl", "w") as plain:
        for row in map(json.loads, rows):
            ids = row["hash_ids"][::8]   # blocks of 512 tokens
            lengths = {"input_length": 512 * len(ids) - 7, "output_length": row["output_length"]}
            plain.write(json.dumps({"timestamp": int(row["timestamp"]), **lengths, "hash_ids": ids}) + "\n")
    return {"root": ROOT, "out": folder, **{name: folder / f"{name}.jsonl" for name in ("rows", "trace", "plain")}}


def make(options):
    needed("valgrind", "nm")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        built = pathlib.Path(options.built or folder / "built")
        if not options.built:
            publish = ["dotnet", "publish", "src/AgentSim.Cli", "-c", "Release", "-r", "linux-x64", "--nologo", "-v", "q"]
            subprocess.run([*publish, "-p:IlcOrderFile=", "-o", built], cwd=ROOT, check=True)
        # Beside its symbols, valgrind reads them, for minutes.
        program = shutil.copy(built / "agentsim", folder / "agentsim")
        known, names = symbols(built / "agentsim.dbg")
        places, seen, lines = inputs(folder), set(), []
        for kind, commands in WORK.items():
            found = set().union(*(ran(program, filled(command, places), known, folder) for command in commands))
            # By name, so that a file that is made again differs little.
            new = sorted({name for at in found - seen for name in names[at]})
            seen |= found
            lines += [f"# {kind}", *new]
            print(f"{kind}: {len(new)} functions", flush=True)
        ORDER.write_text("\n".join(lines) + "\n")


def check(options):
    needed("nm")
    known, names = symbols(options.program)
    ends = dict(zip(known, known[1:]))
    wanted = {line for line in ORDER.read_text().splitlines() if not line.startswith("#")}
    found = [at for at in known if at in ends and wanted.intersection(names[at])]
    have = len(wanted.intersection(name for at in found for name in names[at]))
    size, spread = sum(ends[at] - at for at in found), ends[found[-1]] - found[0] if found else 0
    print(f"{have} of {len(wanted)} functions of the order, {size / 1e6:.2f} MB, within {spread / 1e6:.2f} MB")
    if have < KNOWN * len(wanted):
        sys.exit("The order is old: bench/order/order.py make")
    if spread > SPREAD * size:
        sys.exit("The functions of the order do not lie together.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    making = kinds.add_parser("make")
    making.add_argument("--built")
    making.set_defaults(run=make)
    checking = kinds.add_parser("check")
    checking.add_argument("program")
    checking.set_defaults(run=check)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
