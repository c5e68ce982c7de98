"""How long each question takes in a warm process, asked of a published run of 10 million entries.

Promised: an answer that is unsliced or sliced by what SQL knows takes at most 1 second, one that resamples at most 15, and all of it
less than 2 GB. Meridian is made and run (or one that has been run is given by --project), every customer of it is published
several times under other names, and each question is asked whole, by a column, and of some of the base.

A process is warm once it holds the base open and the question has been asked in it, as in a notebook within `with project:`. All questions
are asked one after another of one open base, which keeps what several of them need once it has been gathered (the attributes of customers
that were named, what each brought by line and by month; see flow/kept_tables.py), and no answer: each is worked out again. Told are the first time, when
earlier questions may have left something, the best of those after, which is judged, and beside them, not judged, the best
of a base opened anew for each answer, as `unequal ask` does: then nothing is kept but how queries were compiled. Judged is the lesser of
wall and processor time: on a machine that others use the wall tells of them too, and with the machine to itself neither is passed.

    python benchmarks/answers/asking.py [--project DIR] [--large DIR] [--entries 10000000] [--repeat 2] [QUESTION ...]

`--large DIR` keeps the large run there, and asks the one that it finds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.answers.published import make
from benchmarks.identity.machine import facts

from unequal import answers, flow
from unequal.terms.errors import AnswerError, PredicateError

AT_MOST_SECONDS, AT_MOST_RESAMPLED, AT_MOST_BYTES = 1.0, 15.0, 2 * 10**9
RESAMPLED = frozenset({"drivers", "movement"})
"""Questions that draw again and again where they are sliced or narrowed; the first of them always does."""
WAYS: tuple[tuple[Mapping[str, str], ...], ...] = (
    ({},),
    tuple({"by": by} for by in ("segment", "country", "channel", "band", "relationship")),
    tuple({"where": where} for where in ("country = 'US'", "channel = 'web'")),
)
"""Whole, by the first column and of the first part of the base that the question takes."""
NO_SUCH_COLUMN = frozenset({"ANS002", "PRD008"})


@dataclass(frozen=True)
class Took:
    """How long a way of asking took: wall and processor seconds, the first time, at best after that, and of a base opened anew; or why it was refused."""

    first: tuple[float, float] = (0.0, 0.0)
    again: tuple[float, float] = (0.0, 0.0)
    anew: tuple[float, float] = (0.0, 0.0)
    refused: str = ""


def timed(question: str, base: answers.Base, narrowed: Mapping[str, str]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    answers.answer(question, base, by=narrowed.get("by"), where=narrowed.get("where"))
    return time.perf_counter() - wall, time.process_time() - cpu


def timed_anew(question: str, project: flow.OpenProject, narrowed: Mapping[str, str]) -> tuple[float, float]:
    with flow.open_base(project) as opened:
        return timed(question, opened.base, narrowed)


def loop() -> float:
    """Processor seconds of five million additions: by it, figures of a machine that others use can be told from those of an idle one."""
    start, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number
    return time.process_time() - start


def took(question: str, base: answers.Base, project: flow.OpenProject, narrowed: Mapping[str, str], repeat: int) -> Took:
    try:
        first = timed(question, base, narrowed)
    except (AnswerError, PredicateError) as error:
        return Took(refused=error.code)
    again = min((timed(question, base, narrowed) for _ in range(repeat)), key=min)
    # The first of a base opened anew gives its tables other names than they have in the base held open, and is compiled.
    timed_anew(question, project, narrowed)
    return Took(first, again, min((timed_anew(question, project, narrowed) for _ in range(max(1, repeat - 1))), key=min))


def told(question: str, base: answers.Base, project: flow.OpenProject, repeat: int) -> Iterator[tuple[str, float, bool]]:
    """A line for each way of asking that the question takes, its seconds, and whether they are too many."""
    for ways in WAYS:
        for way in ways:
            found = took(question, base, project, way, repeat)
            if found.refused in NO_SUCH_COLUMN:
                continue
            name = " ".join([question, *(f'--{option} "{value}"' for option, value in way.items())])
            if found.refused:
                if not way:
                    yield f"{name:52} {found.refused}", 0.0, False
                break
            seconds, most = (
                min(found.again),
                AT_MOST_RESAMPLED if question in RESAMPLED and (way or question == "drivers") else AT_MOST_SECONDS,
            )
            (wall, cpu), (first_wall, first_cpu), (anew_wall, anew_cpu) = found.again, found.first, found.anew
            mark = f"  OVER {most:.0f} s" if seconds > most else ""
            yield (
                f"{name:52} {wall:7.2f} {cpu:7.2f} {first_wall:9.2f} {first_cpu:7.2f} {anew_wall:9.2f} {anew_cpu:7.2f}{mark}",
                seconds,
                seconds > most,
            )
            break


def ask_all(large: Path, questions: Sequence[str], repeat: int) -> int:
    """Ask a published run, print what each took, and say whether all kept the promise."""
    print(facts(("duckdb", "ibis-framework", "numpy", "pyarrow")))
    project = flow.open_project(large)
    with flow.open_base(project) as opened:
        rows = {name: opened.engine.count(opened.base.table(name)) for name in ("entry", "statement", "customer")}
        print(", ".join(f"{name}: {count:,}" for name, count in rows.items()) + f"; five million additions take {loop():.2f} s")
        print(f"{'seconds':52} {'wall':>7} {'CPU':>7} {'1st wall':>9} {'CPU':>7} {'anew wall':>9} {'CPU':>7}")
        over = 0
        for question in questions:
            for line, _, is_over in told(question, opened.base, project, repeat):
                print(line, flush=True)
                over += is_over
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"over the limit: {over}; memory {memory / 1e6:,.0f} MB (less than {AT_MOST_BYTES / 1e6:,.0f})")
    return 0 if over == 0 and memory < AT_MOST_BYTES else 1


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("questions", nargs="*", default=list(answers.QUESTIONS))
    asked.add_argument("--project", type=Path, help="a Meridian that has been run; one is made otherwise")
    asked.add_argument("--large", type=Path)
    asked.add_argument("--entries", type=int, default=10_000_000)
    asked.add_argument("--repeat", type=int, default=2)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        large = given.large or Path(place) / "large"
        if not (large / "unequal.yaml").exists():
            # In a process of its own, so that what it takes in memory is not taken for the answers'.
            maker = multiprocessing.get_context("spawn").Process(target=make, args=(given.project, Path(place), large, given.entries))
            maker.start()
            maker.join()
        return ask_all(large, given.questions, given.repeat)


if __name__ == "__main__":
    sys.exit(main())
