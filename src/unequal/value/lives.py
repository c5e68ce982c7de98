"""How long contracts have run, and which have ended."""

from __future__ import annotations

from datetime import date
from typing import Final

import ibis

from unequal import config
from unequal.value.owning import OWNER, with_owner

MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}
"""Length of a period between decisions to stay, in months; weeks are counted in days."""
DAYS_A_WEEK: Final = 7


def lives(
    rows: ibis.Table, contract: config.value.Contracts, customer_record: ibis.Table, *, as_of: date, records_begin: date
) -> ibis.Table:
    """The contracts of a source as they stood on a morning.

    Args:
        rows: accepted rows of the source, one for each contract.
        contract: which columns say what.
        customer_record: CUSTOMER_RECORD.
        as_of: the morning; contracts that began on it or later are left out, and ends on it or later have not happened.
        records_begin: the first end on record; a contract that is older is known only because it lasted till then.

    Returns:
        customer_id (absent where the row's customer is not known), started_on, ended_on (absent where it runs), renewals int64 (whole
        periods that it has lasted), entered int64 (the same when records begin), has_ended boolean, and the covariates as float64.
    """
    started, ended = rows[contract.started].cast("date"), rows[contract.ended].cast("date")
    ended = ibis.ifelse(ended < as_of, ended, ibis.null("date"))
    counted = rows.mutate(started_on=started, ended_on=ended)
    counted = counted.filter(counted["started_on"] < as_of)
    until = counted["ended_on"].fill_null(ibis.literal(as_of))
    begin = ibis.greatest(counted["started_on"], ibis.literal(records_begin))
    counted = counted.mutate(
        renewals=whole_periods(counted["started_on"], until, contract.renews),
        entered=whole_periods(counted["started_on"], ibis.least(begin, until), contract.renews),
        has_ended=counted["ended_on"].notnull(),
    )
    joined = with_owner(counted, contract.customer, contract.source, customer_record)
    covariates = {name: joined[name].cast("float64") for name in contract.covariates}
    return joined.select("started_on", "ended_on", "renewals", "entered", "has_ended", customer_id=joined[OWNER], **covariates)


def first_end(rows: ibis.Table, contract: config.value.Contracts) -> ibis.Table:
    """The first day on which a contract ended: one row, day; absent where none has."""
    return rows.aggregate(day=rows[contract.ended].cast("date").min())


def whole_periods(start: ibis.Value, end: ibis.Value, every: str) -> ibis.Value:
    """How many whole periods lie between two days, int64; a period that begins on the 31st is whole on the last day of a shorter month's next."""
    if every == "week":
        return (end.delta(start, unit="day") // DAYS_A_WEEK).cast("int64")
    months = (end.year() - start.year()) * 12 + end.month() - start.month()
    whole = months - (end.day() < start.day()).cast("int64")
    return (whole // MONTHS_OF[every]).cast("int64")
