"""`run` and `status`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from unequal import flow
from unequal.cli.printing import cell, console, print_json, print_rows
from unequal.version import __version__

_STEPS_OF_ALL: Final = ("who is who", "rates", "book", "reconcile", "band")


class Shown:
    """A run's progress on the terminal: the step at work, and how many are done."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)

    def begin(self, step: str) -> None:
        """See flow.Progress."""
        self._bar.update(self._task, description=step)

    def end(self, step: str, *, made: bool, seconds: float) -> None:
        """See flow.Progress."""
        self._bar.advance(self._task)
        self._bar.console.print(f"  {step:<32} {f'{seconds:6.1f} s' if made else 'unchanged'}", highlight=False)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no progress.")
@click.pass_obj
def run(directory: str, as_json: bool) -> None:
    """Read the sources, book and reconcile every dollar, and publish the base."""
    report = run_shown(flow.open_project(directory), quiet=as_json)
    if as_json:
        print_json({"run": report.run_id, "steps": report.steps, "summary": report.summary})
        return
    print_summary(report.summary)
    console().print(f"Published run {report.run_id}. Ask it: unequal ask profit")


def run_shown(project: flow.OpenProject, *, quiet: bool = False) -> flow.RunReport:
    """Run a project with its progress on the terminal."""
    if quiet:
        return flow.run(project)
    # Each source is accepted; those with records are gathered, those with postings posted.
    each = [(True, bool(source.records), bool(source.postings)) for source in project.config.sources.values()]
    steps = sum(map(sum, each)) + len(_STEPS_OF_ALL)
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        return flow.run(project, Shown(bar, steps))


def print_summary(summary: Mapping[str, Any]) -> None:
    """The figures of a run in a few lines."""
    told: list[tuple[str, object]] = [
        ("customers with entries", summary["customers"]),
        ("customer records", summary["records"]),
        ("entries", summary["entries"]),
        (f"ledger total, {summary['currency']}", Decimal(summary["total"])),
        ("days booked", f"{summary['first_day']} to {summary['last_day']}"),
        ("evidence level", str(summary["level"]).replace("_", " ")),
        ("rows read", summary["rows_read"]),
        ("rows accepted", summary["rows_accepted"]),
        ("rows quarantined", summary["rows_quarantined"]),
        ("rows in two extracts, counted once", summary["rows_counted_once"]),
    ]
    print_rows([{"figure": figure, "value": cell(value)} for figure, value in told])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(directory: str, as_json: bool) -> None:
    """What is published, and which runs are kept."""
    found = flow.examining.status(flow.open_project(directory))
    if as_json:
        print_json({**found, "version": __version__})
        return
    if found["run"] is None:
        console().print(f"{found['project']}: nothing is published yet. Run `unequal run`.")
        return
    console().print(f"{found['project']}: run {found['run']}, published {found['published_at']}")
    print_summary(found["summary"])
    print_rows(found["runs"], title="Runs kept, latest first")


COMMANDS: Final = (run, status)
