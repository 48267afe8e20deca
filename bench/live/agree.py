#!/usr/bin/env python3
"""Live replays against `agentsim serve` beside simulated replays of the same rows.

Token counts and the order of dependencies have to be exact; mean TTFT and latency within 3 %. The load of the machine stands with the
figures: on a busy one they say more of it than of AgentSim.

    agree.py [--cli "dotnet .../agentsim.dll"] [--seconds 120] [--cores]
"""

import argparse
import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CLI = ["dotnet", os.path.join(ROOT, "src/AgentSim.Cli/bin/Release/net10.0/agentsim.dll")]

BEFORE = []
SERVER = []


class Server:
    """`agentsim serve` for as long as the block runs."""

    def __init__(self, cli, *arguments, core=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        before = [*BEFORE, *(["taskset", "-c", str(core)] if core is not None else [])]
        self.process = subprocess.Popen([*before, *cli, "serve", "--port", str(self.port), *arguments],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if "serving" not in line:
            sys.exit(f"the server did not start: {line}{self.process.stderr.read()}")
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def run(cli, *arguments, core=None):
    before = [*BEFORE, *(["taskset", "-c", str(core)] if core is not None else [])]
    return subprocess.run([*before, *cli, *arguments], capture_output=True, text=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def plain(path, seconds, seed):
    """Requests by themselves, a third of which share prompts."""
    draw, at = random.Random(seed), 0.0
    with open(path, "w", encoding="utf-8") as file:
        for i in range(int(seconds * 4)):
            at += draw.expovariate(4) * 1000
            length = draw.randrange(200, 3000)
            blocks = -(-length // 512)
            group = draw.randrange(12)
            ids = [group * 100 + b if group < 4 else 10000 + i * 10 + b for b in range(blocks)]
            file.write(json.dumps({"timestamp": round(at, 3), "input_length": length, "output_length": draw.randrange(8, 200),
                                   "hash_ids": ids}) + "\n")
    return ["--trace-format", "mooncake", "--trace-block-size", "512"]


def sessions(path, seconds, seed):
    """Conversations: every turn has the prompt before it, and comes some time after its answer."""
    draw = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for s in range(int(seconds * 0.7)):
            length, ids = 0, []
            start = draw.uniform(0, seconds * 900)
            for turn in range(draw.randrange(2, 6)):
                length += draw.randrange(100, 900)
                while len(ids) * 256 < length:
                    ids.append(s * 1000 + len(ids))
                row = {"session_id": f"s{s}", "input_length": length, "output_length": draw.randrange(10, 150), "hash_ids": list(ids)}
                row["timestamp" if turn == 0 else "delay"] = round(start if turn == 0 else draw.uniform(50, 1500), 3)
                file.write(json.dumps(row) + "\n")
    return ["--trace-format", "mooncake", "--trace-block-size", "256"]


def agents(path, seconds, seed, version):
    """Agents with tools and sub-agents: the sample, as many times as fit."""
    copies = max(1, int(seconds / 12))
    sample = os.path.join(ROOT, "samples/agent-small.trace.jsonl.gz")
    made = run(CLI, "convert", "--agentic", "--format", f"v{version}", "--input-path", sample, "--output-file", path)
    if made.returncode != 0:
        sys.exit(made.stderr)
    size = [] if version == 2 else ["--trace-block-size", "16"]
    return ["--trace-format", "agentic_mooncake", *size, "--copies", str(copies), "--copies-window-seconds", str(seconds)]


def order(rows, records):
    """How many starts are earlier than what they wait for allows, by the rows themselves; and how many were looked at."""
    wrong = checked = 0

    def check(record, allowed):
        nonlocal wrong, checked
        checked += 1
        if record["sent_ms"] < allowed - 1e-6:
            wrong += 1

    turns = {(r["session_id"], r["turn_index"]): r for r in records if not r.get("request_id")}
    seen = {}
    for row in rows:
        if "session_id" not in row or row.get("request_id"):
            continue
        turn = seen[row["session_id"]] = seen.get(row["session_id"], -1) + 1
        if turn > 0 and (row["session_id"], turn) in turns:
            check(turns[row["session_id"], turn], turns[row["session_id"], turn - 1]["terminal_time_ms"] + row.get("delay", 0))
    # Copies of agents have the names of the first with something before or behind.
    by = {r["request_id"]: r for r in records if r.get("request_id")}
    for row in rows:
        name = row.get("request_id")
        for key, record in by.items():
            if not name or name not in key:
                continue
            before, behind = key.split(name, 1)
            for edge in row.get("dependencies") or []:
                other = by.get(f"{before}{edge['request_id']}{behind}")
                if other:
                    start = other["arrival_time_ms"] if edge.get("trigger") == "dispatch" else other["terminal_time_ms"]
                    check(record, start + (edge.get("delay_ms") or 0))
            waits = [by.get(f"{before}{w}{behind}") for w in row.get("wait_for") or []]
            if waits and all(waits):
                check(record, max(w["terminal_time_ms"] for w in waits) + (row.get("delay") or 0))
    return wrong, checked


def mean(records, name):
    values = [record[name] for record in records if record["terminal_status"] == "completed" and record[name] is not None]
    return sum(values) / len(values)


def compare(name, cli, folder, rows, options, cores):
    with Server(cli, *SERVER, core=1 if cores else None) as server:
        load = os.getloadavg()[0]
        live = run(cli, "live", rows, *options, "--endpoint", server.url, "--model", "agentsim", "--report-json", f"{folder}/live.json",
                   "--report-jsonl", f"{folder}/live.jsonl", core=0 if cores else None)
        if not os.path.exists(f"{folder}/live.json"):
            sys.exit(live.stderr)
    simulated = run(cli, "replay", rows, *options, "--report-json", f"{folder}/sim.json", "--report-jsonl", f"{folder}/sim.jsonl")
    if simulated.returncode != 0:
        sys.exit(simulated.stderr)
    a, b = read(f"{folder}/live.jsonl"), read(f"{folder}/sim.jsonl")
    counts = {r["uuid"]: (r["input_length"], r["output_length"]) for r in a} == {r["uuid"]: (r["input_length"], r["output_length"]) for r in b}
    failed = sum(r["terminal_status"] != "completed" for r in a)
    wrong, checked = order(read(rows), a)
    ttft = mean(a, "ttft_ms") / mean(b, "ttft_ms") - 1
    e2e = mean(a, "e2e_latency_ms") / mean(b, "e2e_latency_ms") - 1
    report = json.load(open(f"{folder}/live.json", encoding="utf-8"))["run"]
    client = report["client"]
    print(f"{name:11} {len(a):5} requests, {failed} failed, tokens {'exact' if counts else 'DIFFER'}, "
          f"order {checked - wrong} of {checked}, TTFT {100 * ttft:+.2f} %, E2E {100 * e2e:+.2f} %, "
          f"p99 dispatch {client['dispatch_delay_p99_ms']:.2f} ms, client CPU {100 * client['cpu_share']:.0f} %, "
          f"{'valid' if report['valid'] else 'NOT VALID'}, load {load:.1f} to {os.getloadavg()[0]:.1f}", flush=True)
    return counts and failed == 0 and wrong == 0 and abs(ttft) <= 0.03 and abs(e2e) <= 0.03


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", default=None)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--cores", action="store_true", help="client on core 0, server on core 1")
    parser.add_argument("--only", default=None)
    parser.add_argument("--server", default="", help="more arguments of the server, as '--turnaround-ms 0'")
    parser.add_argument("--before", default="", help="what runs client and server, as 'chrt -r 1' on machines that others use, too")
    given = parser.parse_args()
    BEFORE[:] = shlex.split(given.before)
    SERVER[:] = shlex.split(given.server)
    cli = shlex.split(given.cli) if given.cli else CLI
    kinds = {
        "plain": lambda path: plain(path, given.seconds, 1),
        "multi-turn": lambda path: sessions(path, given.seconds, 2),
        "agentic v1": lambda path: agents(path, given.seconds, 3, 1),
        "agentic v2": lambda path: agents(path, given.seconds, 4, 2),
    }
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name, make in kinds.items():
            if given.only and given.only != name:
                continue
            rows = os.path.join(folder, "rows.jsonl")
            good &= compare(name, cli, folder, rows, make(rows), given.cores)
            for each in ("live.json", "live.jsonl"):
                os.remove(os.path.join(folder, each))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
