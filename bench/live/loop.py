#!/usr/bin/env python3
"""The whole loop on loopback: measure, fit, predict, check.

A server without a GPU gets a timing profile that nothing else here looks at. It is probed, a profile is fitted to the probe, an agentic
workload is predicted with that, sent to the server, and both are compared. The table shows the errors of the prediction, and beside it
those of the built-in timing.

    loop.py [--hidden PROFILE.npz] [--before "chrt -r 1"] [--keep FOLDER]
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

import agree

METRICS = ["mean_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "mean_e2e_latency_ms", "p99_e2e_latency_ms", "output_throughput_tok_s", "duration_ms"]


def step(cli, *arguments):
    begin = time.time()
    done = agree.run(cli, *arguments)
    print(f"$ agentsim {' '.join(arguments)}   ({time.time() - begin:.0f} s)", flush=True)
    for line in (done.stderr + done.stdout).splitlines():
        if any(word in line for word in ("warning", "requests, TTFT", "error", "mape", "e2e", "ttft", "tpot", "throughput", "[", "go to")):
            print(f"    {line}"[:200])
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", default=None)
    parser.add_argument("--hidden", default=None, help="profile of the server; without it one of the recorded run of an RTX 4090")
    parser.add_argument("--before", default="")
    parser.add_argument("--keep", default=None)
    parser.add_argument("--server", default="", help="more arguments of the server, as '--turnaround-ms 0'")
    parser.add_argument("--known", default="--max-num-seqs 256 --max-num-batched-tokens 2048",
                        help="what whoever runs a server knows of it, and servers do not say")
    parser.add_argument("--concurrency", default="16")
    parser.add_argument("--longest", default="4096")
    given = parser.parse_args()
    cli = shlex.split(given.cli) if given.cli else agree.CLI
    folder = given.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    print(f"load {os.getloadavg()[0]:.1f}")
    hidden = given.hidden
    if hidden is None:
        step(cli, "calibrate", os.path.join(agree.ROOT, "samples/rtx4090/requests.jsonl.gz"), "-o", "hidden.npz")
        hidden = "hidden.npz"
    sample = os.path.join(agree.ROOT, "samples/agent-small.trace.jsonl.gz")
    step(cli, "convert", "--agentic", "--input-path", sample, "--output-file", "rows.jsonl")
    rows = ["rows.jsonl", "--trace-format", "agentic_mooncake", "--trace-block-size", "16", "--copies", "3"]
    agree.BEFORE[:] = shlex.split(given.before)
    with agree.Server(cli, "--timing-profile", hidden, *shlex.split(given.server)) as server:
        to = ["--endpoint", server.url, "--model", "agentsim"]
        step(cli, "probe", *to, "-o", "probe.jsonl", "--max-concurrency", given.concurrency, "--max-prompt-tokens", given.longest)
        agree.BEFORE[:] = []
        step(cli, "calibrate", "probe.jsonl", "-o", "found.npz", *shlex.split(given.known))
        step(cli, "replay", *rows, "--timing-profile", "found.npz", "--report-json", "predicted.json", "--name", "predicted", "--agents")
        agree.BEFORE[:] = shlex.split(given.before)
        step(cli, "live", *rows, *to, "--report-json", "live.json", "--report-jsonl", "live.jsonl", "--name", "live", "--agents")
    agree.BEFORE[:] = []
    size = ["--extra-engine-args", json.dumps(json.load(open("predicted.json"))["run"]["settings"]["engine_args"] | {"planner_profile_data": None})]
    step(cli, "replay", *rows, *size, "--report-json", "builtin.json", "--name", "built-in", "--agents")
    step(cli, "replay", *rows, "--timing-profile", hidden, "--report-json", "truth.json", "--name", "hidden profile", "--agents")
    found = {name: json.load(open(f"{name}.json", encoding="utf-8")) for name in ("live", "predicted", "builtin", "truth")}
    print(f"\n{'metric':26} {'live':>12} {'predicted':>12} {'error':>8} {'hidden':>8} {'built-in':>9}")
    for metric in METRICS + ["agents.mean_task_makespan_ms"]:
        values = {}
        for name, report in found.items():
            value = report
            for part in metric.split("."):
                value = value.get(part, {}) if isinstance(value, dict) else value
            values[name] = value
        if not isinstance(values["live"], (int, float)):
            continue
        error = {name: 100 * (values[name] / values["live"] - 1) for name in values}
        print(f"{metric:26} {values['live']:12.2f} {values['predicted']:12.2f} {error['predicted']:+7.2f} % {error['truth']:+6.2f} % {error['builtin']:+7.1f} %")
    print(f"live run valid: {found['live']['run']['valid']}, {found['live']['run']['client']}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
