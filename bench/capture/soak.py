#!/usr/bin/env python3
"""Soak test of a capture over loopback, at fixed rates: requests through the recording proxy, and tool events of real
libzmq clients.

    dotnet build src/AgentSim.Cli -c Release
    bench/capture/soak.py --seconds 600 --requests 500 --events 2000

Prints memory and processor time of the capturing processes while it runs, then what arrived of what was sent; exits with 1
if a row is missing. With --kill both processes are killed in the middle (kill -9) instead of being stopped, and what they
lost is set against the flush interval. Needs python3-zmq.
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
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent


def sample(pid):
    """Resident megabytes and processor seconds of a process."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        resident = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
        return resident, (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return 0, 0


def captured(folder):
    """Ids of the tool calls and of the requests in all segments; and the files that are cut short."""
    tools, requests, torn = [], [], []
    for path in sorted(glob.glob(f"{folder}/*.jsonl.gz")):
        try:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    event = json.loads(line)["event"]
                    if "tool" in event:
                        tools.append(event["tool"]["tool_call_id"])
                    else:
                        requests.append(event["request"]["x_request_id"])
        except (EOFError, zlib.error, json.JSONDecodeError):
            torn.append(os.path.basename(path))
    return tools, requests, torn


class Progress:
    """The last line a process printed."""

    def __init__(self, process):
        self.line = ""
        self.thread = threading.Thread(target=self.read, args=[process], daemon=True)
        self.thread.start()

    def read(self, process):
        for line in process.stdout:
            self.line = line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=500, help="requests per second; 0 for none")
    parser.add_argument("--events", type=int, default=2000, help="tool events per second, of all clients together")
    parser.add_argument("--clients", type=int, default=4, help="clients that send tool events")
    parser.add_argument("--kill", action="store_true", help="kill the capture after half of the time")
    parser.add_argument("--flush-interval-ms", type=int, default=1000)
    parser.add_argument("--cli", default=f"dotnet {ROOT}/src/AgentSim.Cli/bin/Release/net10.0/agentsim.dll")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="agentsim-soak-")
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
    options, server = [], None
    if args.requests:
        server = subprocess.Popen([python, HERE / "traffic.py", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        options = ["--upstream", server.stdout.readline().strip(), "--listen", "http://127.0.0.1:0"]
    capture = subprocess.Popen(
        [*args.cli.split(), "capture", "--output-path", f"{folder}/soak", "--tool-endpoint", "tcp://127.0.0.1:0",
         "--flush-interval-ms", str(args.flush_interval_ms), "--roll-bytes", str(16 << 20), *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    endpoint = re.search(r"tcp://\S+", capture.stderr.readline()).group(0)
    processes = {"capture": capture.pid}
    begin = time.monotonic()
    if args.requests:
        proxy = re.search(r" at (http://\S+)", capture.stderr.readline()).group(1)
        processes["proxy"] = int(pathlib.Path(f"/proc/{capture.pid}/task/{capture.pid}/children").read_text().split()[0])
        send = subprocess.Popen([python, HERE / "traffic.py", "send", proxy, "--rate", str(args.requests), "--seconds", str(args.seconds)],
                                stdout=subprocess.PIPE, text=True)
        answers = Progress(send)
    push = subprocess.Popen([python, ROOT / "tests/Unit/Data/push.py", endpoint, str(args.events * args.seconds // args.clients),
                             "--clients", str(args.clients), "--rate", str(args.events / args.clients)], stdout=subprocess.PIPE, text=True)
    senders = [push, send] if args.requests else [push]
    print(f"{'seconds':>8}" + "".join(f"{name + ' MB':>14}{'CPU s':>8}" for name in processes))
    peaks, due = dict.fromkeys(processes, 0), 0
    while any(sender.poll() is None for sender in senders):
        elapsed = time.monotonic() - begin
        if args.kill and elapsed > args.seconds / 2:
            break
        samples = {name: sample(pid) for name, pid in processes.items()}
        peaks = {name: max(peaks[name], samples[name][0]) for name in processes}
        if elapsed >= due:
            print(f"{elapsed:8.0f}" + "".join(f"{resident:14.1f}{cpu:8.1f}" for resident, cpu in samples.values()), flush=True)
            due += max(args.seconds / 12, 1)
        time.sleep(0.2)

    if args.kill:
        for pid in processes.values():
            os.kill(pid, signal.SIGKILL)
        sent_events = int((time.monotonic() - begin) * args.events)
        for sender in senders:
            sender.kill()
        capture.wait()
        sent_requests = int(answers.line or 0) if args.requests else 0
    else:
        print(f"sent in {time.monotonic() - begin:.1f} s; peaks: " + ", ".join(f"{name} {peak:.1f} MB" for name, peak in peaks.items()))
        sent_events = args.events * args.seconds // args.clients * args.clients
        sent_requests = args.requests * args.seconds
        capture.send_signal(signal.SIGTERM)
        print(capture.communicate()[1].strip())
        if args.requests:
            answers.thread.join()
            print(f"clients of the proxy: {answers.line.strip()}")
    if server:
        server.kill()
    tools, requests, torn = captured(folder)
    files = len(glob.glob(f"{folder}/*.jsonl.gz"))
    megabytes = sum(map(os.path.getsize, glob.glob(f"{folder}/*"))) / 1e6
    shutil.rmtree(folder)
    print(f"{len(tools)} tool rows and {len(requests)} request rows in {files} files, {megabytes:.1f} MB, "
          f"{len(tools) - len(set(tools)) + len(requests) - len(set(requests))} twice, cut short: {torn or 'none'}")
    code = 0
    for name, sent, rows, rate in ("tool events", sent_events, tools, args.events), ("requests", sent_requests, requests, args.requests):
        missing = max(0, sent - len(set(rows)))
        if args.kill and rate:
            print(f"about {missing} of {sent} {name} lost by kill -9; {missing / rate:.2f} s of them, the interval is {args.flush_interval_ms / 1000:.2f} s")
            code |= missing > rate * (args.flush_interval_ms / 1000 + 0.5)
        elif rate:
            print(f"{missing} of {sent} {name} missing")
            code |= missing > 0
    return int(code)


sys.exit(main())
