"""`customer`, and `explain` of an entry or a customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import click
from rich.tree import Tree

from unequal import flow
from unequal.cli.printing import cell, console, print_json, print_rows, safe
from unequal.terms.house_words import AS_CUSTOMERS, HouseWords

_MONTH_LINES_SHOWN: Final = 24
_CONTACTS_SHOWN: Final = 12
_DRIVERS_SHOWN: Final = 5
_SELVES_SHOWN: Final = 6
_RECORDS_DRAWN: Final = 100
_LINES_SHOWN: Final = 50
_STEADY: Final = (
    "band",
    "stable",
    "costs_stable",
    "flipped_by",
    "links_stable",
    "links",
    "flipped_by_link",
    "window_stable",
    "window_band",
)


@click.command()
@click.argument("customer_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def customer(directory: str, customer_id: str, as_json: bool) -> None:
    """One customer: who, worth, why, what happened, how we know. By id, or SOURCE:RECORD_ID."""
    with flow.open_base(flow.open_project(directory)) as opened:
        sheet, house = flow.examining.customer(opened, customer_id), opened.base.project.value.house
    if as_json:
        print_json(asdict(sheet))
        return
    _print_sheet(sheet, house)


def _print_sheet(sheet: flow.examining.CustomerSheet, house: HouseWords) -> None:
    show = partial(print_rows, house=house)
    console().print(f"{house.say('Customer')} {sheet.customer_id}{_asked_for(sheet.customer_id, sheet.asked_for)}")
    golden = [row for row in sheet.who if row["rule"] is not None]
    show(golden, title="Who: the golden record, and which rule chose each value")
    others = [row for row in sheet.who if row["rule"] is None]
    show(others, title="What other records say", columns=("attribute", "value", "source", "record_id"))
    show([dict(sheet.worth)] if sheet.worth else [], title=f"Worth: {sheet.level} in {sheet.currency}")
    show([{**row, "line": house.say(row["line"])} for row in sheet.why], title="Why")
    show(sheet.service, title="What it cost to serve, by activity")
    show([dict(sheet.steady)] if sheet.steady else [], title="Does the band stand, were a cost driver, a doubtful link or the time otherwise?",
         columns=tuple(name for name in _STEADY if name in sheet.steady))  # fmt: skip
    _print_future(sheet, house)
    show(sheet.months[:_MONTH_LINES_SHOWN], title="What happened, latest first", columns=("month", "line", "amount", "entries"))
    last = ("occurred_on", "contact", "channel", "agent", "duration_seconds", "outcome", "source")
    show(sheet.contacts[:_CONTACTS_SHOWN], title="Last contacts, latest first", columns=last)
    show(sheet.related, title="With whom: household and relationships")
    show(sheet.records, title="How we know: the records that are this customer")


def _print_future(sheet: flow.examining.CustomerSheet, house: HouseWords) -> None:
    """Why its profit is what it is, where it is worth what, and forecasts: of itself, and through others."""
    if sheet.is_of_before_verdict:
        console().print(
            "A steward has joined or parted this customer since the run: reasons and forecasts are of before; the next run makes them anew."
        )
    show = partial(print_rows, house=house)
    show(
        sheet.profit_drivers[:_DRIVERS_SHOWN], title="Why it differs from the mean of the base's customers: the largest drivers, in dollars"
    )
    show(sheet.foreseen, title="What it is expected to bring: forecasts with the range in which nine of ten lie")
    through = [dict(sheet.through_others)] if sheet.through_others else []
    show(through, title="What it brings through others: a forecast, and never added to its own over customers")
    spoke = [dict(sheet.influence)] if sheet.influence else []
    show(spoke, title="What its mentions brought: measured for all speakers together, and never added to its own over customers")
    show([dict(sheet.prospect)] if sheet.prospect else [], title="It never bought: what those who stood alike came to")
    largest = sorted(sheet.selves, key=lambda row: -abs(row["worth_expected"]))[:_SELVES_SHOWN]
    show(largest, title="Its selves: where it is worth what, the largest first")


def _asked_for(customer_id: str, asked: str) -> str:
    return f" (asked for as {safe(asked)})" if asked != customer_id else ""


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="ENTRY | customer ID | match A B | decision ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain(directory: str, what: tuple[str, ...], as_json: bool) -> None:
    """How it came to be: one entry of the ledger, back to the row of the file it came from.

    Or `customer ID`: the records of a customer, the links that make them one, and those that were refused. Or `match A B`: two
    records (SOURCE:RECORD_ID) side by side, and how much each thing they share says. Or `decision ID`: what a customer was decided
    on from, made again, with every policy and why it fell.
    """
    form = _FORMS.get(what[0])
    named, show = form or ((), _explain_entry)
    arguments = what[1:] if form else what
    wanted = len(named) or 1
    if len(arguments) != wanted:
        raise click.UsageError(
            f"`explain {' '.join((what[0], *named)) if form else 'ENTRY'}` takes {wanted} of these, not {len(arguments)}"
        )
    show(directory, *arguments, as_json=as_json)


def _explain_entry(directory: str, entry_id: str, *, as_json: bool) -> None:
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


def _explain_customer(directory: str, customer_id: str, *, as_json: bool) -> None:
    with flow.open_base(flow.open_project(directory)) as opened:
        found, house = flow.examining.customer_graph(opened, customer_id), opened.base.project.value.house
    if as_json:
        print_json(asdict(found))
        return
    out = console()
    out.print(f"{house.say('Customer')} {found.customer_id}{_asked_for(found.customer_id, found.asked_for)}: {_in_short(found)}")
    out.print(_tree(found))
    if len(found.tree) > _RECORDS_DRAWN:
        out.print(f"The first {_RECORDS_DRAWN:,} of {len(found.tree):,} records are drawn; --json has all.")
    spare = [edge for edge in found.edges if not edge["in_tree"]]
    _print_first([_pair(edge) for edge in spare], "Linked as well, beside the tree")
    _print_first(
        [{**_pair(edge), "refused_because": _words(edge["refused_because"])} for edge in found.refused], "Refused between its own records"
    )
    _print_first([_near(row) for row in found.neighbours], "Nearly joined: records of other customers", house=house)
    _print_first(found.history, "How it came about", ("published_at", "kind", "record", "from_customer", "to_customer"), house)


def _in_short(found: flow.examining.CustomerGraph) -> str:
    told = f"records {len(found.nodes):,}, linked pairs {len(found.edges):,}"
    weak = sum(edge["only_link"] for edge in found.edges)
    return f"{told}, weak points {weak:,}" if weak else told


def _tree(found: flow.examining.CustomerGraph) -> Tree:
    """The strongest links, drawn; each record hangs on the one above it."""
    node_of = {node["record"]: node for node in found.nodes}
    top = Tree("Its records, by their strongest links")
    above = [top]
    for branch in found.tree[:_RECORDS_DRAWN]:
        del above[int(branch["depth"]) + 1 :]
        edge = None if branch["edge"] is None else found.edges[branch["edge"]]
        above.append(above[-1].add(_of_record(node_of[branch["record"]], edge)))
    return top


def _of_record(node: Mapping[str, Any], edge: Mapping[str, Any] | None) -> str:
    marks = [f"since {node['since']}"]
    if not node["seen"]:
        marks.append("no longer delivered")
    if node["is_test"]:
        marks.append("test account")
    text = f"{safe(node['record'])}  [dim]{', '.join(marks)}[/dim]"
    if edge is None:
        return text
    weak = f"  [yellow]weak point: the only link, without it {edge['cuts_off']:,} would leave[/yellow]" if edge["only_link"] else ""
    return f"{text}  by {safe(_evidence(edge['evidence']))}{weak}"


def _evidence(evidence: Sequence[Mapping[str, Any]]) -> str:
    """What links two records: `email, 14.2 bits`."""
    return "; ".join(_one_evidence(row) for row in evidence)


def _one_evidence(row: Mapping[str, Any]) -> str:
    name = {"weight": "all that they have in common", "verdict": "a steward's verdict"}.get(row["basis"], _words(row["identifier"]))
    return name if row["weight"] is None else f"{name}, {row['weight']:,.1f} bits"


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def _pair(edge: Mapping[str, Any]) -> dict[str, Any]:
    return {"record": edge["record_a"], "other": edge["record_b"], "evidence": _evidence(edge["evidence"])}


def _near(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("record", "neighbour", "customer_id")}
    return {**shown, "evidence": _evidence(row["evidence"]), "refused_because": _words(row["refused_because"])}


def _print_first(rows: Sequence[Mapping[str, Any]], title: str, columns: Sequence[str] = (), house: HouseWords = AS_CUSTOMERS) -> None:
    more = f" (the first {_LINES_SHOWN:,} of {len(rows):,}; --json has all)" if len(rows) > _LINES_SHOWN else ""
    print_rows(rows[:_LINES_SHOWN], title=f"{title}{more}", columns=columns, house=house)


def _explain_match(directory: str, one: str, other: str, *, as_json: bool) -> None:
    from unequal.cli.identifying import explain_match

    explain_match(directory, one, other, as_json=as_json)


def _explain_decision(directory: str, decision_id: str, *, as_json: bool) -> None:
    from unequal.cli.deciding import explain_decision

    explain_decision(directory, decision_id, as_json=as_json)


_FORMS: Final[Mapping[str, tuple[tuple[str, ...], Callable[..., None]]]] = {
    "customer": (("ID",), _explain_customer),
    "match": (("A", "B"), _explain_match),
    "decision": (("ID",), _explain_decision),
}
"""What can be explained beside an entry: its word, the arguments that follow, and what shows it."""

COMMANDS: Final = (customer, explain)
