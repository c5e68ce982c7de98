"""`run` and `status`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from unequal import answers, flow
from unequal.cli.printing import accuracy_words, cell, console, percent, print_json, print_rows, safe
from unequal.terms.amounts import MINUS
from unequal.terms.house_words import AS_CUSTOMERS, HouseWords
from unequal.version import __version__

_STEPS_OF_ALL: Final = ("who is who", "index", "golden", "relate", "interactions", "rates", "book", "reconcile", "tie out", "band")


class Shown:
    """A run's progress on the terminal: the step at work, and how many are done."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)

    def begin(self, step: str) -> None:
        """See flow/progress.py."""
        self._bar.update(self._task, description=step)

    def end(self, step: str, *, made: bool, seconds: float) -> None:
        """See flow/progress.py."""
        self._bar.advance(self._task)
        self._bar.console.print(f"  {step:<32} {f'{seconds:6.1f} s' if made else 'unchanged'}", highlight=False)


@click.command()
@click.option("--retrain", is_flag=True, help="Learn anew what agreement of records is worth.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no progress.")
@click.pass_obj
def run(directory: str, retrain: bool, as_json: bool) -> None:
    """Read the sources, book and reconcile every dollar, and publish the base."""
    project = flow.open_project(directory)
    report = run_shown(project, quiet=as_json, retrain=retrain)
    if as_json:
        print_json({"run": report.run_id, "steps": report.steps, "summary": report.summary, "stopped": report.stopped})
        return
    print_summary(report.summary, project.config.value.house)
    console().print(f"Published run {report.run_id}. Ask it: unequal ask profit")
    for policy in report.stopped:
        console().print(safe(f"Stopped: {policy} loses money, and its rule says to stop it then. See: unequal ask earned"))


def run_shown(project: flow.OpenProject, *, quiet: bool = False, retrain: bool = False) -> flow.RunReport:
    """Run a project with its progress on the terminal."""
    if quiet:
        return flow.run(project, retrain=retrain)
    # Each source is accepted; those with records are gathered, those with postings posted.
    each = [(True, bool(source.records), bool(source.postings)) for source in project.config.sources.values()]
    steps = sum(map(sum, each)) + len(_STEPS_OF_ALL)
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        return flow.run(project, Shown(bar, steps), retrain=retrain)


def print_summary(summary: Mapping[str, Any], house: HouseWords = AS_CUSTOMERS) -> None:
    """The figures of a run in a few lines, in the words of the house."""
    told: list[tuple[str, object]] = [
        ("customers with entries", summary["customers"]),
        ("customer records", summary["records"]),
        ("entries", summary["entries"]),
        (f"ledger total, {summary['currency']}", Decimal(summary["total"])),
        ("days booked", f"{summary['first_day']} to {summary['last_day']}" if summary["entries"] else "none"),
        ("evidence level", str(summary["level"]).replace("_", " ")),
        ("rows read", summary["rows_read"]),
        ("rows accepted", summary["rows_accepted"]),
        ("rows quarantined", summary["rows_quarantined"]),
        ("rows in two extracts, counted once", summary["rows_counted_once"]),
    ]
    told += _tied_out(summary.get("tie_out"))
    print_rows([{"figure": house.say(figure), "value": cell(value)} for figure, value in told])
    print_rows(summary.get("contacts", []), title="Contacts by kind and channel", house=house)
    print_rows([_matching(kind, found) for kind, found in summary.get("matching", {}).items()], title="Who is who")
    for kind, found in summary.get("matching", {}).items():
        for reason in found["retrain"]:
            console().print(f"A new model is advised for {kind}s: {reason}")
    measured = summary.get("accuracy")
    if measured and (measured["right"]["of"] or measured["missed"]["of"]):
        console().print(accuracy_words(measured))


def _tied_out(found: Mapping[str, Any] | None) -> list[tuple[str, object]]:
    """What the general ledger left unexplained, and its accounts that no rule maps, each with its amount."""
    if found is None:
        return []
    told: list[tuple[str, object]] = [
        ("accounts and periods of the general ledger that differ", f"{found['unequal_cells']:,} of {found['cells']:,}")
    ]
    told += [(f"unexplained, without signs, {currency}", Decimal(sums["gross"])) for currency, sums in found["unexplained"].items()]
    told += [
        (f"unmapped account {account}, {currency}", Decimal(amount))
        for account, sums in found["unmapped"].items()
        for currency, amount in sums.items()
    ]
    return told


def _matching(kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """How one kind's records were matched, in a line."""
    return {
        "records of": f"{kind}s",
        "records": found["records"],
        "pairs compared": found["pairs"],
        "keys learned": found["keys"],
        "linked from": f"{found['threshold']:,.1f} bits, {percent(found['probability'])}".replace("-", MINUS),
        "false links expected": percent(found["false_share"]),
        "matches out of reach": None if found["missed"] is None else f"{round(found['missed']):,} at least",
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(directory: str, as_json: bool) -> None:
    """What is published, and which runs are kept."""
    opened = flow.open_project(directory)
    found = flow.examining.status(opened)
    if as_json:
        print_json({**found, "version": __version__})
        return
    if found["run"] is None:
        console().print(f"{found['project']}: nothing is published yet. Run `unequal run`.")
        return
    console().print(f"{found['project']}: run {found['run']}, published {found['published_at']}")
    house = opened.config.value.house
    print_summary(found["summary"], house)
    if found["stewards_since"]:
        console().print(f"Stewards' actions since: {found['stewards_since']:,}. Readers see them, and the next run takes them in.")
    if "definitions" in found["summary"]:
        counted = answers.customers_side_by_side(found["summary"]["definitions"], opened.config)
        print_rows(counted.to_pylist(), title="Customers by definition, for the company and per source", house=house)
    print_rows(found["runs"], title="Runs kept, latest first", house=house)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def runs(directory: str, as_json: bool) -> None:
    """The calendar of kept runs with their trends, and what each changed and why."""
    opened = flow.open_project(directory)
    found = flow.examining.calendar(opened)
    if as_json:
        print_json({"project": opened.config.project, "runs": found})
        return
    house = opened.config.value.house
    figures = ("run", "last_day", "customers", "entries", "total", "worth_expected", "currency")
    months = [{"month": one["month"], **{name: one[name] for name in figures}} for one in reversed(found) if one["is_last_of_month"]]
    print_rows(months, title="The last run of each month, latest first", house=house)
    for one in reversed(found):
        changes = [{"because of": cause, "what": what} for cause, what in one["changes"]]
        print_rows(changes, title=f"{one['run']}: what changed since the kept run before it", house=house)


COMMANDS: Final = (run, status, runs)
