"""Kills the publishing of small runs at every point, at random instants, and by the power; looks at what is left.

Run as a program, apart from pytest, from a process without threads: `python -m tests.faults.storage_kills FOLDER
HARNESS [--mutation NAME] [--random N] [--seed N]`. Prints one line of JSON; ends with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults import mutations
from tests.faults.children import Child, answer_of, in_child, points_of
from tests.faults.power import Disk
from tests.faults.small_runs import leftovers, publish_generation, seen, seen_in, state_url

from unequal import storage

Put = Callable[[], None]


def scenarios() -> dict[str, tuple[int, int]]:
    """Name: the generation that stands before, and the one that is published."""
    return {"the next run": (1, 2), "the same again": (1, 1), "the first run": (0, 1)}


def main(arguments: list[str]) -> int:
    """Run one harness."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("harness", choices=["points", "instants", "power", "readers"])
    parser.add_argument("--mutation", default="")
    parser.add_argument("--random", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    known: dict[str, Put] = {**mutations.KILLED, **mutations.POWER, **mutations.READERS}
    put_in = known[given.mutation] if given.mutation else lambda: None
    try:
        told = {
            "points": lambda: at_points(given.folder, put_in),
            "instants": lambda: at_instants(given.folder, put_in, given.random, given.seed),
            "power": lambda: by_power(given.folder, put_in),
            "readers": lambda: with_readers(given.folder, put_in, given.random, given.seed),
        }[given.harness]()
    except AssertionError as broken:
        print(json.dumps({"broken": str(broken)}))
        return 1
    print(json.dumps(told))
    return 0


def template(folder: Path, before: int) -> Path:
    """A project as it stands before the trial."""
    made = folder / f"template-{before}"
    made.mkdir(parents=True, exist_ok=True)
    if before:
        answer_of(lambda: publish_generation(made, before))
    return made


def fresh(made: Path, work: Path) -> Path:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(made, work)
    return work


def at_points(folder: Path, put_in: Put) -> dict[str, object]:
    """Every point of every scenario, one after the other."""
    named: set[str] = set()
    killed = 0
    for scenario, (before, after) in scenarios().items():
        made, work = template(folder, before), folder / "work"
        mutations.FOLDER[:] = [work]
        fresh(made, work)
        points = answer_of(lambda after=after: _mutated(put_in, lambda: points_of(lambda: publish_generation(work, after))))
        for number, name in enumerate(points, 1):
            fresh(made, work)
            ended, _ = in_child(
                lambda after=after, number=number: _mutated(
                    put_in, lambda: points_of(lambda: publish_generation(work, after), kill_at=number)
                )
            )
            assert ended == signal.SIGKILL, f"{scenario}: point {number}, {name}, did not fire"
            look_and_mend(work, before, after, put_in, f"{scenario}, killed at {name}")
            killed += 1
        named |= {name.split(" ")[0] if not name.startswith("state") else name for name in points}
    return {"killed": killed, "points": sorted(named)}


def at_instants(folder: Path, put_in: Put, trials: int, seed: int) -> dict[str, object]:
    """Killed at any instant, between points and inside of them."""
    chance = random.Random(seed)
    made, work = template(folder, 1), folder / "work"
    mutations.FOLDER[:] = [work]
    started = time.monotonic()
    answer_of(lambda: publish_generation(fresh(made, work), 2))
    whole = time.monotonic() - started
    found = {"before": 0, "after": 0, "too late": 0}
    while found["before"] + found["after"] < trials:
        fresh(made, work)
        child = Child(lambda: _mutated(put_in, lambda: publish_generation(work, 2)))
        time.sleep(chance.uniform(0, 0.9 * whole))
        child.kill()
        ended, _ = child.ended()
        saw = look_and_mend(work, 1, 2, put_in, "killed at an instant")
        found["too late" if ended == 0 else ("after" if saw == 2 else "before")] += 1
    return {"killed": found["before"] + found["after"], **found}


def look_and_mend(work: Path, before: int, after: int, put_in: Put, told: str) -> int:
    """After a stop: a reader sees one whole run; the next run mends all."""
    if before or (work / ".unequal" / "state.db").exists():
        generation = answer_of(lambda: _seen(work, before))
        assert generation in {before, after}, f"{told}: a reader sees {generation}"
    else:
        generation = 0
    whole = answer_of(lambda: _mutated(put_in, lambda: _mended(work, after)))
    assert whole == after, f"{told}: the next run leaves {whole}"
    left = leftovers(work)
    assert not left, f"{told}: orphans stay: {left}"
    return generation


def _mended(work: Path, after: int) -> object:
    try:
        publish_generation(work, after)
        return seen(work)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not mended
        return f"{type(error).__name__}: {error}"


def _seen(work: Path, before: int) -> object:
    try:
        with storage.open_state(state_url(work)) as state:
            if not before and state.current_run() is None:
                return 0
            return seen_in(work, state)
    except Exception as error:  # noqa: BLE001 - the caller says what was seen
        return f"{type(error).__name__}: {error}"


def _mutated(put_in: Put, work: Callable[[], object]) -> object:
    put_in()
    return work()


def by_power(folder: Path, put_in: Put) -> dict[str, object]:
    """The power fails at every point: what is on the disk for good must be one whole run."""
    lost = 0
    for scenario, (before, after) in scenarios().items():
        made = template(folder, before)
        work, dark = fresh(made, folder / "work"), folder / "dark"
        shutil.rmtree(dark, ignore_errors=True)
        dark.mkdir()
        points = answer_of(lambda work=work, dark=dark, after=after: _mutated(put_in, lambda: _darkened(work, dark, after)))
        for number, name in enumerate(points, 1):
            left = dark / str(number)
            if before or (left / ".unequal" / "state.db").exists():
                generation = answer_of(lambda left=left, before=before: _seen(left, before))
                assert generation in {before, after}, f"{scenario}, power lost at {name}: a reader sees {generation}"
            mended = answer_of(lambda left=left, after=after: _mended(left, after))
            assert mended == after, f"{scenario}, power lost at {name}: the next run leaves {mended}"
            lost += 1
    return {"lost": lost}


def _darkened(work: Path, dark: Path, after: int) -> list[str]:
    disk = Disk(work)
    return points_of(lambda: publish_generation(work, after), at_point=lambda number, _: disk.after_power_loss(dark / str(number)))


def with_readers(folder: Path, put_in: Put, trials: int, seed: int) -> dict[str, object]:
    """A reader that looks all the time while runs are published, killed and swept: one run at a time, never an older one."""
    chance = random.Random(seed)
    work = fresh(template(folder, 1), folder / "work")
    stop = folder / "stop"
    stop.unlink(missing_ok=True)
    readers = [Child(lambda: _mutated(put_in, lambda: _look(work, stop))) for _ in range(2)]
    killed, generation = 0, 1
    try:
        for _ in range(trials):
            writer = Child(lambda wanted=generation + 1: publish_generation(work, wanted))
            if chance.random() < 0.5:
                time.sleep(chance.uniform(0, 0.15))
                writer.kill()
            ended, _ = writer.ended()
            killed += ended == signal.SIGKILL
            generation = answer_of(lambda: seen(work))
    finally:
        stop.touch()
        looks = [reader.ended()[1] for reader in readers]
    for look in looks:
        assert not look["broken"], look["broken"]
        assert look["generations"] == sorted(look["generations"]), "a reader sees an older run after a newer one"
    answer_of(lambda: publish_generation(work, generation + 1))
    assert not leftovers(work), leftovers(work)
    return {"killed": killed, "looks": [look["looks"] for look in looks], "generations": [len(look["generations"]) for look in looks]}


def _look(work: Path, stop: Path) -> dict[str, object]:
    generations: list[int] = []
    looks = 0
    with storage.open_state(state_url(work)) as state:
        while not stop.exists():
            try:
                generation = seen_in(work, state, pause_seconds=0.002)
            except Exception as error:  # noqa: BLE001 - whatever a reader meets
                return {"broken": f"{type(error).__name__}: {error}", "looks": looks, "generations": generations}
            looks += 1
            if not generations or generations[-1] != generation:
                generations.append(generation)
    return {"broken": "", "looks": looks, "generations": generations}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
