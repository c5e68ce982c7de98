"""`decide`: the same decision as at the moment of contact, for a whole base."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from unequal import flow
from unequal.cli.printing import console, exact, print_json, print_rows
from unequal.cli.waiting import waiting


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
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no progress.")
@click.pass_obj
def decide(
    directory: str, /, policy: str | None, channel: str | None, where: str | None, dry: bool, out: Path | None, webhook: str | None, as_json: bool
) -> None:  # fmt: skip
    """Decide for the whole base what to do for each customer, reserve it, and hand it over."""
    if out is not None and webhook is not None:
        raise click.UsageError("An audience is handed over once: by --out or by --to.")
    project = flow.open_project(directory)
    with flow.live.open_live(project) as live:
        with waiting(console(), quiet=as_json) as tell:
            found = live.decide_all(policy=policy, channel=channel, where=where, webhook=webhook, into=out, dry=dry, tell=tell)
        sent = 0 if dry else live.sender.send_waiting(live.state, live.clock())
    if as_json:
        print_json({**found.told(), "sent": sent})
        return
    currency = project.config.reporting_currency
    print_rows(found.by_policy(), title=f"Customers whom each policy {'would reach' if dry else 'reaches'}")
    console().print(f"Of {found.looked_at:,} customers {len(found.rows):,} {'would be' if dry else 'are'} treated: {exact(found.dollars)} {currency} expected, "
                    f"{exact(found.cost)} {currency} spent.")  # fmt: skip
    if found.held_out or found.for_review:
        console().print(f"Held out, to measure: {found.held_out:,}. Left for a person to decide: {found.for_review:,}.")
    if out is not None:
        console().print(f"Written: {out}, {len(found.rows):,} rows")
    elif not dry:
        console().print(f"Messages sent: {sent:,}. What was not received is sent again while `unequal serve` runs.")


COMMANDS: Final = (decide,)
