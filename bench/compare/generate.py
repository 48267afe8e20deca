#!/usr/bin/env python3
"""Makes the workloads that are not recorded: the same file from the same arguments, every time.

  generate.py rows OUT.jsonl --requests 20000 [--seed 1] [--rate 20]    agentic Mooncake rows
  generate.py trace OUT.jsonl --megabytes 300 [--seed 1] [--rate 20]    a request trace of the same kind of agents
  generate.py scaled OUT.jsonl --trace ROWS.jsonl --factor 4            rows whose outputs are longer by a factor

Agents start at a steady pace, so that there are about `rate` requests a second. A turn extends the context by its output
and by what tools returned; now and then the context is compacted. Agents start sub-agents, two levels deep, and some
wait for them. All share a system prompt, and those of one kind an instruction behind it.
"""
import argparse, gzip, json, random
from dataclasses import dataclass, field

BLOCK = 16
EPOCH = 1_800_000_000_000
MASK = (1 << 64) - 1
TOOLS = ["bash", "read", "edit", "web_search"]
REQUESTS_PER_AGENT = 32


@dataclass
class Turn:
    id: str
    session: str
    parent: str | None
    start: int                  # ms
    duration: int               # ms
    input: int                  # tokens
    output: int                 # tokens
    blocks: list
    reset: bool
    wait_for: list
    gap: int                    # ms since the last thing it waited for
    tools: list                 # (start, end, calls so far) before this turn
    branches: list = field(default_factory=list)

    @property
    def end(self):
        return self.start + self.duration


class Agents:
    def __init__(self, seed, rate):
        self.random, self.pace = random.Random(seed), 1000.0 * REQUESTS_PER_AGENT / rate
        self.blocks = self.turns = self.sessions = 0
        self.system = self.fresh(26)
        self.kinds = [self.system + self.fresh(n) for n in (6, 23, 35)]

    def fresh(self, count):
        self.blocks += count
        return list(range(self.blocks - count, self.blocks))

    def __iter__(self):
        """The turns of one agent and its sub-agents after those of another, without end."""
        agent = 0
        while True:
            start = int(agent * self.pace + self.random.random() * self.pace)
            yield self.session(f"agent-{agent}:root", None, start, 0, None)
            agent += 1

    def session(self, name, parent, start, depth, spawned_by):
        r, turns, mine = self.random, [], []
        base = r.choice(self.kinds)
        full, length = list(base), len(base) * BLOCK + r.randint(40, 600)
        gap, tools, wait_for = 0 if spawned_by is None else start - spawned_by.end, [], [] if spawned_by is None else [spawned_by.id]
        count = min(20, 1 + int(r.expovariate(1 / 4.8)))
        for number in range(count):
            full += self.fresh(max(0, length // BLOCK - len(full)))
            blocks = full[:length // BLOCK] + (self.fresh(1) if length % BLOCK else [])
            output = min(450, 8 + int(r.expovariate(1 / 115)))
            self.turns += 1
            turn = Turn(f"req-{self.turns:08}", name, parent, start, int(60 + 4.1 * output + length * r.uniform(0.01, 0.05)), length, output, blocks, number == 0, wait_for, gap, tools)
            mine.append(turn)
            turns.append(turn)
            free = turn.end
            waits = [turn.id]
            if depth < 2 and number + 1 < count and r.random() < 0.45:
                self.sessions += 1
                child = self.session(f"{name}/sub{self.sessions}", name, turn.end + r.randint(0, 20), depth + 1, turn)
                turn.branches.append(child[0].id)
                turns += child
                if r.random() < 0.2:   # the next turn needs the sub-agent's answer
                    own = [t for t in child if t.session == child[0].session]
                    waits.append(own[-1].id)
                    free = max(free, own[-1].end)
            tools, at = [], free
            for call in range(r.choice([0, 1, 1, 2, 3])):
                ended = at + 1 + int(r.expovariate(1 / 120))
                tools.append((at, ended, f"call-{self.turns}-{call}"))
                at = ended
            start, wait_for = at + r.randint(5, 200), waits
            gap = start - free
            if r.random() < 0.05:
                length = len(base) * BLOCK + r.randint(40, 600)
                full = full[:len(base)]
            else:
                length += output + r.randint(5, 200)
        return turns


def row(turn):
    value = {"request_id": turn.id, "session_id": turn.session, "input_length": turn.input, "output_length": turn.output, "hash_ids": turn.blocks,
             "timestamp": float(turn.start)}
    if turn.wait_for:
        value["delay"] = float(turn.gap)
    value["request_kind"] = "foreground" if turn.parent is None else "agent"
    if turn.wait_for:
        value["wait_for"] = turn.wait_for
    if turn.branches:
        value["branches"] = turn.branches
    return {**value, "prefix_reset": turn.reset}


def block_hash(number):
    z = (number + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return (z ^ z >> 31) >> 1


def records(turn, r):
    """A turn's records: the tools before it, and itself when it ended; in the order of a busy server's sink."""
    context = {"session_id": turn.session, **({"parent_session_id": turn.parent} if turn.parent else {})}
    found = []
    def add(kind, time, source, **what):
        found.append({"schema": "dynamo.request.trace.v1", "event_type": kind, "event_time_unix_ms": EPOCH + time, "event_source": source, "agent_context": context, **what})
    for start, end, call in turn.tools:
        tool = {"tool_call_id": call, "tool_class": r.choice(TOOLS)}
        began = {"started_at_unix_ms": EPOCH + start}
        if r.random() < 0.35:
            add("tool_start", start, "harness", tool={**tool, **began})
        if r.random() < 0.25:
            add("tool_error", end, "harness", tool={**tool, "duration_ms": float(end - start), "error_type": "exit_1"})
        else:
            add("tool_end", end, "harness", tool={**tool, **began, "ended_at_unix_ms": EPOCH + end, "output_bytes": r.randint(100, 10000)})
    replay = {"trace_block_size": BLOCK, "input_length": turn.input, "input_sequence_hashes": [block_hash(b) for b in turn.blocks]}
    add("request_end", turn.end, "dynamo", request={"request_id": turn.id, "model": "sim/model-a", "input_tokens": turn.input, "output_tokens": turn.output, "cached_tokens": 0,
                                                    "request_received_ms": EPOCH + turn.start, "total_time_ms": float(turn.duration), "replay": replay})
    return found


def compact(value):
    return json.dumps(value, separators=(",", ":")) + "\n"


def write_rows(out, requests, seed=1, rate=20.0):
    written = 0
    with open(out, "w") as file:
        for agent in Agents(seed, rate):
            known = {t.id for t in agent[:requests - written]}
            for turn in agent[:requests - written]:
                turn.wait_for, turn.branches = [i for i in turn.wait_for if i in known], [i for i in turn.branches if i in known]
                file.write(compact(row(turn)))
                written += 1
            if written == requests:
                return


def write_trace(out, megabytes, seed=1, rate=20.0):
    written, r = 0, random.Random(seed + 1)
    with open(out, "w") as file:
        for agent in Agents(seed, rate):
            lines = [compact(record) for turn in agent for record in records(turn, r)]
            r.shuffle(lines)
            for line in lines:
                file.write(line)
                written += len(line)
            if written >= megabytes * 1_000_000:
                return


def write_scaled(out, trace, factor):
    with (gzip.open if trace.endswith(".gz") else open)(trace, "rt") as source, open(out, "w") as file:
        for line in source:
            value = json.loads(line)
            file.write(compact({**value, "output_length": value["output_length"] * factor}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["rows", "trace", "scaled"]); parser.add_argument("out")
    parser.add_argument("--requests", type=int, default=20_000); parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1); parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--trace"); parser.add_argument("--factor", type=int, default=4)
    options = parser.parse_args()
    if options.what == "rows":
        write_rows(options.out, options.requests, options.seed, options.rate)
    elif options.what == "trace":
        write_trace(options.out, options.megabytes, options.seed, options.rate)
    elif options.trace:
        write_scaled(options.out, options.trace, options.factor)
    else:
        parser.error("scaled needs --trace")


if __name__ == "__main__":
    main()
