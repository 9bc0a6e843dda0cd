"""All faults in their full form, and the table of what they left: `make faults`.

A word limits it to the rows with that word: `make faults ONLY=SQLite`.
"""

import sys

from faults.table import HEAD, rows

MOST = 20
"""So many of a row's faults are named."""


def main(only: str) -> int:
    print(HEAD, "|---" * (HEAD.count("|") - 1) + "|", sep="\n", flush=True)
    good = []
    for row, faults in rows(only):
        print(row, flush=True)
        print(*faults[:MOST], sep="\n", end="\n" * bool(faults), file=sys.stderr, flush=True)
        good.append(not faults)
    return 0 if good and all(good) else 1


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
