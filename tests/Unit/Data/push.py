"""Sends tool events with libzmq: push.py ADDRESS COUNT [options]. Prints how many were sent by how many clients."""
import argparse
import struct
import sys
import threading
import time

import zmq


def pack(value):
    """MessagePack, as far as the events need it."""
    if value is None:
        return b"\xc0"
    if isinstance(value, str):
        data = value.encode()
        if len(data) < 32:
            return bytes([0xA0 | len(data)]) + data
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, int):
        return b"\xcf" + struct.pack(">Q", value) if value > 127 else bytes([value])
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    return b"\xde" + struct.pack(">H", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


def event(client, number, pad):
    now = 1_700_000_000_000 + number
    tool = {
        "tool_call_id": f"call-{client}-{number}", "tool_class": "shell", "status": "ok",
        "started_at_unix_ms": now - 5, "ended_at_unix_ms": now, "duration_ms": 5.25, "output_bytes": 100,
    }
    if pad:
        tool["tool_name_hash"] = "x" * pad
    return pack({
        "schema": "dynamo.request.trace.v1", "event_type": "tool_end", "event_time_unix_ms": now,
        "session_id": f"session-{client}", "parent_session_id": None, "tool": tool,
    })


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("count", type=int, help="events per client")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first event")
    parser.add_argument("--pad", type=int, default=0, help="bytes more per event")
    parser.add_argument("--rate", type=float, default=0, help="events per second and client; 0 for as many as possible")
    parser.add_argument("--topic", default="agent-tool-events")
    parser.add_argument("--type", default="PUSH", help="type of the socket")
    parser.add_argument("--curve", action="store_true", help="ask for encryption")
    parser.add_argument("--hwm", type=int, default=1000, help="messages queued before sending blocks")
    parser.add_argument("--heartbeat", type=int, default=0, help="milliseconds between PINGs")
    parser.add_argument("--linger", type=int, default=60_000, help="milliseconds to wait at the end for messages to go out")
    parser.add_argument("--until-full", action="store_true", help="stop when sending would block; print 'full N', wait for a line, go on")
    parser.add_argument("--wait", action="store_true", help="keep the connection until a line comes")
    args = parser.parse_args()
    context = zmq.Context()

    def client(index):
        socket = context.socket(getattr(zmq, args.type))
        socket.setsockopt(zmq.SNDHWM, args.hwm)
        socket.setsockopt(zmq.LINGER, args.linger)
        if args.heartbeat:
            socket.setsockopt(zmq.HEARTBEAT_IVL, args.heartbeat)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, args.heartbeat * 5)
            socket.setsockopt(zmq.HEARTBEAT_TTL, args.heartbeat * 5)
        if args.curve:
            socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
            socket.curve_serverkey, _ = zmq.curve_keypair()
        socket.connect(args.address)
        start = time.monotonic()
        blocking = not args.until_full
        for number in range(args.first, args.first + args.count):
            if args.rate:
                time.sleep(max(0, start + (number - args.first) / args.rate - time.monotonic()))
            frames = [args.topic.encode(), struct.pack(">Q", number), event(index, number, args.pad)]
            while True:
                try:
                    socket.send_multipart(frames, 0 if blocking else zmq.NOBLOCK)
                    break
                except zmq.Again:
                    # The queues between may still be filling.
                    if socket.poll(1500, zmq.POLLOUT):
                        continue
                    print(f"full {number - args.first}", flush=True)
                    sys.stdin.readline()
                    blocking = True
        if args.wait:
            print(f"sent {args.count}", flush=True)
            sys.stdin.readline()
        socket.close()

    clients = [threading.Thread(target=client, args=[i]) for i in range(args.clients)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    context.term()
    print(f"done {args.count * args.clients}", flush=True)


main()
