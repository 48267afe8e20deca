#!/usr/bin/env python3
"""Imports WEKA traces, replays them on KV-routed workers, and says how long it took and what could be reused.

    python3 bench/imports/weka.py FOLDER [--cli "agentsim"] [--workers 32]

FOLDER holds traces as kv-cache-tester publishes them (its folder `traces`): JSON files, or JSON lines. The hit rates are those of a
cache without end that each conversation, with its sub-agents, has for itself, by whole blocks of recorded ids.
"""
import argparse
import glob
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time


def run(command):
    """Runs a command: its output, the seconds it took, and the most memory in megabytes it had."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with {process.returncode}:\n{text}")
    return text, time.monotonic() - began, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


def requests(pattern):
    """The request records of gzipped segments."""
    for file in sorted(glob.glob(pattern)):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                record = record.get("event", record)
                if record["event_type"] == "request_end":
                    yield record


def hit_rates(records):
    """Requests, prompt tokens, and of each conversation the share of whole blocks that an earlier prompt of it began with."""
    count, tokens, seen = 0, 0, {}
    for record in records:
        request, conversation = record["request"], record["agent_context"]["session_id"].split("/")[0]
        replay = request["replay"]
        whole = replay["input_length"] // replay["trace_block_size"]
        if len(replay["input_sequence_hashes"]) != -(-replay["input_length"] // replay["trace_block_size"]):
            sys.exit(f"{request['request_id']}: {len(replay['input_sequence_hashes'])} hashes for {replay['input_length']} tokens")
        known, numbers = seen.setdefault(conversation, (set(), [0, 0]))
        hits = 0
        for block in replay["input_sequence_hashes"][:whole]:
            if block not in known:
                break
            hits += 1
        known.update(replay["input_sequence_hashes"][hits:whole])
        numbers[0] += hits
        numbers[1] += whole
        count, tokens = count + 1, tokens + replay["input_length"]
    return count, tokens, sorted(hits / blocks for _, (hits, blocks) in seen.values() if blocks)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", help="folder of traces")
    options.add_argument("--cli", default="agentsim", help="how to call AgentSim (default: agentsim)")
    options.add_argument("--workers", type=int, default=32)
    chosen = options.parse_args()
    cli = shlex.split(chosen.cli)
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "weka")
        text, seconds, memory = run([*cli, "import", chosen.folder, "--format", "weka", "--output-path", prefix])
        print(text.strip())
        print(f"import: {seconds:.1f} s, {memory:.0f} MB")
        files = sorted(glob.glob(prefix + ".*.jsonl.gz"))
        count, tokens, rates = hit_rates(requests(prefix + ".*.jsonl.gz"))
        if not rates:
            sys.exit("no conversation has a whole block")
        at = lambda share: 100 * rates[round(share * (len(rates) - 1))]
        print(f"{count} requests, {tokens} prompt tokens, {len(rates)} conversations")
        print(f"best hit rate of a conversation: min {at(0):.1f}, P25 {at(.25):.1f}, median {at(.5):.1f}, P75 {at(.75):.1f}, mean {100 * sum(rates) / len(rates):.1f} %")
        text, seconds, memory = run([*cli, "replay", *files, "--trace-format", "dynamo", "--router-mode", "kv_router", "--num-workers", str(chosen.workers),
                                     "--report-json", os.path.join(folder, "report.json")])
        wall = re.search(r"Wall Time \(ms\): ([\d.,]+)", text)
        print(f"replay on {chosen.workers} workers: {wall.group(1) if wall else '?'} ms of simulation, {seconds:.1f} s with reading, {memory:.0f} MB")


if __name__ == "__main__":
    main()
