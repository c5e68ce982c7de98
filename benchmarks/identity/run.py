"""Who is who, measured: right and fast, beside Splink 5 on the same rows where it is about speed.

A line for each promise, with what was found and what must be reached; nothing is tuned to a set:
each goes through a config as a user would write it, with all defaults.

    python benchmarks/identity/run.py [--only fake_1000,febrl,senzing,hard,meridian,increments,arriving,lookups,million] [--records 1000000] [--misses]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity import data, meridian, ours, rival
from benchmarks.identity.arrivals import arrivals
from benchmarks.identity.machine import DATA, facts
from benchmarks.identity.metrics import Figures
from benchmarks.identity.misses import misses_of

from unequal import demo

WIDTH = 62


@dataclass(frozen=True)
class Line:
    """One measure of the table.

    Args:
        what: is measured.
        found: the figure.
        must: the least (or with `at_most` the most) it must be; None where it is only told.
        aim: what we want it to be.
        unit: printed after the figures.
        note: what stands behind it.
    """

    what: str
    found: float
    must: float | None = None
    aim: float | None = None
    at_most: bool = False
    unit: str = ""
    note: str = ""

    @property
    def reached(self) -> bool:
        if self.must is None:
            return True
        return self.found <= self.must if self.at_most else self.found >= self.must

    def text(self) -> str:
        sign, digits = "≤" if self.at_most else "≥", 4 if not self.unit else 2
        must = "" if self.must is None else f"{sign} {self.must:g}{self.unit}" + (f" (aim {self.aim:g})" if self.aim is not None else "")
        said = "" if self.must is None else ("reached" if self.reached else "NOT REACHED")
        return f"{self.what:{WIDTH}} {self.found:>9,.{digits}f}{self.unit:4} {must:22} {said:12} {self.note}".rstrip()


@dataclass(frozen=True)
class Asked:
    """What the caller asked for."""

    records: int
    misses: bool
    place: Path


def _scores(
    name: str, found: Figures, seconds: dict[str, float], *, pair: tuple[float | None, float | None], b_cubed: float | None = None
) -> Iterator[Line]:
    must, aim = pair
    pairs, spent = found.pairs, ", ".join(f"{part} {value:.1f} s" for part, value in seconds.items())
    yield Line(f"{name}: pair F1 after closure", pairs.f1, must, aim,
               note=f"precision {pairs.precision:.4f}, recall {pairs.recall:.4f}; largest {found.largest_cluster}; {spent}")  # fmt: skip
    yield Line(
        f"{name}: B3 F1", found.b_cubed.f1, b_cubed, note=f"precision {found.b_cubed.precision:.4f}, recall {found.b_cubed.recall:.4f}"
    )


def _of_set(name: str, asked: Asked, *, pair: tuple[float | None, float | None], b_cubed: float | None = None) -> Iterator[Line]:
    dataset = data.of_name(name, DATA)
    folder = _folder(asked, name)
    resolved = ours.resolve(dataset, folder)
    yield from _scores(name, resolved.figures(dataset.truth), resolved.seconds, pair=pair, b_cubed=b_cubed)
    if asked.misses:
        print(misses_of(dataset, resolved))


def _folder(asked: Asked, name: str) -> Path:
    folder = asked.place / name
    folder.mkdir()
    return folder


def fake_1000(asked: Asked) -> Iterator[Line]:
    yield from _of_set("fake_1000", asked, pair=(0.95, 0.97))


def febrl(asked: Asked) -> Iterator[Line]:
    yield from _of_set("febrl_3", asked, pair=(0.997, 0.999))
    yield from _of_set("febrl_4", asked, pair=(0.999, 0.9995))


def senzing(asked: Asked) -> Iterator[Line]:
    yield from _of_set("senzing", asked, pair=(None, None))


def hard(asked: Asked) -> Iterator[Line]:
    yield from _of_set("hard", asked, pair=(0.90, None), b_cubed=0.92)


def of_meridian(asked: Asked) -> Iterator[Line]:
    world, folder = _folder(asked, "world"), _folder(asked, "meridian")
    demo.build(world)
    resolved = ours.resolve_world(world, folder)
    measured = meridian.measured(demo.Truth(world), resolved)
    yield from _scores("Meridian, persons", measured.persons, resolved.seconds, pair=(0.98, None))
    yield from _scores("Meridian, organisations", measured.organisations, {}, pair=(None, None))
    yield Line("Meridian: customers that are several persons", 100 * measured.false_merges, 0.1, at_most=True, unit=" %",
               note=f"{measured.mixed_customers} of {measured.customers:,} person customers")  # fmt: skip
    told, everybody = meridian.households(demo.Truth(world), resolved)
    yield Line("Meridian, households: pair F1 of persons with an address on record", told.f1, 0.95,
               note=f"precision {told.precision:.4f}, recall {told.recall:.4f}; of persons as they were found")  # fmt: skip
    yield Line("the same of all persons", everybody.f1, note=f"precision {everybody.precision:.4f}, recall {everybody.recall:.4f}")
    for kind, (merged, pairs) in measured.kin.items():
        yield Line(
            f"Meridian: {kind} made one", 100 * merged / max(pairs, 1), unit=" %", note=f"{merged} of {pairs:,} pairs that have records"
        )


def increments(asked: Asked) -> Iterator[Line]:
    """A hundred thousand records of which a tenth arrive in batches, against all at once: the partitions must be the same."""
    dataset = data.made(min(asked.records, 100_000), seed=2)
    found = arrivals(dataset, _folder(asked, "increments"), new=dataset.records // 10, batches=7, seed=3)
    yield Line(f"{dataset.records:,} records, a tenth in 7 batches: pairs as in one full run", 100.0 * min(found.alike.pairs.precision, found.alike.pairs.recall),
               100, unit=" %", note="identical" if found.identical else "NOT identical")  # fmt: skip


def arriving(asked: Asked) -> Iterator[Line]:
    """A thousand new records against the many, ids included, beside what Splink takes for the pairs alone."""
    dataset = data.made(asked.records)
    found = arrivals(dataset, _folder(asked, "arriving"), new=4_000, batches=4, seed=4)
    ours_ = sorted(found.seconds)[len(found.seconds) // 2]
    theirs = rival.new_records(rival.run(dataset), rival.PLANS["made"], 1_000)
    yield Line(f"1,000 new records against {dataset.records:,}, ids included: of what Splink takes for pairs alone", ours_ / theirs, 0.5, at_most=True, unit=" x",
               note=f"ours {ours_:.2f} s ({found.looked_at[0]:,} records looked at again), Splink {theirs:.2f} s; {'identical' if found.identical else 'NOT identical'} to a full run")  # fmt: skip
    yield Line("the same, of our whole run by the same model", ours_ / found.whole, 0.1, at_most=True, unit=" x", note=f"whole run {found.whole:.1f} s, reading apart")  # fmt: skip


def lookups(asked: Asked) -> Iterator[Line]:
    """A thousand look-ups, one after the other, against all made records in memory."""
    dataset, folder = data.made(asked.records), _folder(asked, "lookups")
    found = ours.look_up(dataset, ours.resolve(dataset, folder), folder, times=1000)
    half, most = (float(np.percentile(found.milliseconds, share)) for share in (50, 99))
    cold = f"index made in {found.index_seconds:.1f} s; cold start {found.cold_seconds:.1f} s"
    yield Line(f"one look-up against {dataset.records:,} records, warm: p99", most, 25, 10, at_most=True, unit=" ms", note=cold)
    yield Line("the same: p50", half, unit=" ms", note=f"first customer is the record's own: {100 * found.right:.1f} %")


def million(asked: Asked) -> Iterator[Line]:
    """Ours and Splink's whole run, each in a process of its own, one after the other."""
    ours_, splink = (measured(way, asked.records) for way in ("ours", "splink"))
    alike = splink["seconds"] / ours_["parts"]["resolve"]
    yield Line(f"{asked.records:,} made records, from normalised values to ids, times as fast as Splink", alike, 3, 5, unit=" x",
               note=f"ours {_told(ours_)}; Splink {_told(splink)}")  # fmt: skip
    yield Line(
        "the same, from rows as they are: with normalising, which Splink leaves to its user",
        splink["seconds"] / ours_["seconds"],
        unit=" x",
    )
    yield Line("the same, in processor time", splink["cpu"] / ours_["cpu"], unit=" x")
    yield Line(
        "the same: pair F1, at least Splink's", ours_["pair_f1"], splink["pair_f1"], note=f"Splink at best {splink['best_pair_f1']:.4f}"
    )
    yield Line("the same: B3 F1", ours_["b3_f1"], note=f"Splink {splink['b3_f1']:.4f}, at best {splink['best_b3_f1']:.4f}")


def _told(run: dict) -> str:
    parts = ", ".join(f"{part} {value:.1f}" for part, value in run["parts"].items())
    return f"{run['seconds']:.1f} s ({parts}; CPU {run['cpu']:.1f}), {run['memory'] / 1e9:.1f} GB with the made rows"


def measured(way: str, records: int) -> dict:
    """Run one way in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", way, "--records", str(records)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    found: dict = json.loads(done.stdout.splitlines()[-1])
    return found


def one(way: str, records: int) -> None:
    """One way's whole run on the made records, from rows in memory to who is who; what was found as a line of JSON."""
    dataset = data.made(records)
    if way == "ours":
        with tempfile.TemporaryDirectory() as place:
            resolved = ours.resolve(dataset, Path(place))
            scored = resolved.figures(dataset.truth)
        # Writing the rows of the made world to a file is the benchmark's doing; reading them is ours.
        seconds = sum(resolved.seconds.values())
        out = {
            "seconds": seconds,
            "parts": resolved.seconds,
            "cpu": resolved.cpu_seconds,
            "pair_f1": scored.pairs.f1,
            "b3_f1": scored.b_cubed.f1,
        }
    else:
        found = rival.run(dataset)
        parts = {part: value for part, value in found.seconds.items() if part != "all"}
        out = {"seconds": found.seconds["all"], "parts": parts, "cpu": found.cpu_seconds, "pair_f1": found.usual.pairs.f1, "b3_f1": found.usual.b_cubed.f1,
               "best_pair_f1": found.best.pairs.f1, "best_b3_f1": found.best.b_cubed.f1}  # fmt: skip
    print(json.dumps(out | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


PARTS: dict[str, Callable[[Asked], Iterator[Line]]] = {
    "fake_1000": fake_1000, "febrl": febrl, "senzing": senzing, "hard": hard, "meridian": of_meridian, "increments": increments, "arriving": arriving, "lookups": lookups, "million": million,
}  # fmt: skip
NEEDS_DATA = {"fake_1000", "febrl", "senzing"}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", help="parts, with commas between: " + ", ".join(PARTS))
    asked.add_argument("--records", type=int, default=1_000_000, help="of the large run")
    asked.add_argument("--misses", action="store_true", help="list what was wrongly joined or left apart")
    asked.add_argument("--one", choices=["ours", "splink"], help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        one(given.one, given.records)
        return 0
    parts = given.only.split(",") if given.only else list(PARTS)
    unknown = set(parts) - PARTS.keys()
    if unknown:
        asked.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return table(parts, given.records, misses=given.misses)


def table(parts: list[str], records: int, *, misses: bool) -> int:
    print(facts())
    reached = True
    for part in parts:
        if part in NEEDS_DATA and DATA is None:
            print(f"{part}: left out, for UNEQUAL_DATA names no folder of public data sets")
            continue
        with tempfile.TemporaryDirectory() as place:
            for line in PARTS[part](Asked(records, misses, Path(place))):
                print(line.text(), flush=True)
                reached &= line.reached
    return 0 if reached else 1


if __name__ == "__main__":
    pd.set_option("display.width", 250)
    sys.exit(main())
