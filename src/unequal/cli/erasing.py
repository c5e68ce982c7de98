"""`erase`: take a person out of everything that Unequal keeps."""

from __future__ import annotations

import getpass
from typing import Final

import click

from unequal import flow
from unequal.cli.printing import console, print_json, print_rows, safe


@click.command()
@click.argument("customer", required=False)
@click.option("--record", metavar="SOURCE:ID", help="The person by a record, in the place of a customer's id.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit; it must not name the person.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def erase(directory: str, customer: str | None, record: str | None, reason: str, dry_run: bool, as_json: bool) -> None:
    """Take a person out of the state, of every kept run and of what lies beside them; the dollars stay, and lead to nobody."""
    if (customer is None) == (record is None):
        raise click.UsageError("name the person by CUSTOMER or by --record SOURCE:ID")
    project, erasing = flow.open_project(directory), flow.live.erasing
    customer_id = customer if customer is not None else erasing.customer_named(project, record or "")
    done = erasing.erase(project, customer_id, actor=f"cli:{getpass.getuser()}", reason=reason, dry_run=dry_run)
    if as_json:
        print_json(erasing.as_json(done))
        return
    _print(done, dry_run=dry_run)


def _print(done: flow.live.erasing.Erased, *, dry_run: bool) -> None:
    out = console()
    out.print(safe(f"{'Would erase' if dry_run else 'Erased'} {done.customer_id}, with the records {', '.join(done.records) or 'none'}."))
    rows = [{"where": "state", "table": name, "rows": count} for name, count in done.state.items()]
    rows += [{"where": "kept runs", "table": name, "rows": count} for name, count in done.tables.items()]
    print_rows(rows)
    for name in done.files:
        out.print(safe(f"{'Would remove or rewrite' if dry_run else 'Removed or rewrote'} .unequal/{name}"))
    if done.audit:
        out.print(f"The audit is sealed: its entries {', '.join(map(str, done.audit))} hold a value of this person, and stay as they are.")
    if done.sources:
        out.print("[bold]Your own files still hold this person; erase there too:[/bold]")
        print_rows([{"file": name, "rows": count} for name, count in done.sources.items()])


COMMANDS: Final = (erase,)
