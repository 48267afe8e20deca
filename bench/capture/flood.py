#!/usr/bin/env python3
"""Floods the recording proxy with connections that are never used, more than it may have files open.

    dotnet build src/AgentSim.Cli -c Release
    bench/capture/flood.py --descriptors 1024 --runs 20

Each run holds as many half-sent requests as the proxy has descriptors, sends real requests meanwhile and afterwards, and stops the
capture. It fails if the proxy died, if a request was not answered, or if one that was answered is not recorded. Linux only.
"""
import argparse
import gzip
import glob
import json
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BODY = b'{"model":"m","messages":[{"role":"user","content":"hello"}]}'


def ask(port):
    """Whether one request on a connection of its own is answered; what a client does when it was refused is to try again."""
    for _ in range(5):
        try:
            with socket.create_connection(("127.0.0.1", port), 10) as client:
                client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-dynamo-session-id: s\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY))
                answer = b""
                while data := client.recv(65536):
                    answer += data
                if answer.startswith(b"HTTP/1.1 200"):
                    return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def flood(port, count):
    held = []
    for _ in range(count):
        try:
            client = socket.create_connection(("127.0.0.1", port), 5)
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Le")
            held.append(client)
        except OSError:
            pass   # closed for those behind it
    return held


def rows(folder):
    found = 0
    for path in glob.glob(f"{folder}/*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += sum(1 for line in lines if json.loads(line))
    return found


def run(args, upstream):
    folder = tempfile.mkdtemp(prefix="agentsim-flood-")

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (args.descriptors, args.descriptors))

    capture = subprocess.Popen(
        [*args.cli.split(), "capture", "--output-path", f"{folder}/t", "--upstream", upstream, "--listen", "http://127.0.0.1:0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=limit)
    port = int(re.search(r" at http://127\.0\.0\.1:(\d+)", capture.stderr.readline()).group(1))
    proxy = pathlib.Path(f"/proc/{capture.pid}/task/{capture.pid}/children").read_text().split()[0]
    answered = sum(ask(port) for _ in range(3))
    held = flood(port, args.descriptors)
    descriptors = len(list(pathlib.Path(f"/proc/{proxy}/fd").iterdir())) if pathlib.Path(f"/proc/{proxy}").exists() else -1
    during = []
    threads = [threading.Thread(target=lambda: during.append(ask(port))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in held:
        client.close()
    after = [ask(port) for _ in range(12)]
    answered += sum(during) + sum(after)
    lives = pathlib.Path(f"/proc/{proxy}").exists()
    capture.send_signal(signal.SIGTERM)
    said = capture.communicate(timeout=60)[1].strip().split("\n")[-1]
    recorded = rows(folder)
    shutil.rmtree(folder)
    good = lives and answered == 27 and recorded == answered and capture.returncode == 0
    print(f"{'good' if good else 'BAD '} held {len(held)}, proxy {'lives' if lives else 'died'} with {descriptors} of {args.descriptors} descriptors, "
          f"answered {sum(during)} of 12 during and {sum(after)} of 12 after, recorded {recorded} of {answered}; {said}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=int, default=1024)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--cli", default=f"dotnet {ROOT}/src/AgentSim.Cli/bin/Release/net10.0/agentsim.dll")
    args = parser.parse_args()
    most = max(3 * args.descriptors, 16384)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, hard), hard))
    server = subprocess.Popen([sys.executable, HERE / "traffic.py", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    upstream = server.stdout.readline().strip()
    good = [run(args, upstream) for _ in range(args.runs)]
    server.kill()
    print(f"{sum(good)} of {len(good)} runs without a death or a loss")
    return 0 if all(good) else 1


sys.exit(main())
