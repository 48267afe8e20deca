"""Whether the results of two programs agree; run in a process of its own, because it holds both in memory."""
import json, os, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from cases import difference, read


def comparable(line):
    # The order of siblings is not defined by the reference.
    return [(key, sorted(value) if key in ("branches", "wait_for") else value) for key, value in json.loads(line).items()]


def row_difference(want, got):
    with open(want) as wanted, open(got) as given:
        for number, (a, b) in enumerate(zip(wanted, given), 1):
            if a != b and comparable(a) != comparable(b):
                return f"row {number} differs"
        return "the numbers of rows differ" if wanted.readline() or given.readline() else None


def main():
    kind, want, got = sys.argv[1:]
    print(difference(read(want), read(got)) if kind == "replay" else row_difference(want, got))


if __name__ == "__main__":
    main()
