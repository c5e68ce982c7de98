"""`tiers`: what each level of service costs and earns, and whom a change would move, before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from unequal import flow
from unequal.cli.printing import console, print_json, print_rows
from unequal.terms.errors import ContactCentreError

_MOST_SHOWN: Final = 20


@click.command()
@click.option(
    "--when",
    "changes",
    multiple=True,
    metavar="TIER=RULE",
    help="Suppose that a tier is for whom this rule holds; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everybody whom something would be taken away from.")
@click.pass_obj
def tiers(directory: str, changes: Sequence[str], as_json: bool) -> None:
    """Levels of service: customers, what they bring and cost in 12 months; and whom rules would move, before they act."""
    found = flow.live.preview_tiers(flow.open_project(directory), dict(map(_change, changes)))
    if as_json:
        print_json({"tiers": found.tiers, "moves": found.moves, "falls": found.falls})
        return
    out = console()
    print_rows(found.tiers, title="Tiers, and what their customers bring and cost in 12 months")
    if not found.moves:
        out.print("Nobody would have another tier.")
        return
    print_rows(found.moves, title="Who would have another tier")
    if not found.falls:
        out.print("Nothing is taken away from anybody.")
        return
    print_rows(found.falls[:_MOST_SHOWN], title="Whom something is taken away from, the most contribution first")
    if len(found.falls) > _MOST_SHOWN:
        out.print(f"{len(found.falls) - _MOST_SHOWN:,} more: --json has all of them.")


def _change(text: str) -> tuple[str, str]:
    name, equals, rule = text.partition("=")
    if not (name and equals and rule.strip()):
        raise ContactCentreError(
            "CTC032", "a supposed rule cannot be read", where="--when", seen=text[:80], do='write TIER=RULE, as in gold="orders >= 12"'
        )
    return name.strip(), rule


COMMANDS: Final = (tiers,)
