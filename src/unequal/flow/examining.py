"""Looking closer: one customer, one entry and the source row it came from, the state of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from unequal import ledger, sources, storage
from unequal.flow import run_calendar
from unequal.flow.opening import OpenProject
from unequal.terms.errors import AnswerError, SourceError
from unequal.terms.ids import IDLE, SEPARATOR, UNASSIGNED, record_name
from unequal.terms.lines import LABEL_OF_LINE, WORD_OF_LEVEL, Line

# What is published is told without what reads it: ibis and the questions are imported where a customer is looked at.
if TYPE_CHECKING:
    from unequal.answers import Base
    from unequal.flow.reading import OpenBase
    from unequal.flow.tracing import CustomerGraph as CustomerGraph  # noqa: PLC0414 - shown on, for the faces' readers

Rows = Sequence[Mapping[str, Any]]

_CONTACTS_TOLD: Final = 100


@dataclass(frozen=True)
class CustomerSheet:
    """One customer: who, worth, why, and how we know.

    Args:
        customer_id: under which the customer stands today.
        asked_for: the id or record that was asked for.
        who: the golden values first: attribute, value, the record that says so, rule, agreeing, conflicting; then what else
            its records say, without a rule.
        worth: amount at the base's level, sales, band, rank; empty where the customer has no entries.
        why: the waterfall of the customer's lines.
        months: statement by month and line, latest first.
        records: the records that are this customer, and since when.
        service: what was done for it, by activity: events, minutes, cost, and of that our own failures; empty without activities.
        steady: whether its band stands, were a driver of cost to serve, a doubtful link or the window otherwise; empty for who has no band,
            and after a steward's verdict until the next run.
        related: how it stands to others: what, of whom or whose, and on what evidence; the household first.
        foreseen: what it is expected to bring: first over all lines of business, then in each; empty where nothing was foreseen.
        is_of_before_verdict: a steward's word has joined or parted it since the run: all that is foreseen of it, its reasons and what it
            brings through others are as of before, and under the ids of then.
        profit_drivers: why its profit differs from the mean of the base's customers: driver and dollars, the largest first.
        through_others: what it brings through others, never to be added to its own value over customers; empty where it brought nobody.
        influence: what its mentions brought, never to be added to its own value over customers; empty where it never spoke.
        prospect: what it may come to, where it never bought; empty of those who did.
        selves: what it is worth by product, channel, market, season and property: context, value, orders, brought, worth_expected; the largest
            of each context first.
        contacts: its last contacts, latest first: occurred_on, occurred_at (UTC), contact, channel, agent, duration_seconds, outcome, source, row_id.
    """

    customer_id: str
    asked_for: str
    level: str
    currency: str
    who: Rows
    worth: Mapping[str, Any]
    why: Rows
    months: Rows
    records: Rows
    related: Rows = ()
    foreseen: Rows = ()
    contacts: Rows = ()
    service: Rows = ()
    steady: Mapping[str, Any] = field(default_factory=dict)
    profit_drivers: Rows = ()
    through_others: Mapping[str, Any] = field(default_factory=dict)
    selves: Rows = ()
    is_of_before_verdict: bool = False
    influence: Mapping[str, Any] = field(default_factory=dict)
    prospect: Mapping[str, Any] = field(default_factory=dict)


def customer(opened: OpenBase, asked: str) -> CustomerSheet:
    """One customer by its id, an id it had before, or `source:record_id`.

    Raises:
        AnswerError: ANS005, nobody is known by that id.
    """
    base = opened.base
    customer_id = find_customer(opened, asked)
    owned = base.table("customer_record").filter(lambda t: t.customer_id == customer_id)
    statement = base.table("statement").filter(lambda t: t.customer_id == customer_id)
    worth = base.fetch(base.table("band").filter(lambda t: t.customer_id == customer_id))
    lines = base.fetch(ledger.waterfall(statement, base.level))
    return CustomerSheet(
        customer_id=customer_id,
        asked_for=asked,
        level=WORD_OF_LEVEL[base.level],
        currency=base.project.reporting_currency,
        who=_who(opened, customer_id),
        worth=worth[0] if worth else {},
        why=[
            {"line": LABEL_OF_LINE[Line(str(row["line"]))], **{k: v for k, v in row.items() if k not in {"line", "position"}}}
            for row in lines
        ],
        months=base.fetch(statement.order_by(statement["month"].desc(), "line")),
        records=base.fetch(owned.order_by("source", "record_id")),
        related=_related(base, customer_id),
        foreseen=_foreseen(base, customer_id),
        contacts=_contacts(opened, customer_id),
        service=_service(base, customer_id),
        steady=_steady(base, customer_id),
        profit_drivers=_profit_drivers(base, customer_id),
        through_others=next(iter(_of_customer(base, "through_others", customer_id)), {}),
        selves=_selves(base, customer_id),
        is_of_before_verdict=_is_concerned(base, customer_id),
        influence=next(iter(_of_customer(base, "influence", customer_id)), {}),
        prospect=next(iter(_of_customer(base, "prospect", customer_id)), {}),
    )


def _is_concerned(base: Base, customer_id: str) -> bool:
    """Whether a steward's word has joined or parted the customer since the run."""
    return "concerned" in base.tables and bool(base.fetch(base.table("concerned").filter(lambda t: t.customer_id == customer_id)))


def _foreseen(base: Base, customer_id: str) -> Rows:
    """What a customer is expected to bring, with its range: over all lines of business, then in each."""
    if "customer_value" not in base.tables:
        return ()
    ranged = ("value_expected", "value_low", "value_high")
    whole = base.table("customer_value").filter(lambda t: t.customer_id == customer_id)
    lines = base.table("lifetime").filter(lambda t: t.customer_id == customer_id).order_by("relationship")
    shown = ("p_alive", "orders_expected", *ranged, "growth_expected", "top_fifth_probability", "is_overdue")
    rows = [{"in": "all", "model": None, **row} for row in base.fetch(whole)] + [
        {"in": row["relationship"], **row} for row in base.fetch(lines)
    ]
    return [{"in": row["in"], "model": row["model"], **{name: row.get(name) for name in shown}} for row in rows]


def _service(base: Base, customer_id: str) -> Rows:
    """What was done for a customer and what it cost, the dearest first; costs are positive here."""
    if "activity_cost" not in base.tables:
        return ()
    done = base.table("activity_cost").filter(lambda t: t.customer_id == customer_id)
    grouped = done.group_by("activity").aggregate(
        events=done["events"].sum().cast("int64"), minutes=(done["used_seconds"].sum() / 60).round(1).cast("decimal(28, 1)"),
        cost=(-done["amount"].sum()).cast("decimal(28, 4)"),
        own_failures=(-(done["cause"] == "company").ifelse(done["amount"], 0).sum()).cast("decimal(28, 4)"),
    )  # fmt: skip
    return base.fetch(grouped.order_by(grouped["cost"].desc(), "activity"))


def _steady(base: Base, customer_id: str) -> Mapping[str, Any]:
    if "band_stability" not in base.tables:
        return {}
    found = base.fetch(base.table("band_stability").filter(lambda t: t.customer_id == customer_id))
    return found[0] if found else {}


def _of_customer(base: Base, name: str, customer_id: str) -> Rows:
    """A customer's rows of a table, without its id; none in a run of before the table was published."""
    if name not in base.tables:
        return ()
    table = base.table(name)
    return base.fetch(table.filter(table["customer_id"] == customer_id).drop("customer_id"))


def _profit_drivers(base: Base, customer_id: str) -> Rows:
    """Every driver that moves anything, the largest in size first; they add up to the difference exactly."""
    drivers = [
        {"driver": name.replace("_", " "), "amount": amount}
        for row in _of_customer(base, "profit_driver", customer_id)
        for name, amount in row.items()
        if name != "difference" and amount
    ]
    return sorted(drivers, key=lambda row: (-abs(row["amount"]), row["driver"]))


def _selves(base: Base, customer_id: str) -> Rows:
    """Where a customer is worth what; a place that neither brought nor is worth a cent is left out."""
    found = [row for row in _of_customer(base, "context_value", customer_id) if row["brought"] or abs(row["worth_expected"]) >= _CENT]
    return sorted(found, key=lambda row: (row["context"], -abs(row["worth_expected"]), str(row["value"])))


_CENT: Final = 0.01


def _who(opened: OpenBase, customer_id: str) -> Rows:
    """What stands for a customer and which rule chose it, then what else its records say."""
    from unequal.flow.reading import golden_values

    base = opened.base
    golden, owned = base.table("golden_attribute"), base.table("customer_record")
    chosen = golden.filter(golden["customer_id"] == customer_id)
    said = base.table("person_attribute").semi_join(owned.filter(owned["customer_id"] == customer_id), ["source", "record_id"])
    others = said.anti_join(chosen, ["source", "record_id", "attribute", "rank"])
    first = golden_values(chosen, said).select("attribute", "value", "source", "record_id", "rule", "agreeing", "conflicting")
    then = others.order_by("attribute", "source", "record_id", "rank").select("attribute", "source", "record_id", value="value_given")
    nothing = {"rule": None, "agreeing": None, "conflicting": None}
    return [*base.fetch(first.order_by("attribute")), *({**_in_order(row), **nothing} for row in base.fetch(then))]


def _in_order(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("attribute", "value", "source", "record_id")}


def _contacts(opened: OpenBase, customer_id: str) -> Rows:
    # A run of before contacts were read has none.
    if "interaction" not in opened.base.tables:
        return ()
    return ledger.steps.last_contacts(opened.engine, opened.base.table("interaction"), customer_id, limit=_CONTACTS_TOLD)


def _related(base: Base, customer_id: str) -> Rows:
    """A customer's household and relationships, in words a reader follows: `employer of`, `has employer`."""
    if "household" not in base.tables:
        return ()
    home = base.fetch(base.table("household").filter(lambda t: t.customer_id == customer_id))
    # The household's weight is in bits, a tie's is a share: only the ties' is shown.
    told = [
        {"stands": "member of household", "to": row["household_id"], **{name: row[name] for name in _OF_A_TIE}, "weight": None}
        for row in home
    ]
    ties = base.table("relationship")
    for own, other, words in (("from_customer", "to_customer", "{} of"), ("to_customer", "from_customer", "has {}")):
        rows = base.fetch(ties.filter(ties[own] == customer_id).order_by("kind", other))
        told += [
            {"stands": words.format(str(row["kind"]).replace("_", " ")), "to": row[other], **{name: row[name] for name in _OF_A_TIE}}
            for row in rows
        ]
    return told


_OF_A_TIE: Final = ("evidence", "weight", "since")


def find_customer(opened: OpenBase, asked: str) -> str:
    """The id under which a customer stands today."""
    known = opened.base.table("customer")
    # Itself first: an older run knows ids that lead elsewhere today.
    for candidate in dict.fromkeys((asked, opened.state.redirect(asked))):
        if opened.engine.count(known.filter(known["customer_id"] == candidate)):
            return candidate
    source, _, record_id = asked.partition(":")
    records = opened.base.table("customer_record")
    stored = record_id.replace("|", SEPARATOR)
    found = opened.base.fetch(records.filter(records["source"] == source, records["record_id"] == stored))
    if not found:
        raise AnswerError("ANS005", "nobody is known by that id", seen=asked,
                          do=opened.base.project.value.house.say("give a customer's id (c_...), or SOURCE:RECORD_ID as the source writes it"))  # fmt: skip
    return str(found[0]["customer_id"])


def customer_graph(opened: OpenBase, asked: str) -> CustomerGraph:
    """One customer as a graph; see `tracing`."""
    from unequal.flow import tracing

    return tracing.customer_graph(opened, asked)


@dataclass(frozen=True)
class EntryTrace:
    """One entry and how it came to be: the row, the rule, the rate, the customer.

    Args:
        entry: the entry's own columns.
        row: the source row's accepted values.
        raw: the row as it stands in the file; None where the file has changed or is a database.
        customer: whose it is, and through which record.
    """

    entry: Mapping[str, Any]
    row: Mapping[str, Any]
    raw: str | None
    customer: str


def trace_entry(opened: OpenBase, project: OpenProject, entry_id: str) -> EntryTrace:
    """An entry back to its source row.

    Raises:
        AnswerError: ANS006, there is no such entry, or several begin so.
    """
    entries = opened.base.table("entry")
    found = opened.base.fetch(entries.filter(entries["entry_id"].startswith(entry_id)).limit(2))
    if len(found) != 1:
        raise AnswerError("ANS006", "no entry has that id" if not found else "several entries begin so", seen=entry_id,
                          do="`unequal export entries` lists them; the first eight letters of an id are enough where they are its own")  # fmt: skip
    entry = found[0]
    if entry["customer_id"] == IDLE:
        return EntryTrace(entry, _pool_month(opened.base, entry), None, IDLE)
    if entry["source_row"] == 0:
        return EntryTrace(entry, {"key": entry["row_id"]}, None, _whose(entry))  # a shared cost that no row shares has no row of its own
    rows = opened.source_table(str(entry["source"]), "rows")
    row = opened.base.fetch(rows.filter(rows["_row_id"] == entry["row_id"]))[0]
    return EntryTrace(entry, row, _as_it_stands(project, entry), _whose(entry))


def _pool_month(base: Base, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What idle capacity follows from: its pool in its month."""
    pools, name = base.table("pool"), str(entry["source"]).removeprefix("pool:")
    return base.fetch(pools.filter(pools["pool"] == name, pools["month"] == entry["booked_on"]))[0]


def _as_it_stands(project: OpenProject, entry: Mapping[str, Any]) -> str | None:
    """The row's own text; None where the file is gone, or is a database, or has changed since."""
    file = project.folder / str(entry["source_file"])
    if not file.is_file():
        return None
    try:
        return sources.raw_row(project.config.sources[str(entry["source"])], file, row=int(entry["source_row"]))
    except SourceError:
        return None


def _whose(entry: Mapping[str, Any]) -> str:
    if entry["customer_id"] == UNASSIGNED:
        return f"unassigned: {str(entry['unassigned_reason']).replace('_', ' ')}"
    if entry["record"] is None:
        return str(entry["customer_id"])
    return f"{entry['customer_id']}, through {record_name(str(entry['record_source']), str(entry['record']))}"


def status(opened: OpenProject) -> Mapping[str, Any]:
    """What is published, and which runs are kept."""
    with storage.open_state(opened.state_url) as state:
        runs, last_action = state.runs(), state.last_action()
    kept = [run for run in runs if opened.run_folder.manifest(run.run_id) is not None]
    current = kept[-1] if kept else None
    return {
        "project": opened.config.project,
        "run": current.run_id if current else None,
        "published_at": f"{current.published_at.isoformat(timespec='seconds')}Z" if current else None,
        "summary": {k: v for k, v in (current.summary if current else {}).items() if k not in {"membership_made_from", "model_for"}},
        "stewards_since": last_action - current.last_action if current else 0,
        "runs": [
            {"run": run.run_id, "published_at": f"{run.published_at.isoformat(timespec='seconds')}Z", **_short(run.summary)}
            for run in reversed(kept)
        ],
    }


def calendar(opened: OpenProject) -> Sequence[Mapping[str, Any]]:
    """Every kept run, oldest first, with its figures, what it changed and why."""
    return run_calendar.calendar(opened)


def _short(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: summary[name] for name in ("customers", "entries", "total", "currency") if name in summary}
