"""What the gate catches and what it takes for a leak by mistake, on worlds of known truth: `python -m tests.bench_gate`."""

from __future__ import annotations

import sys
import time
from collections import Counter

from core.columns import by_field
from core.scores.gate import admit
from core.scores.rows.target import non_recovery
from tests.worlds.leaks import CLEAN, LEAKS, with_columns
from tests.worlds.world import COEFFICIENTS, draw

SIZES = (500, 2_000, 5_000)


def main(seeds: range) -> None:
    """Print what was caught and what was taken by mistake in every world, drawn with every seed."""
    headers = {column.header for column in by_field("portfolio").values()}
    for loans in SIZES:
        caught, wrong, facts, asked, rounds, began = Counter(), Counter(), Counter(), Counter(), 0, time.process_time()
        for name in COEFFICIENTS:
            for seed in seeds:
                rounds += 1
                for kind, leak in LEAKS.items():
                    admission = _admitted(draw(loans, seed, name), {**CLEAN, kind: leak}, seed)
                    stopped = {each.column for each in admission.quarantined}
                    caught[kind] += f"x{len(CLEAN)}" in stopped
                    wrong.update(clean for place, clean in enumerate(CLEAN) if f"x{place}" in stopped)
                    facts.update(stopped & headers)
                    asked.update(each.column for each in admission.questioned)
                everything = _admitted(draw(loans, seed, name), CLEAN | LEAKS, seed)
                stopped = {each.column for each in everything.quarantined}
                caught["all at once"] += sum(f"x{len(CLEAN) + place}" in stopped for place in range(len(LEAKS)))
                wrong.update(
                    f"{clean} (all leaks there)" for place, clean in enumerate(CLEAN) if f"x{place}" in stopped
                )
        print(f"{loans:,} loans, {rounds} worlds ({time.process_time() - began:.0f} s)")
        print(
            "  caught",
            {kind: f"{caught[kind]}/{rounds}" for kind in LEAKS},
            f"all at once {caught['all at once']}/{rounds * len(LEAKS)}",
        )
        print("  clean unknown columns quarantined", dict(wrong), f"of {rounds * (len(LEAKS) + 1)} each")
        print(
            "  facts of the contract quarantined",
            dict(facts),
            "questioned",
            dict(asked),
            f"of {rounds * len(LEAKS)} each",
        )


def _admitted(drawn, columns, seed):
    names = [f"x{place}" for place in range(len(columns))]
    return admit(non_recovery(with_columns(drawn, columns, seed)), dict.fromkeys(names, "snapshot"))


if __name__ == "__main__":
    main(range(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
