"""`hosts`: what hosts and account managers should do for whom, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import click

from unequal import contact_centre, flow
from unequal.cli.printing import console, print_json, print_rows, safe
from unequal.cli.signing import PERSON, person_option, signing

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_SHOWN: Final = ("task_id", "host", "customer_id", "reason", "stake", "due_on")
_DECIDED: Final = ("status", "outcome", "outcome_at", "author")


@click.group()
def hosts() -> None:
    """What hosts and account managers should do: for whom, why, until when; and what came of it."""


@hosts.command()
@_as_json
@click.pass_obj
def plan(directory: str, as_json: bool) -> None:
    """Make tasks from the published run: whom a signal concerns, the most dollars at stake first, as far as hosts have room."""
    with flow.live.open_hosts(flow.open_project(directory)) as desk:
        found = desk.plan()
    if as_json:
        print_json(asdict(found))
        return
    print_rows([_row(one, _SHOWN) for one in found.made], title="New tasks, the most dollars at stake first")
    out = console()
    new = "1 new task" if len(found.made) == 1 else f"{len(found.made):,} new tasks"
    out.print(f"{new}; {found.deserving:,} customers have a host, a signal and something to lose.")
    if found.resting:
        out.print(f"{found.resting:,} of them have a task, or had one lately.")
    if found.without_room:
        out.print(f"{found.without_room:,} of them have none because their host has no room: live.hosts.at_most.")
    if found.dropped:
        out.print(f"{found.dropped:,} tasks were dropped: their customers have become one with others who have a task.")


@hosts.command("list")
@click.option("--host", metavar="NAME", help="Only of this host.")
@click.option("--all", "with_done", is_flag=True, help="Those that are done or dropped, too.")
@_as_json
@click.pass_obj
def listed(directory: str, host: str | None, with_done: bool, as_json: bool) -> None:
    """Open tasks, the most dollars at stake first."""
    with flow.live.open_hosts(flow.open_project(directory)) as desk:
        found = desk.tasks(host=host, is_open=not with_done)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_rows([_row(one, (*_SHOWN, *_DECIDED) if with_done else _SHOWN) for one in found])
    if not found:
        console().print("There are none. Make some: unequal hosts plan" if host is None else f"{safe(host)} has none.")


@hosts.command()
@click.argument("task")
@click.option("--outcome", required=True, type=click.Choice(contact_centre.host_tasks.OUTCOMES), help="What came of it.")
@person_option("Who did it; the user of this machine by default.")
@_as_json
@click.pass_obj
def done(directory: str, task: str, outcome: str, person: str | None, as_json: bool) -> None:
    """Write down what came of a TASK."""
    with signing(directory, "host_tasks.finish", person, "hosts.done") as (author, tell):
        with flow.live.open_hosts(flow.open_project(directory)) as desk:
            desk.finish(task, outcome=outcome, author=author)
        tell([f"{task} {outcome}"])
    if as_json:
        print_json({"task_id": task, "outcome": outcome, "author": author})
    else:
        console().print(f"Written down: {outcome.replace('_', ' ')}, by {author.removeprefix(PERSON)}.")


def _row(one: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


COMMANDS: Final = (hosts,)
