#!/usr/bin/env python3
"""How well the client keeps its times at a high rate, and that a client slowed on purpose is found out.

    dispatch.py [--rate 500] [--seconds 30] [--before "chrt -r 1"]

Client and server have a processor each. Bars: p99 dispatch delay < 2 ms, p99.9 < 10 ms, and a valid run; and with so many busy loops
on the client's processor that it gets a small part of it, a run that is not valid.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

import agree


def measure(cli, given, folder, name, hogs):
    busy = [subprocess.Popen(["taskset", "-c", "0", sys.executable, "-c", "while True: pass"]) for _ in range(hogs)]
    try:
        with agree.Server(cli, "--speed", str(given.speed), core=1) as server:
            load = os.getloadavg()[0]
            report = os.path.join(folder, f"{name}.json")
            live = agree.run(cli, "live", "--input-tokens", str(given.input), "--output-tokens", str(given.output), "--request-count",
                             str(int(given.rate * given.seconds)), "--arrival-interval-ms", str(1000 / given.rate), "--endpoint", server.url,
                             "--model", "agentsim", "--report-json", report, core=0)
    finally:
        for each in busy:
            each.kill()
    if not os.path.exists(report):
        sys.exit(live.stderr)
    with open(report, encoding="utf-8") as file:
        found = json.load(file)
    client = found["run"]["client"]
    print(f"{name:7} {found['completed_requests']} requests at {given.rate}/s, exit {live.returncode}, dispatch delay p50 "
          f"{client['dispatch_delay_p50_ms']:.2f} p99 {client['dispatch_delay_p99_ms']:.2f} p99.9 {client['dispatch_delay_p999_ms']:.2f} ms, "
          f"client CPU {100 * client['cpu_share']:.0f} % of {client['processors']}, {'valid' if found['run']['valid'] else 'NOT VALID'}, "
          f"failures {found['run']['failures']}, load {load:.1f} to {os.getloadavg()[0]:.1f}", flush=True)
    return found["run"]["valid"], client


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", default=None)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--input", type=int, default=100)
    parser.add_argument("--output", type=int, default=4)
    parser.add_argument("--speed", type=float, default=20, help="of the server, so that it keeps up with the rate")
    parser.add_argument("--before", default="")
    given = parser.parse_args()
    agree.BEFORE[:] = shlex.split(given.before)
    cli = shlex.split(given.cli) if given.cli else agree.CLI
    with tempfile.TemporaryDirectory() as folder:
        valid, client = measure(cli, given, folder, "as is", 0)
        agree.BEFORE[:] = []
        slowed, _ = measure(cli, given, folder, "slowed", 12)
    good = valid and client["dispatch_delay_p99_ms"] < 2 and client["dispatch_delay_p999_ms"] < 10 and not slowed
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
