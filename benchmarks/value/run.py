"""Models of buying, measured: processor time beside lifetimes and PyMC-Marketing, ten million customers, a thousand odd sets.

    python benchmarks/value/run.py [--only million,pareto,ten_million,odd] [--lifetimes PYTHON] [--pymc-marketing PYTHON]

The rivals' pins do not go together with ours: each is asked by the Python of a virtual environment of its own, made by

    python -m venv rivals && rivals/bin/pip install lifetimes

and where none is given its lines say so. Times are seconds of processor of all threads, each tool in a process of its own,
with the first compilation outside (kernels and graphs are compiled once for all that follows); the rivals get the same histories.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity.machine import facts
from tests.value.buying.odd_histories import odd_histories

from unequal.value.buying import BgNbd, Histories, Model, ParetoNbd, fit

HORIZON = 52.0
WORLDS: dict[str, Model] = {"bg_nbd": BgNbd(0.2426, 4.4136, 0.7929, 2.4259), "pareto_nbd": ParetoNbd(0.5533, 10.578, 0.6062, 11.669)}
"""CDNOW's."""
MUST = {("bg_nbd", "lifetimes"): 30, ("bg_nbd", "pymc-marketing"): 20, ("pareto_nbd", "lifetimes"): 80}
PEAK_GB = 6.0


def made(model: str, customers: int) -> dict[str, np.ndarray]:
    """Two years of customers, their orders and ends on days, in weeks."""
    generator = np.random.default_rng(0)
    world = WORLDS[model].simulate(generator.integers(7 * 13, 7 * 105, customers) / 7, generator)
    last = np.where(world.repeat_orders > 0, np.maximum(np.floor(world.last_order * 7), 1) / 7, 0.0)
    return {"repeat_orders": world.repeat_orders, "last_order": last, "observed": world.observed}


def ours(model: str, columns: dict[str, np.ndarray]) -> dict[str, Any]:
    """Count the histories, fit, and score each customer."""
    _valued(model, {name: values[:1000] for name, values in columns.items()})
    return _valued(model, columns)


def _valued(model: str, columns: dict[str, np.ndarray]) -> dict[str, Any]:
    begun = time.process_time()
    histories, places = Histories.of(columns["repeat_orders"], columns["last_order"], columns["observed"])
    found = fit(type(WORLDS[model]), histories)
    fitted = time.process_time()
    alive = found.model.p_alive(histories)[places]
    expected = found.model.expected_orders(histories, HORIZON)[places]
    scored = time.process_time()
    return {"fit": fitted - begun, "score": scored - fitted, "expected": float(expected.sum()), "alive": float(alive.mean()),
            "parameters": dict(zip(found.model.names(), np.exp(found.model.logs).round(4).tolist(), strict=True))}  # fmt: skip


def _told(name: str, found: dict[str, Any]) -> str:
    parameters = ", ".join(f"{key} {value:.4g}" for key, value in found["parameters"].items())
    return f"  {name:<24} fit {found['fit']:8.2f} s   score {found['score']:7.2f} s   expected {found['expected']:12.1f}   {parameters}"


def side_by_side(model: str, customers: int, rivals: dict[str, str | None]) -> bool:
    columns = made(model, customers)
    print(f"\n{model}, {customers:,} customers, {HORIZON:g} weeks ahead, seconds of processor")
    own = ours(model, columns)
    print(_told("unequal", own))
    reached = True
    for tool, python in rivals.items():
        must = MUST.get((model, tool))
        if must is None:
            continue
        if python is None:
            print(f"  {tool:<24} not given: skipped")
            continue
        found = _asked(python, tool, model, columns)
        times = (found["fit"] + found["score"]) / (own["fit"] + own["score"])
        reached &= times >= must
        print(_told(f"{tool} {found['version']}", found))
        print(f"  {'':<24} {times:.0f} times less for us; must be {must}: {'reached' if times >= must else 'MISSED'}")
    return reached


def _asked(python: str, tool: str, model: str, columns: dict[str, np.ndarray]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.npz"
        np.savez(path, **columns)
        command = [python, str(Path(__file__).with_name("rivals.py")), tool, model, str(path), "--horizon", str(HORIZON)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return answer


def ten_million() -> bool:
    """In a process of its own, whose peak memory is that of the whole: the raw columns included."""
    reached = True
    print(f"\n10,000,000 customers: count, fit, P(alive), expected orders; peak memory must stay under {PEAK_GB:g} GB")
    for model in WORLDS:
        command = [sys.executable, __file__, "--alone", model]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1])
        reached &= found["peak"] < PEAK_GB
        print(_told(model, found) + f"   peak {found['peak']:.2f} GB")
    return reached


def _alone(model: str) -> None:
    found = ours(model, made(model, 10_000_000))
    print(json.dumps(found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


def odd(count: int = 1000) -> bool:
    """Every set converges, or says why not and falls back; anything else is a fault."""
    silent = 0
    print(f"\n{count} made sets, from mild to absurd")
    for kind in (BgNbd, ParetoNbd):
        ways: dict[str, int] = {}
        begun = time.process_time()
        for name, histories in odd_histories(count):
            found = fit(kind, histories)
            fell = "" if isinstance(found.model, kind) else f"fell back to {type(found.model).__name__}"
            way = fell or ("pulled weakly, and said so" if found.note else "a maximum")
            if not found.converged and not found.note:
                silent += 1
                print(f"  neither converged nor said why: {name}")
            ways[way] = ways.get(way, 0) + 1
        told = ", ".join(f"{way} {number}" for way, number in sorted(ways.items()))
        print(f"  {kind.__name__:<24} {told}; {time.process_time() - begun:.0f} s")
    return silent == 0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", default="million,pareto,ten_million,odd")
    asked.add_argument("--lifetimes")
    asked.add_argument("--pymc-marketing")
    asked.add_argument("--alone", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.alone:
        _alone(given.alone)
        return 0
    rivals = {"lifetimes": given.lifetimes, "pymc-marketing": given.pymc_marketing}
    parts: dict[str, Callable[[], bool]] = {
        "million": lambda: side_by_side("bg_nbd", 1_000_000, rivals),
        "pareto": lambda: side_by_side("pareto_nbd", 100_000, rivals),
        "ten_million": ten_million,
        "odd": odd,
    }
    print(facts(("numpy", "scipy", "numba")))
    reached = [parts[name]() for name in given.only.split(",")]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
