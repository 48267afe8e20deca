"""What the programs in this folder share: cases, how AgentSim is called for one, and when two results agree.

A case is an object with the keys `format`, `trace_block_size`, `engine` or `prefill` and `decode`, `workers` or
`prefill_workers` and `decode_workers`, `router_mode`, `router_config`, `concurrency`, `speedup`, `max_sim_ms`, and, for
the reference, `files`. The reference is called as `PROGRAM replay CASE.json OUT_DIR`; it prints one JSON object with
`wall_ms`, the time of the simulation alone, and writes report.json and requests.jsonl.
"""
import json

# Measured times, and what only AgentSim writes.
VOLATILE = {"wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s", "run", "request_id"}
# One worker alone: the reference names no sessions, AgentSim those of agentic rows.
NAMES = {"session_id", "turn_index"}


def arguments(case, file, out):
    """The command line of AgentSim for a case; its two reports go into the folder `out`."""
    args = ["replay", file, "--trace-format", case["format"], "--trace-block-size", str(case["trace_block_size"]), "--router-mode", case["router_mode"]]
    for flag, value in (("--extra-engine-args", case.get("engine")), ("--num-workers", case.get("workers")), ("--num-prefill-workers", case.get("prefill_workers")),
                        ("--num-decode-workers", case.get("decode_workers")), ("--router-config", case.get("router_config")),
                        ("--replay-concurrency", case.get("concurrency")), ("--arrival-speedup-ratio", case.get("speedup"))):
        if value is not None:
            args += [flag, json.dumps(value)]
    for role in ("prefill", "decode"):
        if role in case:
            args += [f"--{role}-engine-args", json.dumps({**case[role], "worker_type": role})]
    if "max_sim_ms" in case:
        args += ["--max-sim-time-seconds", repr(case["max_sim_ms"] / 1000.0)]
    return args + ["--report-json", f"{out}/report.json", "--report-jsonl", f"{out}/requests.jsonl"]


def read(folder):
    """The report and the request records in a folder, the latter by id."""
    with open(f"{folder}/report.json") as report, open(f"{folder}/requests.jsonl") as requests:
        return json.load(report), {q["uuid"]: q for q in map(json.loads, requests)}


def unlike(want, got):
    """The first value that differs, or None. Numbers agree to 1e-9 (absolute below 1)."""
    for key, a in want.items():
        b = got.get(key)
        if key in VOLATILE or a == b or (key in NAMES and a is None):
            continue
        number = isinstance(a, (int, float)) and isinstance(b, (int, float))
        whole = isinstance(a, int) and isinstance(b, int)
        if not number or whole or abs(a - b) > 1e-9 * max(abs(a), abs(b), 1.0):
            return f"{key} {b} instead of {a}"
    return None


def difference(want, got):
    """The first difference between two results of `read`, or None."""
    if unlike(want[0], got[0]):
        return unlike(want[0], got[0])
    if want[1].keys() != got[1].keys():
        return f"{len(got[1])} request records instead of {len(want[1])}"
    return next((f"request {int(u[-12:], 16)}: {d}" for u in want[1] if (d := unlike(want[1][u], got[1][u]))), None)
