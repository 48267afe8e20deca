#!/usr/bin/env python3
"""Traffic for soak.py: an OpenAI-compatible server, and clients that send requests at a fixed rate.

    traffic.py serve                       prints its address, serves until its input ends
    traffic.py send URL --rate 500 --seconds 60

The clients print "N" for every ten answers that came whole, and at the end "sent N failed M".
"""
import argparse
import asyncio
import json
import sys
import time

CHUNKS = 8
PROMPT = "You are an agent that works in a repository. Read before you write, and say what you did. " * 90   # 8 KB that all share


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


async def read_head(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if line)
    return head, {name: value.strip() for name, value in fields.items()}


async def serve():
    delta = chunk(b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"token "},"finish_reason":null}]}\n\n')
    last = chunk(b'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n')
    usage = b'"usage":{"prompt_tokens":2000,"completion_tokens":%d}' % CHUNKS
    end = chunk(b'data: {"id":"x","choices":[],' + usage + b'}\n\n') + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    whole = b'{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"token token"},"finish_reason":"stop"}],' + usage + b"}"

    async def client(reader, writer):
        try:
            while True:
                _, fields = await read_head(reader)
                body = await reader.readexactly(int(fields[b"content-length"]))
                if b'"stream":true' not in body:
                    await asyncio.sleep(0.05)
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(whole), whole))
                    continue
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(CHUNKS):
                    await asyncio.sleep(0.02)
                    writer.write(delta)
                writer.write(last + end)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0, limit=1 << 20)
    print("http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def send(url, rate, seconds):
    host, port = url.split("//")[1].split(":")
    idle, done, failed = [], 0, 0
    prompt = json.dumps(PROMPT).encode()

    async def request(number):
        nonlocal done, failed
        try:
            # A server closes connections that rest; one that rested long is not used again.
            while idle and time.monotonic() - idle[-1][0] > 30:
                idle.pop()[2].close()
            _, reader, writer = idle.pop() if idle else (0, *await asyncio.open_connection(host, int(port), limit=1 << 20))
            stream = number % 2 == 0
            body = b'{"model":"m",%s"messages":[{"role":"system","content":%s},{"role":"user","content":"question %d"}]}' % (
                b'"stream":true,' if stream else b"", prompt, number)
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                         b"x-dynamo-session-id: s%d\r\nx-request-id: r%d\r\n\r\n%s" % (len(body), number % 50, number, body))
            head, fields = await read_head(reader)
            if stream:
                answer = await reader.readuntil(b"\r\n0\r\n\r\n")
                whole = answer.count(b"token ") == CHUNKS and b"[DONE]" in answer and b"usage" not in answer
            else:
                whole = b"token token" in await reader.readexactly(int(fields[b"content-length"]))
            if not whole or b" 200 " not in head:
                raise ValueError(head)
            idle.append((time.monotonic(), reader, writer))
            done += 1
            if done % 10 == 0:
                print(done, flush=True)
        except (OSError, EOFError, ValueError, KeyError):
            failed += 1

    begin, running = time.monotonic(), set()
    for number in range(rate * seconds):
        wait = begin + number / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(request(number))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    print(f"sent {done} failed {failed}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["serve", "send"])
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    asyncio.run(serve() if args.what == "serve" else send(args.url, args.rate, args.seconds))


main()
