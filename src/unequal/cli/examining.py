"""`customer` and `explain`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import click

from unequal import flow
from unequal.cli.printing import cell, console, print_json, print_rows

_MONTH_LINES_SHOWN: Final = 24


@click.command()
@click.argument("customer_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def customer(directory: str, customer_id: str, as_json: bool) -> None:
    """One customer: who, worth, why, what happened, how we know. By id, or SOURCE:RECORD_ID."""
    with flow.open_base(flow.open_project(directory)) as opened:
        sheet = flow.examining.customer(opened, customer_id)
    if as_json:
        print_json(asdict(sheet))
        return
    asked = f" (asked for as {sheet.asked_for})" if sheet.asked_for != sheet.customer_id else ""
    console().print(f"Customer {sheet.customer_id}{asked}")
    print_rows(sheet.who, title="Who, as the sources say")
    print_rows([dict(sheet.worth)] if sheet.worth else [], title=f"Worth: {sheet.level} in {sheet.currency}")
    print_rows(sheet.why, title="Why")
    print_rows(sheet.months[:_MONTH_LINES_SHOWN], title="What happened, latest first", columns=("month", "line", "amount", "entries"))
    print_rows(sheet.records, title="How we know: the records that are this customer")


@click.command()
@click.argument("entry_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain(directory: str, entry_id: str, as_json: bool) -> None:
    """One entry of the ledger, back to the row of the file it came from."""
    project = flow.open_project(directory)
    with flow.open_base(project) as opened:
        trace = flow.examining.trace_entry(opened, project, entry_id)
    if as_json:
        print_json(asdict(trace))
        return
    entry = trace.entry
    console().print(
        f"Entry {entry['entry_id']}: {cell(entry['amount'])} on {entry['line']}, booked {entry['booked_on']}, for {trace.customer}"
    )
    if entry["rate_id"]:
        console().print(f"Converted from {cell(entry['original_amount'])} {entry['currency']} at rate {entry['rate_id']}")
    console().print(f"From {entry['source']}, amount {entry['amount_name']}: file {entry['source_file']}, row {entry['source_row']:,}")
    if trace.raw is not None:
        console().print("As it stands in the file:")
        console().print(f"  {trace.raw}", markup=False)
    print_rows(
        [{"column": name, "value": cell(value)} for name, value in trace.row.items() if not name.startswith("_")],
        title="The row as it was read",
    )


COMMANDS: Final = (customer, explain)
