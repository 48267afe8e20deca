"""The workloads that are compared, and the least ratios they must reach."""
from dataclasses import dataclass


@dataclass
class Bar:
    """The least that the reference takes of it, in units of what AgentSim takes."""
    simulation: float | None
    process: float
    memory: float


@dataclass
class Workload:
    name: str
    what: str
    bar: Bar | None            # None: only the figures are of interest
    case: dict | None = None    # None: a conversion
    made: tuple | None = None   # what generate.py makes; None: the recorded trace


ROUND_ROBIN, KV = {"router_mode": "round_robin"}, {"router_mode": "kv_router"}
BLOCK_512 = {"format": "mooncake", "trace_block_size": 512, "engine": {"block_size": 512}, "workers": 8}
BLOCK_16 = {**BLOCK_512, "engine": {"block_size": 16, "num_gpu_blocks": 524288}}
SGLANG = {"engine_type": "sglang", "block_size": 512, "sglang": {"page_size": 512}}
AGENTIC = {"format": "agentic_mooncake", "trace_block_size": 16, "engine": {"block_size": 16}, "workers": 8, **KV}

WORKLOADS = [
    Workload("vllm-rr", "vLLM, 8 workers, round robin, block 512", Bar(120, 40, 25), {**BLOCK_512, **ROUND_ROBIN}),
    Workload("vllm-kv", "the same, KV router", Bar(110, 45, 25), {**BLOCK_512, **KV}),
    Workload("vllm16-rr", "engine block 16, 524,288 blocks, round robin", Bar(180, 75, 47), {**BLOCK_16, **ROUND_ROBIN}),
    Workload("vllm16-kv", "the same, KV router", Bar(180, 100, 50), {**BLOCK_16, **KV}),
    Workload("sglang-rr", "SGLang, 8 workers, round robin", Bar(100, 45, 24), {**BLOCK_512, **ROUND_ROBIN, "engine": SGLANG}),
    Workload("trtllm-rr", "TensorRT-LLM, 8 workers, round robin", Bar(110, 38, 25), {**BLOCK_512, **ROUND_ROBIN, "engine": {"engine_type": "trtllm", "block_size": 512}}),
    Workload("disaggregated", "vLLM, 4 + 4 workers, round robin", Bar(75, 40, 25),
             {"format": "mooncake", "trace_block_size": 512, "prefill": {"block_size": 512}, "decode": {"block_size": 512}, "prefill_workers": 4, "decode_workers": 4, **ROUND_ROBIN}),
    Workload("many-workers", "128 workers, KV router, concurrency 8,192", Bar(80, 45, 6.5), {**BLOCK_512, **KV, "workers": 128, "concurrency": 8192}),
    Workload("agentic", "agentic, 20,000 requests, 8 workers, KV router", Bar(80, 30, 5), AGENTIC, ("rows", "--requests", "20000")),
    Workload("convert", "converting a request trace of 300 MB", Bar(None, 5, 6), None, ("trace", "--megabytes", "300")),
]

# What has stretches of its own kind.
STRETCHES = [
    Workload("ranks", "vLLM, 4 workers of 2 ranks, round robin", None, {**BLOCK_512, **ROUND_ROBIN, "engine": {"block_size": 512, "dp_size": 2}, "workers": 4}),
    Workload("sglang-ranks", "SGLang, 4 workers of 2 ranks, round robin", None, {**BLOCK_512, **ROUND_ROBIN, "engine": {**SGLANG, "dp_size": 2}, "workers": 4}),
    Workload("kvbm", "vLLM with kvbm, 8 workers, round robin", None, {**BLOCK_512, **ROUND_ROBIN, "engine": {"block_size": 512, "g1_backend": "kvbm"}}),
    Workload("sglang-pools", "SGLang, 4 + 4 workers, round robin", None,
             {"format": "mooncake", "trace_block_size": 512, "prefill": SGLANG, "decode": SGLANG, "prefill_workers": 4, "decode_workers": 4, **ROUND_ROBIN}),
]

# Work must grow with requests, not with tokens, and in proportion to the requests.
SCALING = [Workload(f"outputs-x{n}", f"vLLM, 8 workers, round robin, outputs x{n}", None, {**BLOCK_512, **ROUND_ROBIN}, ("scaled", "--factor", str(n))) for n in (1, 4, 16)]
GROWTH = [Workload(f"agentic-{n}", f"agentic, {n:,} requests, 8 workers, KV router", bar, AGENTIC, ("rows", "--requests", str(n)))
          for n, bar in ((100_000, None), (1_000_000, Bar(100, 40, 13)))]
