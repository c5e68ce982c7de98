"""`simulate`: the contact centre played in advance, every class under each discipline."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import MISSING, console, print_json, print_rows
from unequal.cli.waiting import waiting

_simulating: Final = flow.live.simulating


class _Finite(click.FloatRange):
    """A number in a range that is one: neither endless nor "not a number", which no range keeps out."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        return found if math.isfinite(found) else self.fail(f"{value!r} is no finite number.", param, ctx)


_Above = _Finite(min=0.0, min_open=True)


def _amount(_ctx: click.Context, _option: click.Parameter, text: str | None) -> Decimal | None:
    """A decimal of zero or more, as it is written."""
    try:
        found = None if text is None else Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if found is not None and not (found.is_finite() and found >= 0):
        raise click.BadParameter(f"{text!r} is no number of zero or more.")
    return found


def _share(ctx: click.Context, option: click.Parameter, text: str | None) -> Decimal | None:
    """A decimal from 0 to 1."""
    found = _amount(ctx, option, text)
    if found is not None and found > 1:
        raise click.BadParameter(f"{text!r} is no share from 0 to 1.")
    return found


def _reserved(_ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    """Class and number of each CLASS=NUMBER."""
    found = {}
    for text in texts:
        named, _, number = text.partition("=")
        if not named or not number.isdecimal():
            raise click.BadParameter(f"{text!r} is not CLASS=NUMBER.")
        found[named] = int(number)
    return found


@click.group()
def simulate() -> None:
    """Try out what has not been done yet: routing of contacts."""


@simulate.command()
@click.option("--channel", default="phone", show_default=True, help="Whose contacts are played.")
@click.option(
    "--by", type=click.Choice(["tier", "band"]), help="What makes classes of customers; tiers where the config declares some, by default."
)
@click.option(
    "--day", "weekday", type=click.Choice(_simulating.WEEKDAYS), help="The day of the week; the one with the most contacts, by default."
)
@click.option(
    "--discipline",
    "disciplines",
    multiple=True,
    type=click.Choice(_simulating.DISCIPLINES),
    help="Who is answered next; all of these, by default.",
)
@click.option(
    "--guard",
    "guard_seconds",
    type=_Finite(min=0.0),
    metavar="SECONDS",
    help="After so many nobody who came later is answered before; as live.routing says, by default.",
)
@click.option(
    "--agents",
    multiple=True,
    type=click.IntRange(min=1),
    help="Agents in the busiest hour; several to compare. Other hours have as many as their load needs.",
)
@click.option(
    "--reserved",
    multiple=True,
    callback=_reserved,
    metavar="CLASS=NUMBER",
    help="Of the agents in the busiest hour so many serve that class alone.",
)
@click.option(
    "--load",
    type=_Finite(min=0.1, max=3.0),
    default=0.95,
    show_default=True,
    help="The share of their time that contacts ask of agents; decides how many there are, without --agents.",
)
@click.option(
    "--contacts", type=_Above, default=1.0, show_default=True, metavar="TIMES", help="By what the contacts of the base are multiplied."
)
@click.option(
    "--patience",
    "patience_seconds",
    type=_Above,
    default=180.0,
    show_default=True,
    metavar="SECONDS",
    help="After so many, in the mean, one who waits gives up: an assumption.",
)
@click.option(
    "--lost-share",
    callback=_share,
    default="0.01",
    show_default=True,
    metavar="SHARE",
    help="The share of what a customer is expected to bring that goes with an abandoned contact: an assumption.",
)
@click.option(
    "--agent-hour", callback=_amount, metavar="AMOUNT", help="What an hour of an agent costs; as the ledger charged it, by default."
)
@click.option("--replications", type=click.IntRange(min=2, max=10_000), default=100, show_default=True, help="Days that are played.")
@click.option("--seed", type=click.IntRange(min=0), default=2026, show_default=True, help="The same seed gives the same figures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no progress.")
@click.pass_obj
def routing(directory: str, /, as_json: bool, disciplines: tuple[str, ...], **asked: Any) -> None:
    """Play the contacts of the base under several orders of serving, and with more or fewer agents.

    Both better and lesser classes are always shown: priority moves abandonment, it does not remove it.
    """
    wanted = _simulating.Wanted(**asked)
    wanted = replace(wanted, disciplines=tuple(dict.fromkeys(disciplines)) or wanted.disciplines)
    project = flow.open_project(directory)
    with waiting(console(), quiet=as_json) as tell:
        found = _simulating.simulate(project, wanted, tell=tell)
    report = found.told()
    if as_json:
        print_json(report)
        return
    _print(report)


def _print(report: Any) -> None:
    out = console()
    for sentence in report["seen"]:
        out.print(sentence)
    print_rows([_class_row(row) for row in report["classes"]], title="Every class under each discipline, a day; with 95 % intervals")
    print_rows([_cost_row(row) for row in report["costs"]], title=f"What a day costs, {report['currency']}")
    print_rows([_beside_row(row) for row in report["beside"]], title="What one costs more than the other, on the same days")
    print_rows([_staff_row(row) for row in report["staffing"]], title=f"With more agents, and with fewer, under {report['staffed_under']}")
    print_rows(
        [_assumed_row(row) for row in report["assumptions"]],
        title="What nobody has measured, and what a quarter less or more of it changes",
    )
    for sentence in report["findings"]:
        out.print(sentence)


def _class_row(row: Any) -> dict[str, Any]:
    return {
        "discipline": row["discipline"], "class": row["contact_class"], "contacts": f"{row['arrived']['expected']:,.1f}",
        "give up": _with_ends(row["abandonment"], _percent), "answered in target": _percent(row["within_target"]["expected"]),
        "wait s": _with_ends(row["wait_seconds_mean"], _tenths), "half wait s": _tenths(row["wait_seconds_p50"]["expected"]),
        "19 in 20 s": _tenths(row["wait_seconds_p95"]["expected"]), "longest s": _tenths(row["wait_seconds_longest"]["expected"]),
        "dollars lost": _with_ends(row["lost_expected"], _dollars),
    }  # fmt: skip


def _cost_row(row: Any) -> dict[str, Any]:
    return {
        "discipline": row["discipline"], "agents serve": _percent(row["utilisation"]["expected"]), "agents cost": _dollars(row["agents_expected"]),
        "lost": _with_ends(row["lost_expected"], _dollars), "together": _with_ends(row["total_expected"], _dollars),
    }  # fmt: skip


def _beside_row(row: Any) -> dict[str, Any]:
    moved = {f"{name} give up": _with_ends(each, _percent) for name, each in row["abandonment"].items()}
    share = row["dearer_share"]
    return {
        "discipline": row["discipline"], "beside": row["other"], "dearer": _with_ends(row["dearer_expected"], _dollars),
        "of what is lost": _percent(share) if share is not None else MISSING, **moved,
    }  # fmt: skip


def _staff_row(row: Any) -> dict[str, Any]:
    given_up = {f"{name} give up": _percent(each["expected"]) for name, each in row["abandonment"].items()}
    return {
        "agents": row["agents"], "agent hours": _tenths(row["agent_hours"]), **given_up, "agents serve": _percent(row["utilisation"]["expected"]),
        "agents cost": _dollars(row["agents_expected"]), "lost": _with_ends(row["lost_expected"], _dollars),
        "together": _with_ends(row["total_expected"], _dollars),
    }  # fmt: skip


def _assumed_row(row: Any) -> dict[str, Any]:
    return {
        "assumed": row["assumed"],
        "what changes": row["figure"],
        **{name: _with_ends(row[name], _dollars) for name in ("quarter_less", "as_assumed", "quarter_more")},
    }


def _with_ends(figure: Any, text: Callable[[Any], str]) -> str:
    """A figure and half the width of its interval, which lies evenly about it."""
    if figure["low"] is None:
        return text(figure["expected"])
    return f"{text(figure['expected'])} ± {text((figure['high'] - figure['low']) / 2)}"


def _percent(share: Any) -> str:
    return MISSING if share is None else _minus(f"{share * 100:,.1f}%")


def _tenths(value: Any) -> str:
    return MISSING if value is None else _minus(f"{value:,.1f}")


def _dollars(value: Any) -> str:
    return MISSING if value is None else _minus(f"{value:,.2f}")


def _minus(text: str) -> str:
    return text.replace("-", "−") if any(digit in text for digit in "123456789") else text.replace("-", "")


COMMANDS: Final = (simulate,)
