"""A scripted agent: a session that calls a tool and starts a sub-agent, then goes on. Talks to the server named by
OPENAI_BASE_URL, and sends tool events with libzmq to the endpoint given as argument, if one is."""
import json
import os
import struct
import sys
import time
import urllib.request

SYSTEM = "You are a careful agent that works in a repository. Use the tools there are, one at a time, and say what you found. " * 4


def now():
    return time.time_ns() // 1_000_000


def ask(session, parent, messages, stream):
    body = {"model": "test-model", "stream": stream, "messages": messages,
            "tools": [{"type": "function", "function": {"name": "bash", "parameters": {"type": "object"}}}]}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer secret-token", "x-dynamo-session-id": session}
    if parent:
        headers["x-dynamo-parent-session-id"] = parent
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        text = response.read().decode()
    if not stream:
        return json.loads(text)["choices"][0]["message"]
    chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    assert not any("usage" in chunk for chunk in chunks), "nobody asked for usage"
    calls = [call for chunk in chunks for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", [])]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def pack(value):
    """MessagePack, as far as the events need it."""
    if isinstance(value, str):
        return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
    if isinstance(value, int):
        return b"\xcf" + struct.pack(">Q", value)
    return b"\xde" + struct.pack(">H", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


def tool(socket, number, event, session, **details):
    if socket:
        socket.send_multipart([b"agent-tool-events", struct.pack(">Q", number), pack({
            "schema": "dynamo.request.trace.v1", "event_type": event, "event_time_unix_ms": now(), "session_id": session,
            "tool": {"tool_class": "bash", **details}})])


def main():
    socket = None
    if len(sys.argv) > 1:
        import zmq
        context = zmq.Context()
        socket = context.socket(zmq.PUSH)
        socket.connect(sys.argv[1])
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "List the files."}]
    answer = ask("root", None, messages, stream=True)
    call = answer["tool_calls"][0]["id"]
    time.sleep(0.05)
    begin = now()
    tool(socket, 1, "tool_start", "root", tool_call_id=call, started_at_unix_ms=begin, status="running")
    ask("child", "root", [{"role": "user", "content": "Summarise the repository in one word."}], stream=False)
    time.sleep(0.05)
    tool(socket, 2, "tool_end", "root", tool_call_id=call, started_at_unix_ms=begin, ended_at_unix_ms=now(), status="ok", output_bytes=5)
    time.sleep(0.05)
    messages += [answer, {"role": "tool", "tool_call_id": call, "content": "a.txt"}]
    ask("root", None, messages, stream=False)
    if socket:
        socket.close()
        context.term()
    print("agent done")


main()
