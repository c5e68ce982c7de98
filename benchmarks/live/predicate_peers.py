"""zen-engine, CEL and JSONLogic on one rule of five clauses, in a Python of their own that has them.

    python benchmarks/live/predicate_peers.py

Imports nothing of ours, so that no peer is held back by our pins. Each is given its rule compiled beforehand where it can be, and
the customer as a dict of Python values, as programs hold it. CEL is told once more with the customer made into its own context beforehand, which
leaves out what it costs to hand a customer over. Prints one line of JSON: nanoseconds of processor time an answer, the least of several rounds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

Answer = Callable[[dict[str, Any]], Any]
CUSTOMERS = {
    "holds": {"tier": "gold", "profit_12m": 812.5, "complained_30d": False, "orders": 7, "days_since_order": 20},
    "falls": {"tier": "silver", "profit_12m": 812.5, "complained_30d": False, "orders": 7, "days_since_order": 20},
}
INFIX = "tier in ['platinum', 'gold'] and profit_12m > 500 and not complained_30d and orders >= 3 and days_since_order <= 90"
CEL = "tier in ['platinum', 'gold'] && profit_12m > 500.0 && !complained_30d && orders >= 3 && days_since_order <= 90"
LOGIC = {"and": [
    {"in": [{"var": "tier"}, ["platinum", "gold"]]}, {">": [{"var": "profit_12m"}, 500]}, {"!": [{"var": "complained_30d"}]},
    {">=": [{"var": "orders"}, 3]}, {"<=": [{"var": "days_since_order"}, 90]},
]}  # fmt: skip


def zen_engine() -> Answer:
    import zen

    answer: Answer = zen.compile_expression(INFIX).evaluate
    return answer


def common_expression_language() -> Answer:
    import cel

    answer: Answer = cel.compile(CEL).execute
    return answer


def cel_python() -> Answer:
    import celpy

    environment = celpy.Environment()
    program = environment.program(environment.compile(CEL))
    return lambda customer: program.evaluate({name: celpy.json_to_cel(value) for name, value in customer.items()})


def jsonlogic_rs() -> Answer:
    import jsonlogic_rs as package

    return lambda customer: package.apply(LOGIC, customer)


def json_logic_qubit() -> Answer:
    import json_logic as package

    return lambda customer: package.jsonLogic(LOGIC, customer)


PEERS: dict[str, Callable[[], Answer]] = {
    "zen-engine": zen_engine,
    "common-expression-language": common_expression_language,
    "cel-python": cel_python,
    "jsonlogic-rs": jsonlogic_rs,
    "json-logic-qubit": json_logic_qubit,
}


def spent(answer: Callable[[Any], Any], customer: Any, rounds: int = 9, seconds: float = 0.08) -> float:
    """Nanoseconds of processor time an answer, the least of several rounds of about so long each."""
    begun = time.process_time_ns()
    answer(customer)
    times = range(max(5, min(200_000, int(seconds * 1e9 / max(time.process_time_ns() - begun, 300)))))
    least = float("inf")
    for _ in range(rounds):
        begun = time.process_time_ns()
        for _ in times:
            answer(customer)
        least = min(least, (time.process_time_ns() - begun) / len(times))
    return least


def measured() -> Iterator[dict[str, Any]]:
    for name, make in PEERS.items():
        try:
            told = version(name)
        except PackageNotFoundError:
            continue
        answer = make()
        assert [bool(answer(customer)) for customer in CUSTOMERS.values()] == [True, False], name
        yield {"peer": f"{name} {told}", **{case: spent(answer, customer) for case, customer in CUSTOMERS.items()}}
        if name == "common-expression-language":
            import cel

            contexts = {case: cel.Context(variables=customer) for case, customer in CUSTOMERS.items()}
            yield {"peer": f"{name}, its context made before", **{case: spent(answer, context) for case, context in contexts.items()}}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(list(measured())) + "\n")
