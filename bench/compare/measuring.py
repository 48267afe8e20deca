"""Runs a program as a process of its own and says what it cost."""
import os, time
from dataclasses import dataclass


@dataclass
class Cost:
    seconds: float      # start of the process to its end
    megabytes: float    # peak resident memory
    output: str


def measure(command, folder):
    """
    The cost of a command by the operating system's own account, its output kept. The kernel counts the memory of the
    starting process as the child's until the command is loaded, so the caller must stay small.
    """
    out, errors = f"{folder}/out.txt", f"{folder}/errors.txt"
    actions = [(os.POSIX_SPAWN_OPEN, number, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644) for number, path in ((1, out), (2, errors))]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, {**os.environ, "DYN_LOG": "off"}, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        with open(errors) as file:
            raise SystemExit(f"{' '.join(command)[:200]}: exit {code}: {file.read().strip()[-400:]}")
    with open(out) as file:
        return Cost(seconds, usage.ru_maxrss / 1024.0, file.read())
