"""Who has left: by a word of the customer, or by silence; and who came back."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

import ibis

from unequal import config, predicates, value
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line

ENDED: Final = "ended"
SILENT: Final = "silent"
_OWNER: Final = value.owning.OWNER
_RESTARTS_AFTER_DAYS: Final = 31
"""Whoever starts anew within a month of an end has changed his contract."""
_LEAST_CHANCE: Final = 1e-6
_GAPS_UNTIL_OVERDUE: Final = math.log(100)
_LINE: Final = {
    "customer_id": "string", "relationship": "string", "how": "string", "first_day": "date", "last_day": "date", "p_alive": "float64",
    "reason": "string", "tenure_months": "float64", "value_expected": "float64", "is_overdue": "boolean",
}  # fmt: skip
LINE: Final = _LINE
"""Columns of a customer's standing in a line of business; last_day is that of the end, or the one on which the next order was due."""


def contract_terms(
    rows: ibis.Table, contract: config.value.Contracts, reason: str | None, customer_record: ibis.Table, *, as_of: date
) -> ibis.Table:
    """The contracts of known customers on a morning: customer_id, started_on, ended_on (absent where it runs), reason.

    Args:
        rows: accepted rows of the source.
        contract: which columns say what.
        reason: the column with the reason of its end; None where none is mapped.
        customer_record: CUSTOMER_RECORD.
        as_of: the morning: what ends on it or later runs on.
    """
    owned = value.owning.with_owner(rows, contract.customer, contract.source, customer_record)
    owned = owned.filter(owned[_OWNER].notnull(), owned[contract.started].cast("date") < as_of)
    ended = owned[contract.ended].cast("date")
    over = (ended < as_of).fill_null(ibis.literal(value=False))
    return owned.select(
        customer_id=owned[_OWNER],
        started_on=owned[contract.started].cast("date"),
        ended_on=ibis.ifelse(over, ended, ibis.null("date")),
        reason=ibis.ifelse(over, _text(owned, reason), ibis.null("string")),
    )


def _text(rows: ibis.Table, column: str | None) -> ibis.Value:
    return ibis.null("string") if column is None else rows[column].cast("string").strip().nullif("")


def standing_in_contracts(terms: ibis.Table, name: str) -> ibis.Table:
    """How customers stand in a line of contracts, LINE: it is over for who has none that runs.

    Args:
        terms: of `contract_terms`.
        name: the line of business.
    """
    # Of several ends of one day the reason that sorts last is meant: a text is given wherever any of them has one.
    at = terms["ended_on"].cast("string").concat(terms["reason"].fill_null(""))
    grouped = terms.group_by("customer_id").aggregate(
        first_day=terms["started_on"].min(),
        ended_on=terms["ended_on"].max(),
        running=terms["ended_on"].isnull().cast("int64").sum(),
        reason=terms["reason"].fill_null("").argmax(at, where=terms["ended_on"].notnull()),
    )
    over = grouped["running"] == 0
    return _line(
        grouped,
        relationship=ibis.literal(name),
        how=ibis.literal(ENDED),
        first_day=grouped["first_day"],
        last_day=ibis.ifelse(over, grouped["ended_on"], ibis.null("date")),
        p_alive=ibis.ifelse(over, 0.0, 1.0),
        reason=ibis.ifelse(over, grouped["reason"].nullif(""), ibis.null("string")),
    )


def standing_by_departures(
    rows: ibis.Table, name: str, project: config.Project, customer_record: ibis.Table, began: ibis.Table
) -> ibis.Table:
    """How the customers of a source that says who has left stand, LINE: one row each; left if any row says so.

    Args:
        rows: accepted rows of the source.
        name: the line of business, of `turnover.departures`: which rows and columns say what.
        project: for that.
        customer_record: CUSTOMER_RECORD.
        began: GAINED.
    """
    told = project.turnover.departures[name]
    rule = predicates.parse(told.when, _columns(rows), where=f"turnover.departures.{name}.when")
    owned = value.owning.with_owner(
        rows.mutate(_left=predicates.holds(rule, rows).fill_null(ibis.literal(value=False))), told.customer, told.source, customer_record
    )
    owned = owned.filter(owned[_OWNER].notnull())
    said = owned.select(
        "_left",
        customer_id=owned[_OWNER],
        ended_on=ibis.null("date") if told.ended is None else owned[told.ended].cast("date"),
        reason=_text(owned, told.reason),
        tenure=ibis.null("float64") if told.tenure_months is None else owned[told.tenure_months].cast("float64"),
    )
    grouped = said.group_by("customer_id").aggregate(
        left=said["_left"].cast("int64").max(),
        ended_on=said["ended_on"].max(where=said["_left"]),
        reason=said["reason"].max(where=said["_left"]),
        tenure_months=said["tenure"].max(),
    )
    wide = grouped.left_join(began.select("customer_id", "began_on"), "customer_id").drop("customer_id_right")
    return _line(
        wide,
        relationship=ibis.literal(name),
        how=ibis.literal(ENDED),
        first_day=wide["began_on"],
        last_day=wide["ended_on"],
        p_alive=ibis.ifelse(wide["left"] == 1, 0.0, 1.0),
        reason=wide["reason"],
        tenure_months=wide["tenure_months"],
    )


def _columns(rows: ibis.Table) -> dict[str, str]:
    return {name: str(kind).removeprefix("!") for name, kind in rows.schema().items() if not name.startswith("_")}


def standing_by_silence(lifetimes: ibis.Table) -> ibis.Table:
    """How customers who are not bound stand, LINE.

    Args:
        lifetimes: LIFETIME of lines of business without contracts, and whose leaving no source tells.
    """
    kept = ("relationship", "first_day", "p_alive", "value_expected", "is_overdue")
    return _line(lifetimes, how=ibis.literal(SILENT), last_day=_due(lifetimes), **{name: lifetimes[name] for name in kept})


def _due(lifetimes: ibis.Table) -> ibis.Value:
    """The day on which the next order was due: a mean gap after the last one, before the day of the forecast.

    A silence that is kept once in a hundred times is log 100 mean gaps long, where orders come at a steady rate.
    """
    gap = (lifetimes["overdue_after_days"] / _GAPS_UNTIL_OVERDUE).fill_null(0.0)
    left = lifetimes["as_of"].delta(lifetimes["last_day"], unit="day").cast("float64") - 1.0
    days = ibis.greatest(ibis.least(gap, left), 0.0).floor().cast("int64")
    return (lifetimes["last_day"].cast("timestamp(6)") + days.as_interval("D")).cast("date")


def _line(rows: ibis.Table, **given: ibis.Value) -> ibis.Table:
    """Columns of LINE; what is not given is absent."""
    return rows.select(
        "customer_id", **{name: given.get(name, ibis.null(kind)).cast(kind) for name, kind in _LINE.items() if name != "customer_id"}
    )


def left(lines: ibis.Table, project: config.Project) -> ibis.Table:
    """The lines of business that customers have left: LINE, and everywhere (whether it is all that the customer had).

    Args:
        lines: LINE of all lines of business.
        project: for when silence counts as leaving.
    """
    silence = project.turnover.silence
    silent = lines["p_alive"] < silence.p_alive_below
    if silence.or_overdue:
        silent |= lines["is_overdue"].fill_null(ibis.literal(value=False))
    marked = lines.mutate(_left=ibis.ifelse(lines["how"] == ENDED, lines["p_alive"] == 0.0, silent))
    every = marked.group_by("customer_id").aggregate(_stays=(~marked["_left"]).cast("int64").sum())
    return (
        marked.filter(marked["_left"])
        .inner_join(every, "customer_id")
        .mutate(everywhere=lambda t: t["_stays"] == 0)
        .drop("_stays", "_left")
    )


def with_foregone(gone: ibis.Table, lifetimes: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """LOST: what those who left would be expected to bring, had they stayed.

    Of a silent customer its own forecast given that it still is one (forecasts are chance times that), less what still is expected; one
    such future is about as uncertain as it is large. Of an ended one what those of its kind whose contracts run are expected to bring, on
    average, as uncertain as these differ.

    Args:
        gone: of `left`.
        lifetimes: LIFETIME.
        customers: CUSTOMER.
    """
    stay = lifetimes.filter(lifetimes["kind"] == "contracts", lifetimes["p_alive"] == 1.0).inner_join(
        customers.select("customer_id", _kind="kind"), "customer_id"
    )
    peers = stay.group_by(_relationship="relationship", _peers="_kind").aggregate(
        _mean=stay["value_expected"].mean(), _deviation=stay["value_expected"].std(how="pop")
    )
    known = gone.left_join(customers.select("customer_id", _kind="kind"), "customer_id").drop("customer_id_right")
    wide = known.left_join(peers, [known["relationship"] == peers["_relationship"], known["_kind"] == peers["_peers"]])
    chance = ibis.greatest(wide["p_alive"], _LEAST_CHANCE)
    own = wide["value_expected"] * (1.0 - wide["p_alive"]) / chance
    is_silent = wide["how"] == SILENT
    return wide.select(
        "customer_id", "relationship", "how", lost_on="last_day", reason="reason", p_alive="p_alive", everywhere="everywhere",
        foregone_expected=ibis.ifelse(is_silent, own, wide["_mean"]),
        foregone_deviation=ibis.ifelse(is_silent, own.abs(), wide["_deviation"]),
    )  # fmt: skip


def sale_days(entries: ibis.Table, project: config.Project) -> ibis.Table:
    """Days on which customers who are not bound bought: customer_id, day; what contracts bring is left out.

    Args:
        entries: ENTRY.
        project: for which entries belong to contracts.
    """
    types = _columns(entries)
    sales = entries.filter(is_real_customer(entries["customer_id"]), entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0)
    for name, one in project.value.relationships.items():
        if isinstance(one, config.value.Contracts) and one.where:
            rule = predicates.parse(one.where, types, where=f"value.relationships.{name}.where")
            sales = sales.filter(~predicates.holds(rule, sales))
    return sales.select("customer_id", day=sales["booked_on"]).distinct()


def back_after_silence(days: ibis.Table, lifetimes: ibis.Table) -> ibis.Table:
    """WON_BACK of those who bought again after a silence that their own rhythm, as it is known today, does not explain.

    Args:
        days: of `sale_days`.
        lifetimes: as in `standing_by_silence`.
    """
    order = ibis.window(group_by="customer_id", order_by=days["day"])
    paired = days.mutate(before=days["day"].lag().over(order)).filter(lambda t: t["before"].notnull())
    allowed = lifetimes.filter(lifetimes["overdue_after_days"].notnull()).select("customer_id", "relationship", "overdue_after_days")
    wide = paired.inner_join(allowed, "customer_id")
    back = wide.filter(wide["day"].delta(wide["before"], unit="day") > wide["overdue_after_days"])
    return back.select("customer_id", "relationship", how=ibis.literal(SILENT), left_on="before", back_on="day")


def back_under_contract(terms: ibis.Table, name: str) -> ibis.Table:
    """WON_BACK of those who took a contract again, more than a month after their last one had ended.

    Args:
        terms: of `contract_terms`.
        name: the line of business.
    """
    far = ibis.date(9999, 12, 31)
    until = terms["ended_on"].fill_null(far)
    order = ibis.window(group_by="customer_id", order_by=[terms["started_on"], until], preceding=(None, 1))
    paired = terms.mutate(before=until.max().over(order)).filter(lambda t: t["before"].notnull())
    back = paired.filter(paired["before"] < far, paired["started_on"].delta(paired["before"], unit="day") > _RESTARTS_AFTER_DAYS)
    found = back.select("customer_id", relationship=ibis.literal(name), how=ibis.literal(ENDED), left_on="before", back_on="started_on")
    return found.distinct()
