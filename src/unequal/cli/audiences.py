"""`decide`: the same decision as at the moment of contact, for a whole base."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import console, exact, print_json, print_rows
from unequal.cli.waiting import waiting

_MOST: Final = Decimal(10) ** 12


@click.command()
@click.option("--policy", help="Only customers for whom this policy is the best that can be done.")
@click.option("--channel", help="By this channel; by default the outbound one in which most is expected of each.")
@click.option("--where", help="Only customers for whom this rule holds.")
@click.option("--dry-run", "dry", is_flag=True, help="Write and send nothing: say what would be done.")
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path),
    help="Hand the audience over as a .csv or .json file, and send nothing else.",
)  # fmt: skip
@click.option("--to", "webhook", help="Hand the audience over to a webhook of the config, and send nothing else.")
@click.option("--budget", help="All treatments and contacts together cost no more; those are chosen that bring most.")
@click.option(
    "--capacity",
    "capacities",
    multiple=True,
    metavar="NAME=NUMBER",
    help="So many customers at most by a channel (phone=500), policy (policy:NAME=9) or attribute (host:ann=40). May be given again.",
)
@click.option("--fair", metavar="ATTRIBUTE=SHARE", help="Treat each group at no less than this share of any other's rate, as gender=0.8.")
@click.option("--why", is_flag=True, help="Say also for how many customers each policy falls, and on what, before it is decided.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no progress.")
@click.pass_obj
def decide(
    directory: str, /, *, policy: str | None, channel: str | None, where: str | None, dry: bool, out: Path | None, webhook: str | None, why: bool,
    as_json: bool, **scarce: Any,
) -> None:  # fmt: skip
    """Decide for the whole base what to do for each customer, reserve it, and hand it over."""
    if out is not None and webhook is not None:
        raise click.UsageError("An audience is handed over once: by --out or by --to.")
    limits = _scarce(**scarce)
    if limits is not None and policy is not None:
        raise click.UsageError("All policies compete for what is scarce: leave out --policy, or name it in --capacity policy:NAME=NUMBER.")
    project = flow.open_project(directory)
    with flow.live.open_live(project) as live:
        with waiting(console(), quiet=as_json) as tell:
            fell = live.why_not(policy=policy, channel=channel, where=where, tell=tell) if why else None
            found = live.decide_all(
                policy=policy, channel=channel, where=where, webhook=webhook, into=out, dry=dry, tell=tell, scarce=limits
            )
        acting = {*live.policies.active().versions}.difference(found.apart)
        sent = 0 if dry else live.sender.send_waiting(live.state, live.clock())
        missed = [] if dry else live.state.outbox.unreceived(found.at)
    if as_json:
        print_json(
            {
                **found.told(),
                "sent": sent,
                "not_received": [dict(zip(("status", "why", "messages"), one, strict=True)) for one in missed],
                **({} if fell is None else {"why_not": fell}),
            }
        )
        return
    currency = project.config.reporting_currency
    print_rows(found.by_policy(), title=f"Customers whom each policy {'would reach' if dry else 'reaches'}")
    console().print(f"Of {found.looked_at:,} customers {len(found.rows):,} {'would be' if dry else 'are'} treated: {exact(found.dollars)} {currency} expected, "
                    f"{exact(found.cost)} {currency} spent.")  # fmt: skip
    if not acting:
        console().print("No policy acts in a batch.")
    elif fell is not None:
        print_rows(fell, title="For how many customers a policy falls, and on what")
    elif not found.rows:
        console().print("What keeps each policy from acting, and for how many customers, says unequal decide --dry-run --why.")
    if found.held_out or found.for_review:
        console().print(f"Held out, to measure: {found.held_out:,}. Left for a person to decide: {found.for_review:,}.")
    if found.apart:
        console().print(f"Not acting in a batch, for they wait for a moment, an event or another channel: {', '.join(found.apart)}.")
    for sentence in found.plan.sentences(currency) if found.plan is not None else ():
        console().print(sentence)
    if out is not None:
        console().print(f"Written: {out}, {len(found.rows):,} rows")
    elif not dry:
        _print_sent(sent, missed)


def _print_sent(sent: int, missed: Sequence[tuple[str, str, int]]) -> None:
    """How many messages were handed over; and of those that were not, why, and what becomes of them."""
    console().print(f"Messages sent: {sent:,}.")
    for status, why, count in missed:
        then = "sent again while `unequal serve` runs" if status == "waiting" else "given up"
        console().print(f"Not received: {count:,}, {then}. {why}", markup=False)


def _scarce(budget: str | None, capacities: Sequence[str], fair: str | None) -> flow.live.Scarce | None:
    """What does not reach for all; None where nothing is said to be scarce."""
    if budget is None and not capacities and fair is None:
        return None
    most = None if budget is None else _number(budget, "--budget")
    parted = [_parted(one, "--capacity") for one in capacities]
    if any(number != number.to_integral_value() for _, number in parted):
        raise click.UsageError("--capacity counts customers: give a whole number.")
    alike = _parted(fair, "--fair") if fair is not None else None
    if alike is not None and not 0 < alike[1] <= 1:
        raise click.UsageError("--fair takes a share above 0 and up to 1.")
    return flow.live.Scarce(most, {name: int(number) for name, number in parted}, alike)


def _parted(text: str, option: str) -> tuple[str, Decimal]:
    name, sign, number = text.rpartition("=")
    if not sign or not name:
        raise click.UsageError(f"{option} is written NAME=NUMBER.")
    return name, _number(number, option)


def _number(text: str, option: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0 or found != round(found, 4) or found >= _MOST:
        raise click.UsageError(f"{option} takes an amount that is not negative, with at most four decimals.")
    return found


COMMANDS: Final = (decide,)
