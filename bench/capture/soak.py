#!/usr/bin/env python3
"""Soak test of a capture: tool events of real libzmq clients over loopback, at a fixed rate.

    dotnet build src/AgentSim.Cli -c Release
    bench/capture/soak.py --seconds 600 --rate 2000

Prints memory and processor time of the capturing process while it runs, then what arrived of what was sent; exits with 1
if a row is missing. With --kill the process is killed in the middle (kill -9) instead of being stopped, and what it lost is
set against the flush interval. Needs python3-zmq.
"""
import argparse
import glob
import gzip
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sample(pid):
    """Resident megabytes and processor seconds of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    resident = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    return resident, (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def call_ids(folder):
    """Ids of the tool calls in all segments; and the files that are cut short."""
    ids, torn = [], []
    for path in sorted(glob.glob(f"{folder}/*.jsonl.gz")):
        try:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    ids.append(json.loads(line)["event"]["tool"]["tool_call_id"])
        except (EOFError, zlib.error, json.JSONDecodeError):
            torn.append(os.path.basename(path))
    return ids, torn


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=2000, help="events per second, of all clients together")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--kill", action="store_true", help="kill the capture after half of the time")
    parser.add_argument("--flush-interval-ms", type=int, default=1000)
    parser.add_argument("--cli", default=f"dotnet {ROOT}/src/AgentSim.Cli/bin/Release/net10.0/agentsim.dll")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="agentsim-soak-")
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
    capture = subprocess.Popen(
        [*args.cli.split(), "capture", "--output-path", f"{folder}/soak", "--tool-endpoint", "tcp://127.0.0.1:0",
         "--flush-interval-ms", str(args.flush_interval_ms), "--roll-bytes", str(16 << 20)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    endpoint = re.search(r"tcp://\S+", capture.stderr.readline()).group(0)
    per_client = args.rate * args.seconds // args.clients
    begin = time.monotonic()
    push = subprocess.Popen([python, ROOT / "tests/Unit/Data/push.py", endpoint, str(per_client), "--clients", str(args.clients),
                             "--rate", str(args.rate / args.clients)], stdout=subprocess.PIPE, text=True)
    print(f"{'seconds':>8}{'RSS MB':>9}{'CPU s':>8}")
    peak, due = 0, 0
    while push.poll() is None:
        elapsed = time.monotonic() - begin
        if args.kill and elapsed > args.seconds / 2:
            break
        resident, cpu = sample(capture.pid)
        peak = max(peak, resident)
        if elapsed >= due:
            print(f"{elapsed:8.0f}{resident:9.1f}{cpu:8.1f}", flush=True)
            due += max(args.seconds / 12, 1)
        time.sleep(0.2)

    sent = args.rate * args.seconds // args.clients * args.clients
    if args.kill:
        sent = int((time.monotonic() - begin) * args.rate)
        capture.kill()
        push.kill()
        push.wait()
        capture.wait()
    else:
        push.wait()
        print(f"sent in {time.monotonic() - begin:.1f} s; peak {peak:.1f} MB")
        capture.send_signal(signal.SIGTERM)
        print(capture.communicate()[1].strip())
    ids, torn = call_ids(folder)
    files = len(glob.glob(f"{folder}/*.jsonl.gz"))
    shutil.rmtree(folder)
    print(f"{len(ids)} rows in {files} files, {len(ids) - len(set(ids))} twice, cut short: {torn or 'none'}")
    missing = sent - len(set(ids))
    if args.kill:
        allowed = args.rate * (args.flush_interval_ms / 1000 + 0.5)
        print(f"about {missing} of {sent} events lost by kill -9; {missing / args.rate:.2f} s of events, the interval is {args.flush_interval_ms / 1000:.2f} s")
        return 0 if missing <= allowed else 1
    print(f"{missing} of {sent} events missing")
    return 0 if missing == 0 else 1


sys.exit(main())
