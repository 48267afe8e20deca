#!/usr/bin/env python3
"""Random replays, AgentSim against a reference program, and the smallest case of the first difference.

  differential.py --cli 'dotnet PATH/agentsim.dll' --reference PROGRAM [--seed 1] [--count 2000] [--keep DIR] [--jobs 2]
                  [--steady]

A case is drawn from its number and the seed alone: a trace, an engine, a topology, a router. The reference is called as
`PROGRAM replay CASE.json OUT_DIR` and writes report.json and requests.jsonl there; a case it refuses must be refused.
Numbers agree to 1e-9 (absolute below 1). Without --reference the cases only have to run, twice, with equal results.
With --steady every pass of a case takes the same time, and so does the transfer of every token, so that many things happen
at once. A difference is shrunk: rows and settings are taken away as long as it stays. Exit code 0 if all cases agree.
"""
import argparse, atexit, json, os, random, shlex, shutil, struct, subprocess, sys, tempfile, zipfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from cases import arguments, difference, read

ROUTER = {"overlap_score_credit": 1.0, "prefill_load_scale": 1.0, "router_temperature": 0.0, "use_kv_events": True,
          "router_replica_sync": False, "router_track_active_blocks": True, "router_track_output_blocks": False,
          "router_assume_kv_reuse": True, "router_prefill_load_model": "none", "router_ttl_secs": 120.0,
          "router_queue_threshold": None, "router_event_threads": 4, "skip_initial_worker_wait": False,
          "router_queue_policy": "fcfs", "shared_cache_multiplier": 0.0, "shared_cache_type": "none"}


def draw_rows(r, form, block):
    rows, prefixes = [], [[r.randrange(40) for _ in range(r.randint(1, 12))] for _ in range(4)]
    sessions = r.randint(1, 12)
    for i in range(r.choice([3, 8, 25, 60])):
        ids = list(r.choice(prefixes))[:r.randint(1, 12)] + [r.randrange(200) for _ in range(r.randint(0, 5))]
        row = {"input_length": r.randint(max(1, (len(ids) - 1) * block), len(ids) * block), "output_length": r.choice([0, 1, 2, 5, 17, 40, 90]), "hash_ids": ids}
        if r.random() < 0.1:
            row["output_token_ids"] = [r.randrange(30) for _ in range(row["output_length"])]
        if r.random() < 0.2:
            row["priority"] = r.randint(-2, 5)
        if r.random() < 0.1:
            row["strict_priority"] = r.randint(0, 2)
        if form == "agentic_mooncake":
            row["request_id"] = f"r{i}"
            row["session_id"] = f"s{r.randrange(sessions)}"
            if i and r.random() < 0.6:
                row["wait_for"] = sorted({f"r{r.randrange(i)}" for _ in range(r.randint(1, 3))})
                row["delay"] = round(r.choice([0, 0, r.random() * 50]), 3)
            else:
                row["timestamp"] = float(r.randint(0, 300))
        else:
            row["timestamp"] = float(i * r.choice([0, 3, 20])) if i else 0.0
            if r.random() < 0.6 or form == "mooncake-delta":
                row["session_id"] = f"s{r.randrange(sessions)}"
        rows.append(row)
    if form != "agentic_mooncake":
        rows.sort(key=lambda row: row["timestamp"])
    return rows


def draw_engine(r, kind, disaggregated):
    size = r.choice([4, 16, 32, 64])
    e = {"engine_type": kind, "block_size": size, "num_gpu_blocks": r.choice([8, 20, 60, 400, 16384]) * max(1, 64 // size // 2)}
    def maybe(p, **fields):
        if r.random() < p:
            e.update(fields)
    maybe(0.3, max_num_seqs=r.choice([1, 2, 4, 16]))
    maybe(0.3, max_num_batched_tokens=r.choice([64, 256, 1024]))
    maybe(0.15, enable_prefix_caching=False)
    maybe(0.15, enable_chunked_prefill=False)
    maybe(0.2, preemption_mode="fifo")
    maybe(0.15, speedup_ratio=r.choice([0.5, 3.0]))
    if r.random() < 0.2:
        e.update(aic_nextn=r.randint(1, 4))
    else:
        maybe(0.15, decode_speedup_ratio=r.choice([0.5, 2.0]))
    if kind == "vllm":
        maybe(0.1, max_model_len=r.choice([200, 600]))
        maybe(0.15, g1_backend="kvbm")
    if kind == "sglang":
        e["sglang"] = {"page_size": size, **({"schedule_policy": "lpm"} if r.random() < 0.4 else {}), **({"clip_max_new_tokens": 8} if r.random() < 0.2 else {}),
                       **({"chunked_prefill_size": size * 8} if r.random() < 0.3 else {}), **({"schedule_conservativeness": 0.4} if r.random() < 0.2 else {})}
    if not disaggregated:
        maybe(0.15, dp_size=2)
    return e


def draw(seed, number):
    r = random.Random(f"{seed}/{number}")
    form = r.choice(["mooncake", "mooncake", "mooncake-delta", "agentic_mooncake", "agentic_mooncake"])
    block = r.choice([4, 16, 24, 64])
    case = {"format": form, "trace_block_size": block, "router_mode": r.choice(["round_robin", "kv_router"])}
    disaggregated = form == "mooncake" and r.random() < 0.35
    kind = r.choice(["vllm", "vllm", "sglang"] if disaggregated else ["vllm", "vllm", "trtllm", "sglang"])
    if disaggregated:
        case["prefill"], case["decode"] = draw_engine(r, kind, True), draw_engine(r, kind, True)
        for key in ("block_size", "sglang"):
            if key in case["prefill"]:
                case["decode"][key] = case["prefill"][key]
        if r.random() < 0.5:
            case["prefill"].update(kv_bytes_per_token=r.choice([1000, 1000000]), kv_transfer_bandwidth=r.choice([1.0, 10.0]), kv_transfer_timing_mode=r.choice(["full_prompt", "destination_missing"]))
        case["prefill_workers"], case["decode_workers"] = r.randint(1, 3), r.randint(1, 3)
    else:
        case["engine"], case["workers"] = draw_engine(r, kind, False), r.randint(1, 4)
    if case["router_mode"] == "kv_router":
        case["router_config"] = dict(ROUTER, overlap_score_credit=r.choice([0.0, 1.0, 2.5]), router_temperature=r.choice([0.0, 0.0, 0.5]),
                                     router_queue_threshold=r.choice([None, None, 0.0, 0.3]), router_queue_policy=r.choice(["fcfs", "lcfs", "wspt"]),
                                     router_assume_kv_reuse=r.random() < 0.8, router_track_active_blocks=r.random() < 0.9)
    if form != "agentic_mooncake" and r.random() < 0.25:
        case["concurrency"] = r.randint(1, 6)
    elif r.random() < 0.2:
        case["speedup"] = r.choice([0.5, 3.0])
    if form != "agentic_mooncake" and r.random() < 0.1:
        case["max_sim_ms"] = r.choice([0.0, 100.0, 700.0])
    return case, draw_rows(r, form, block)


def profile(path, prefill_ms, decode_ms):
    """Writes a planner profile of one latency each."""
    def array(shape, values):
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}d", *values)
    with zipfile.ZipFile(path, "w") as archive:
        for name, shape, values in (("prefill_isl", (2,), [1, 1000]), ("prefill_ttft_ms", (2,), [prefill_ms] * 2), ("decode_active_kv_tokens", (2,), [1, 1000]),
                                    ("decode_context_length", (2,), [1, 1000]), ("decode_itl", (2, 2), [decode_ms] * 4)):
            archive.writestr(f"{name}.npy", array(shape, values))


def steady(r, folder, case, rows):
    """The case with constant latencies, and all times multiples of them."""
    prefill_ms, decode_ms = r.choice([(0.0, 10.0), (10.0, 10.0), (20.0, 10.0)])
    path = f"{folder}/{prefill_ms}-{decode_ms}.npz"
    if not os.path.exists(path):
        profile(path, prefill_ms, decode_ms)
    def engine(arguments):
        return {**{key: value for key, value in arguments.items() if not key.endswith("speedup_ratio")}, "planner_profile_data": path}
    case = {key: engine(value) if key in ("engine", "prefill", "decode") else value for key, value in case.items() if key != "speedup"}
    if "prefill" in case and r.random() < 0.8:
        case["prefill"].update(kv_bytes_per_token=100000, kv_transfer_bandwidth=0.01)   # 10 ms a token
    def whole(row):
        return {key: value // 10 * 10 if key in ("timestamp", "delay") else value for key, value in row.items()}
    return case, [whole(row) for row in rows]


def run(command, timeout):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env={**os.environ, "DYN_LOG": "off"})
    except subprocess.TimeoutExpired:
        return None


def attempt(options, case, rows):
    """What differs, or None; the second value says whether the reference refused."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/rows.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        os.mkdir(f"{folder}/ours")
        ours = run(shlex.split(options.cli) + arguments(case, f"{folder}/rows.jsonl", f"{folder}/ours"), 120)
        if ours is None:
            return "no end within two minutes", False
        if ours.returncode not in (0, 1) or "   at " in ours.stderr:
            return f"exit {ours.returncode}: {ours.stderr.strip()[-200:]}", False
        result = read(f"{folder}/ours") if ours.returncode == 0 else None
        other = f"{folder}/other"
        if options.reference:
            json.dump({**case, "files": [f"{folder}/rows.jsonl"]}, open(f"{folder}/case.json", "w"))
            theirs = run([options.reference, "replay", f"{folder}/case.json", other], 10)
            # The reference repeats some runs for ever; that is a refusal, too.
            if theirs is None or theirs.returncode != 0 or not os.path.exists(f"{other}/report.json"):
                return (None if result is None else "accepted what the reference refuses"), True
        else:
            if result is None:
                return None, True
            again = run(shlex.split(options.cli) + arguments(case, f"{folder}/rows.jsonl", other), 120)
            if again is None or again.returncode != 0:
                return "the second run failed", False
        if result is None:
            return f"refused: {ours.stderr.strip()[-200:]}", False
        return difference(read(other), result), False


def shrink(options, case, rows, budget=150):
    def differs(c, rs):
        nonlocal budget
        budget -= 1
        return budget > 0 and bool(rs) and attempt(options, c, rs)[0] is not None
    step = max(1, len(rows) // 2)
    while step:
        at = 0
        while at < len(rows):
            gone = {row.get("request_id") for row in rows[at:at + step]}
            fewer = [{**row, "wait_for": [w for w in row["wait_for"] if w not in gone]} if "wait_for" in row else row for row in rows[:at] + rows[at + step:]]
            if differs(case, fewer):
                rows = fewer
            else:
                at += step
        step //= 2
    for part in ("engine", "prefill", "decode", "router_config", None):
        holder = case if part is None else case.get(part)
        for key in list(holder or {}):
            if part == "router_config" or key in ("format", "trace_block_size", "router_mode", "engine", "prefill", "decode"):
                continue
            less = {k: v for k, v in holder.items() if k != key}
            smaller = less if part is None else {**case, part: less}
            if differs(smaller, rows):
                case, holder = smaller, less
    return case, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True); parser.add_argument("--reference"); parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000); parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2); parser.add_argument("--keep", help="folder for the shrunk case")
    parser.add_argument("--steady", action="store_true")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, True)
    def drawn(number):
        plain = draw(options.seed, number)
        return steady(random.Random(f"{options.seed}/{number}/steady"), folder, *plain) if options.steady else plain
    refused = done = 0
    numbers = range(options.first, options.first + options.count)
    with ThreadPoolExecutor(options.jobs) as pool:
        for number, (difference, was_refused) in zip(numbers, pool.map(lambda n: attempt(options, *drawn(n)), numbers)):
            done += 1; refused += was_refused
            if difference is None:
                continue
            print(f"case {number} of seed {options.seed}: {difference}", flush=True)
            pool.shutdown(wait=False, cancel_futures=True)
            case, rows = shrink(options, *drawn(number))
            print(json.dumps(case)); print(*map(json.dumps, rows), sep="\n")
            print("shrunk:", attempt(options, case, rows)[0])
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                json.dump(case, open(f"{options.keep}/case.json", "w")); open(f"{options.keep}/rows.jsonl", "w").writelines(json.dumps(row) + "\n" for row in rows)
            sys.exit(1)
    print(f"{done} cases agree, {refused} of them refused by both")


if __name__ == "__main__":
    main()
