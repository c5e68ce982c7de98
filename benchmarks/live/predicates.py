"""One predicate of five clauses about one customer, beside zen-engine, CEL and JSONLogic.

    python benchmarks/live/predicates.py [--peers PYTHON]

The peers are asked by the Python of a virtual environment of their own, made by

    python -m venv peers && peers/bin/pip install zen-engine common-expression-language cel-python jsonlogic-rs json-logic-qubit

Without --peers it tells our own time only. Both sides count processor time, take the least of several rounds, and call from the
same loop; both are asked about a customer for whom all five clauses hold, and about one who falls at the first. Customers are what
programs hold: a tuple of Python values for us, a dict of them for the peers. The profit is a Decimal for us and a float for the peers, which have no other; we answer
exactly. What must be reached is five times the fastest.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity.machine import facts
from benchmarks.live.predicate_peers import CUSTOMERS, spent

from unequal import predicates

MUST = 5
TEXT = "tier in ('platinum', 'gold') and profit_12m > 500 and not complained_30d and orders >= 3 and days_since_order <= 90"
TYPES = {"tier": "string", "profit_12m": "decimal(28, 4)", "complained_30d": "boolean", "orders": "int64", "days_since_order": "int64"}


def ours() -> dict[str, float]:
    answer = predicates.compile_single(predicates.parse(TEXT, TYPES), {name: place for place, name in enumerate(TYPES)})
    rows = {
        case: tuple(Decimal(f"{value:.4f}") if isinstance(value, float) else value for value in each.values())
        for case, each in CUSTOMERS.items()
    }
    assert [answer(row) for row in rows.values()] == [True, False]
    return {case: spent(answer, row) for case, row in rows.items()}


def peers(python: str) -> list[dict[str, Any]]:
    command = [python, str(Path(__file__).with_name("predicate_peers.py"))]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: list[dict[str, Any]] = json.loads(told.strip().splitlines()[-1])
    return found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--peers", help="the Python that has them")
    given = asked.parse_args()
    print(facts(("duckdb", "ibis-framework")))
    # Before and after the peers, so that neither side alone has the machine to itself.
    first = ours()
    others = peers(given.peers) if given.peers else []
    again = ours()
    own = {case: min(first[case], again[case]) for case in first}
    print(f"{'nanoseconds an answer':<58}{'all hold':>10}{'first falls':>13}{'times ours':>12}")
    for name, found in (("unequal", own), *((each["peer"], each) for each in others)):
        print(f"{name:<58}{found['holds']:>10.0f}{found['falls']:>13.0f}{found['holds'] / own['holds']:>12.1f}")
    if not others:
        return 0
    fastest = min((each for each in others if "context made before" not in each["peer"]), key=lambda each: each["holds"])
    times = fastest["holds"] / own["holds"]
    print(f"{times:.1f} times the fastest, {fastest['peer']}; must be {MUST}: {'reached' if times >= MUST else 'MISSED'}")
    return 0 if times >= MUST else 1


if __name__ == "__main__":
    sys.exit(main())
