"""Uplift on Hillstrom's test and on made worlds, beside CausalML and scikit-uplift: the same splits, the same trees, the same Qini.

    python benchmarks/experiments/uplift.py [--peers PYTHON] [--splits 5]

The peers are asked by the Python of a virtual environment of their own, made by

    python -m venv peers && peers/bin/pip install causalml scikit-uplift

Without --peers it tells our own figures only. Each learner learns on one half of the customers and orders the other; all are told by our Qini, which
is normalised as scikit-uplift's is. Seconds are of processor time for all splits. What must be reached: of each learner that a peer has too, our mean
Qini is no further below the peer's than twice the error of the paired difference, or a hundredth of a point, and our time is less. Hillstrom's file is
read from the folder that UNEQUAL_DATA names; without it only made worlds are told. Ends with 1 where something is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity.machine import facts

from unequal.experiments.qini import coefficient
from unequal.experiments.uplift import LEARNERS, learn

NOISE = 1e-4
_WORDS = {"zip_code": ("Urban", "Surburban", "Rural"), "channel": ("Web", "Phone", "Multichannel")}


@dataclass(frozen=True)
class Case:
    """Customers of an experiment: features n x k, treated, and an outcome of 0 and 1."""

    name: str
    x: Any
    t: Any
    y: Any


def hillstrom(folder: Path) -> Iterator[Case]:
    """Each of the two mails against none; whether the customer then visited."""
    with (folder / "hillstrom" / "hillstrom.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for segment, name in (("Womens E-Mail", "Hillstrom, women's mail"), ("Mens E-Mail", "Hillstrom, men's mail")):
        some = [row for row in rows if row["segment"] in {segment, "No E-Mail"}]
        columns = [[float(row[name]) for row in some] for name in ("recency", "history", "mens", "womens", "newbie")]
        columns += [[float(row[name] == word) for row in some] for name, words in _WORDS.items() for word in words]
        treated = np.array([row["segment"] == segment for row in some])
        yield Case(name, np.array(columns).T, treated, np.array([float(row["visit"]) for row in some]))


def made(name: str, customers: int, share: float, strength: float, seed: int) -> Case:
    """A world in which the effect hangs on two of ten features, and what happens anyway on two others."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(customers, 10))
    treated = chance.random(customers) < share
    anyway = 0.1 + 0.05 * (x[:, 2] > 0) + 0.05 * (x[:, 3] > 1)
    effect = strength * ((x[:, 0] > 0).astype(float) - 0.5 * (x[:, 1] > 1))
    return Case(name, x, treated, (chance.random(customers) < np.clip(anyway + treated * effect, 0, 1)).astype(float))


def cases() -> list[Case]:
    worlds = [
        made("made, half treated", 40_000, 0.5, 0.08, 1),
        made("made, a twentieth held out", 40_000, 0.95, 0.08, 2),
        made("made, the same effect on all", 40_000, 0.5, 0.0, 3),
    ]
    folder = os.environ.get("UNEQUAL_DATA")
    if folder is None or not (Path(folder) / "hillstrom").is_dir():
        print("UNEQUAL_DATA names no folder with hillstrom: made worlds alone")
        return worlds
    return [*hillstrom(Path(folder)), *worlds]


def ours(case: Case, order: Any) -> dict[str, tuple[list[float], float]]:
    """Qini of each split, and seconds, by learner."""
    found = {}
    half = len(case.y) // 2
    learn(case.x[:1_000], case.t[:1_000], case.y[:1_000])  # what is loaded once counts for nobody
    for learner in LEARNERS:
        begun = time.process_time()
        effects = [
            learn(case.x[each[:half]], case.t[each[:half]], case.y[each[:half]], learner=learner).effect_of(case.x[each[half:]])
            for each in order
        ]
        spent = time.process_time() - begun
        found[learner] = (qinis(case, order, effects), spent)
    return found


def qinis(case: Case, order: Any, effects: Any) -> list[float]:
    half = len(case.y) // 2
    return [coefficient(case.y[each[half:]], case.t[each[half:]], some) for each, some in zip(order, effects, strict=True)]


def of_peers(python: str, case: Case, order: Any) -> Iterator[tuple[str, str, list[float], float]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.npz"
        np.savez(file, x=case.x, t=case.t.astype(int), y=case.y, order=order)
        command = [python, str(Path(__file__).with_name("uplift_peers.py")), str(file)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        for row in json.loads(told.strip().splitlines()[-1]):
            effects = np.load(file.with_suffix(f".{row['peer']}.{row['learner']}.npy"))
            yield f"{row['peer']} {row['version']}", row["learner"], qinis(case, order, effects), row["seconds"]


def compared(case: Case, order: Any, python: str | None) -> list[str]:
    """Print a case; returns what is missed."""
    own, missed = ours(case, order), []
    print(f"\n{case.name}: {len(case.y):,} customers, {case.t.mean():.0%} treated")
    print(f"{'':34}{'learner':>8}{'Qini':>9}{'spread':>9}{'seconds':>9}")
    for learner, (scores, spent) in own.items():
        print(f"{'unequal':34}{learner:>8}{np.mean(scores):9.4f}{np.std(scores, ddof=1):9.4f}{spent:9.1f}")
    for name, learner, scores, spent in of_peers(python, case, order) if python else ():
        print(f"{name:34}{learner:>8}{np.mean(scores):9.4f}{np.std(scores, ddof=1):9.4f}{spent:9.1f}")
        behind = np.array(scores) - np.array(own[learner][0])
        if behind.mean() > 2 * behind.std(ddof=1) / np.sqrt(len(behind)) + NOISE:
            missed.append(f"{case.name}, {learner}: Qini {behind.mean():.4f} below {name}")
        if own[learner][1] > spent:
            missed.append(f"{case.name}, {learner}: {own[learner][1] / spent:.2f} times the time of {name}")
    return missed


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--peers", help="the Python that has them")
    asked.add_argument("--splits", type=int, default=5)
    given = asked.parse_args()
    print(facts(("scikit-learn",)))
    missed = []
    for case in cases():
        order = np.array([np.random.default_rng(7 + at).permutation(len(case.y)) for at in range(given.splits)])
        missed += compared(case, order, given.peers)
    for line in missed:
        print(f"MISSED: {line}")
    if given.peers and not missed:
        print("\nequal within noise, in less time: reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
