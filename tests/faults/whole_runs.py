"""Kills whole runs of the small company at their points, fills their disk, and looks at what a reader sees.

Run as a program, apart from pytest: it forks, and a fork of a process with an engine's threads is no fair
trial. Children do all work with the engine; this process only counts, kills and compares.
`python -m tests.faults.whole_runs FOLDER kill|full|limited [--share N --of N] [--one-in N]
[--mutation NAME]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from tests.company import write_company
from tests.faults import mutations
from tests.faults.children import Child, answer_of, in_child, points_of
from tests.faults.small_runs import leftovers

from unequal import answers, flow
from unequal.terms.errors import StorageError

MARCH = "order_no,customer,day,total,cost,carrier,shop\nc1,2,01.03.2026,500.00,100.00,5.00,web\n"
NEW_CUSTOMER = "5,Dora Dorn,dora@bakery.example,DE\n"
READER_EVERY = 6
MENDED_EVERY = 3
"""Of the kills at points that are no rename and no commit, after which the next run is tried, too; all of them where all points are."""
KILOBYTE = 1024
MANY = 6_000
"""Orders of a month whose tables are larger than the state's own files, so that it is they which find no room."""


def run(folder: Path) -> None:
    """A whole run."""
    flow.run(flow.open_project(folder))


def ask(folder: Path) -> str:
    """The whole answer of the current run but its name and hour, as text: equal texts, equal answers."""
    with flow.open_base(flow.open_project(folder)) as opened:
        answer = answers.answer("profit", opened.base)
        who = opened.engine.fetch(opened.base.table("customer_record").order_by("source", "record_id"))
    figures = {figure.name: str(figure.value) for figure in answer.figures}
    members = [(row["record_id"], row["customer_id"]) for row in who]
    return json.dumps([figures, members, {name: str(table.to_pylist()) for name, table in answer.tables.items()}], sort_keys=True)


def change(folder: Path) -> None:
    """A new month arrives, which makes Bert the best customer; and a customer nobody has seen before."""
    (folder / "data" / "orders-2026-03.csv").write_text(MARCH, encoding="utf-8")
    with (folder / "data" / "crm.csv").open("a", encoding="utf-8") as stream:
        stream.write(NEW_CUSTOMER)


def fresh(template: Path, work: Path, orders: int = 0) -> Path:
    """The company of yesterday's run, with today's extracts."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(template, work)
    change(work)
    with (work / "data" / "orders-2026-03.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(
            f"d{number},4,02.03.2026,{number}.{number % 97:02},{number // 3}.00,0.{number % 89:02},web\n" for number in range(orders)
        )
    return work


def prepared(folder: Path, orders: int = 0) -> tuple[Path, str, str, list[str]]:
    """Yesterday's company, its answer, today's answer, and the points that today's run passes."""
    template = folder / "template"
    write_company(template)
    before, modules = answer_of(lambda: (run(template), ask(template), sorted(sys.modules))[1:])
    _preload(modules)
    changed = fresh(template, folder / "changed", orders)
    points, after = answer_of(lambda: (points_of(lambda: run(changed)), ask(changed)))
    shutil.rmtree(changed)
    assert before != after, "the trial changes nothing"
    return template, before, after, points


def _preload(modules: list[str]) -> None:
    """Import what a run imports as it goes, so that no child has to: it is half of a small run's time."""
    for name in modules:
        if name not in sys.modules and not name.startswith("__"):
            with suppress(Exception):
                import_module(name)


def _is_telling(point: str) -> bool:
    """Whether something gets its name there, is committed or goes."""
    return point.startswith(("rename", "write", "state", "remove"))


def chosen(points: list[str], share: int, of: int, one_in: int) -> list[int]:
    """Numbers of the points to try: every telling one, and one in so many of the others."""
    telling = [number for number, name in enumerate(points, 1) if _is_telling(name)]
    others = [number for number in range(1, len(points) + 1) if number not in telling]
    # The last point lies after the commit: each share has one trial that must see today's run.
    return sorted({*sorted([*telling, *others[::one_in]])[share::of], len(points)})


def killed(folder: Path, share: int, of: int, one_in: int, put_in: Callable[[], None]) -> dict[str, object]:
    """Kill at the chosen points, this share of them, look at what a reader sees, and, where it can differ, whether the next run mends it."""
    template, before, after, points = prepared(folder)
    found: list[str] = []
    for place, number in enumerate(numbers := chosen(points, share, of, one_in)):
        work = fresh(template, folder / "work")
        mutations.FOLDER[:] = [work]
        told = f"killed at {points[number - 1]}"
        stop = folder / "stop"
        stop.unlink(missing_ok=True)
        reader = Child(lambda stop=stop, work=work: _look(work, stop)) if len(found) % READER_EVERY == 0 else None
        named = points[number - 1]
        try:
            ended, _ = in_child(
                lambda number=number, work=work, named=named: (put_in(), points_of(lambda: run(work), kill_at=number, named=named))
            )
            assert ended == signal.SIGKILL, f"point {number} did not fire"
            # Two points of one kind within a step leave the same to mend.
            mends = one_in == 1 or _is_telling(named) or place % MENDED_EVERY == 0 or number == numbers[-1]
            seen, whole = answer_of(lambda work=work, mends=mends: (_asked(work), put_in(), _mended(work) if mends else None)[::2])
        finally:
            stop.touch()
            looked = reader.ended()[1] if reader else []
        assert seen in {before, after}, f"{told}, a reader sees neither yesterday's run nor today's: {seen}"
        if mends:
            assert whole == after, f"{told}, the next run does not mend it: {whole}"
            assert not leftovers(work), f"{told}, orphans stay: {leftovers(work)}"
        assert set(looked) <= {before, after}, f"{told}, a reader at work meanwhile sees something else: {looked}"
        assert looked == sorted(looked, key=[before, after].index), f"{told}, a reader sees yesterday's run after today's"
        found.append("after" if seen == after else "before")
    assert found[-1] == "after", f"killed at {points[-1]}, a reader still sees yesterday's run"
    return {"points": points, "killed": len(found), "before": found.count("before"), "after": found.count("after")}


def _look(work: Path, stop: Path) -> list[str]:
    looked: list[str] = []
    while not stop.exists():
        looked.append(_asked(work))
    return looked


def _asked(work: Path) -> str:
    try:
        return ask(work)
    except Exception as error:  # noqa: BLE001 - whatever a reader meets
        return f"{type(error).__name__}: {error}"


def _mended(work: Path) -> str:
    try:
        run(work)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not mended
        return f"{type(error).__name__}: {error}"
    return _asked(work)


def full(folder: Path) -> dict[str, object]:
    """A disk of 8 MB with more and more room: a named error and yesterday's run, or today's run whole."""
    template, before, after, _ = prepared(folder, MANY)
    work = folder / "work"
    found = {}
    for room in (0, 128, 512, 1024, 4096):
        fresh(template, work, MANY)
        filler = work / "filler"
        free = shutil.disk_usage(work).free
        with filler.open("wb") as stream:
            stream.write(b"\0" * max(0, free - room * KILOBYTE))
        code, meanwhile = answer_of(lambda: (_code(work), _asked(work) if room else ""))
        # Without any room at all SQLite cannot open its file; with a little, yesterday's run is served as ever.
        assert meanwhile in {after if code == "done" else before, ""}, f"{room} KB of room, a reader meanwhile sees {meanwhile}"
        filler.unlink()
        seen, whole = answer_of(lambda: (_asked(work), _mended(work)))
        _hold(f"{room} KB of room", code, seen, whole, before, after)
        assert not leftovers(work), f"{room} KB of room, orphans stay: {leftovers(work)}"
        found[room] = code
    return {"codes": found}


def limited(folder: Path) -> dict[str, object]:
    """No file may grow beyond so many bytes: a named error and yesterday's run, or today's run whole."""
    template, before, after, _ = prepared(folder, MANY)
    work = folder / "work"
    found = {}
    for limit in (16, 56, 128, 4096):
        fresh(template, work, MANY)
        code = answer_of(lambda limit=limit: (_limit(limit * KILOBYTE), _code(work))[1])
        seen, whole = answer_of(lambda: (_asked(work), _mended(work)))
        _hold(f"files of at most {limit} KB", code, seen, whole, before, after)
        found[limit] = code
    return {"codes": found}


def _limit(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _code(work: Path) -> str:
    try:
        run(work)
    except StorageError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 - the harness says that it has no name
        return f"{type(error).__name__}: {error}"
    return "done"


def _hold(told: str, code: str, seen: str, whole: str, before: str, after: str) -> None:
    assert code in {"done", "STO003", "STO101", "STO106"}, f"{told}: an error without a name of ours: {code}"
    assert seen == (after if code == "done" else before), f"{told}: it ended with {code}, and a reader sees {seen}"
    assert whole == after, f"{told}: once there is room, the next run does not mend it: {whole}"


def main(arguments: list[str]) -> int:
    """Run one harness; a line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("harness", choices=["kill", "full", "limited"])
    parser.add_argument("--share", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--one-in", type=int, default=1)
    parser.add_argument("--mutation", default="")
    given = parser.parse_args(arguments)
    os.environ.pop("UNEQUAL_STATE_URL", None)
    put_in = mutations.KILLED[given.mutation] if given.mutation else lambda: None
    try:
        told = {
            "kill": lambda: killed(given.folder, given.share, given.of, given.one_in, put_in),
            "full": lambda: full(given.folder),
            "limited": lambda: limited(given.folder),
        }[given.harness]()
    except AssertionError as broken:
        print(json.dumps({"broken": str(broken)}))
        return 1
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
