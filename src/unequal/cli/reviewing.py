"""`review`: the queue of doubtful pairs, and what a steward says of them."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import accuracy_words, console, print_json, print_rows

_Handler = Callable[..., None]
_Give = Callable[..., flow.reviewing.Outcome]


def _giving(command: _Handler) -> _Handler:
    """What every action takes: who, why, whether only to look, and how to print."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--dry-run", is_flag=True, help="Say what it would change, and change nothing."),
        click.option("--author", default=None, help="Who says so; the user of this machine by default."),
        click.option("--reason", required=True, help="Why, in words: it stays with the action."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=flow.reviewing.LIMIT, show_default=True, help="How many pairs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def review(ctx: click.Context, limit: int, as_json: bool) -> None:
    """Settle doubtful matches: lists them, the most dollars first, one in ten drawn at random."""
    if ctx.invoked_subcommand is not None:
        return
    project = flow.open_project(ctx.obj)
    found = flow.reviewing.queue(project, limit=limit)
    if as_json:
        print_json(asdict(found))
        return
    title = f"To look at: {len(found.pairs)} of {found.waiting:,} doubtful pairs and the lot; at stake: {found.level} in {found.currency}"
    print_rows(found.pairs, title=title, house=project.config.value.house)
    if not found.pairs:
        console().print("No doubtful pair waits for a look.")
    print_rows(found.shared, title="Identifiers on too many records to mean anyone: they link nobody")
    console().print(accuracy_words(found.accuracy))


@review.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@_giving
@click.pass_obj
def same(directory: str, /, one: str, other: str, **given: Any) -> None:
    """Say that records A and B are one customer; it acts at once, and on every run from now on."""
    _judge(directory, [flow.reviewing.Said(one, other, "same")], **given)


@review.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@_giving
@click.pass_obj
def different(directory: str, /, one: str, other: str, **given: Any) -> None:
    """Say that records A and B are two customers; one that holds both comes apart."""
    _judge(directory, [flow.reviewing.Said(one, other, "different")], **given)


@review.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do it; without, it only says what it would change.")
@_giving
@click.pass_obj
def verdicts(directory: str, /, file: Path, yes: bool, dry_run: bool, **given: Any) -> None:
    """Give a file of verdicts: CSV with the columns a, b, verdict, and reason or author where they differ."""
    _judge(directory, flow.reviewing.read_verdicts(file), dry_run=dry_run or not yes, **given)


def _judge(directory: str, said: list[flow.reviewing.Said], **given: Any) -> None:
    _act(lambda project, **how: flow.reviewing.judge(project, said, **how), directory, **given)


@review.command()
@click.argument("names", nargs=-1, required=True, metavar="A B [C]...")
@_giving
@click.pass_obj
def merge(directory: str, /, names: tuple[str, ...], **given: Any) -> None:
    """Make customers one, by id or by SOURCE:RECORD_ID: the oldest id stays, the others lead to it."""
    if len(names) < 2:  # noqa: PLR2004 - a pair
        raise click.UsageError("give two customers at least")
    _act(lambda project, **how: flow.reviewing.merge(project, names, **how), directory, **given)


@review.command()
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@_giving
@click.pass_obj
def unmerge(directory: str, /, records: tuple[str, ...], **given: Any) -> None:
    """Take records (SOURCE:RECORD_ID) out of their customer: together they are another one."""
    _act(lambda project, **how: flow.reviewing.unmerge(project, records, **how), directory, **given)


@review.command()
@click.argument("action", type=int, required=False)
@_giving
@click.pass_obj
def undo(directory: str, /, action: int | None, **given: Any) -> None:
    """Take an action back, the last one by default; again for the one before."""
    _act(lambda project, **how: flow.reviewing.undo(project, action, **how), directory, **given)


def _act(give: _Give, directory: str, *, reason: str, author: str | None, dry_run: bool, as_json: bool) -> None:
    """Do an action, or look what it would do, and print what changes."""
    project = flow.open_project(directory)
    outcome = give(project, author=author or getpass.getuser(), reason=reason, commit=not dry_run)
    if as_json:
        print_json(asdict(outcome))
        return
    print_rows(
        outcome.moves, title=f"Records that move, with their {outcome.level} in {outcome.currency}", house=project.config.value.house
    )
    print_rows(outcome.customers, title="Customers concerned", house=project.config.value.house)
    print_rows(outcome.redirects, title="Ids that lead elsewhere now")
    print_rows(outcome.verdicts, title="What the next runs hold to")
    if outcome.left:
        console().print(f"{outcome.left:,} records stay where a later run has put them.")
    undo_by = f"unequal review undo {outcome.action} --reason ..."
    done = f"Done: action {outcome.action}, {outcome.kind} by {outcome.author}."
    hint = "" if outcome.kind == "undo" else f" Taken back by: {undo_by}"
    console().print("Nothing is changed yet." if outcome.action is None else f"{done}{hint}", markup=False)


@review.command(name="log")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def log(directory: str, as_json: bool) -> None:
    """Every action, the last first."""
    found = flow.reviewing.log(flow.open_project(directory))
    if as_json:
        print_json(found)
        return
    print_rows(found)
    if not found:
        console().print("No steward has done anything yet.")


COMMANDS: Final = (review,)
