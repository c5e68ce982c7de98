"""Activities: the events of a source as work, each with its time, its customer and its cause.

Time is counted in whole ticks of 0.0001 seconds, so that minutes to four decimals and measured seconds are both exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final

import ibis

from unequal import config
from unequal.ledger.booking_day import month_start
from unequal.ledger.lookups import lookups_of, require_column, with_lookups
from unequal.ledger.posting import columns_of_day, shared_columns
from unequal.ledger.routing import holds
from unequal.ledger.tables import ENTRY
from unequal.terms.errors import LedgerError
from unequal.terms.ids import SEPARATOR
from unequal.terms.lines import Line
from unequal.terms.money import AMOUNT

POSTED: Final = tuple(name for name in ENTRY.names if name not in ("customer_id", "unassigned_reason"))
"""The columns of a posted row in the reporting currency, before it has a customer."""
TICKS_A_SECOND: Final = 10_000
TICKS_A_MINUTE: Final = 60 * TICKS_A_SECOND
COST: Final = "cost:"
"""Begins the amount name of what an activity cost: no amount of a config can be named so."""
SHARED: Final = "shared:"
"""Begins the amount name of a shared cost's part, and the source of its reconciliation."""
MEASURED: Final = "duration"
BASE: Final = "base"

_TICKS_OF: Final = {"seconds": TICKS_A_SECOND, "minutes": TICKS_A_MINUTE}


def parts_of(time: config.ledger.TimeEquation) -> tuple[str, ...]:
    """The parts that a time equation adds up, by name: base and duration where they are given, then its terms."""
    own = [BASE] if float(time.base) or not (time.duration or time.terms) else []
    return (*own, *([MEASURED] if time.duration else []), *time.terms)


def events_of(
    rows: ibis.Table,
    activity_name: str,
    activity: config.ledger.Activity,
    source: config.Source,
    *,
    project: config.Project,
    lookups: Mapping[str, ibis.Table],
    parts: int,
    match: Sequence[str] = (),
    prefix: str = COST,
) -> ibis.Table:
    """The events of an activity: what an entry needs but its amount, and how long each took.

    Args:
        rows: accepted rows of the activity's source.
        activity_name: its name.
        activity: its config.
        source: the config of its source.
        project: for zone and currency.
        lookups: accepted rows of other sources that values are looked up in.
        parts: how many columns of parts to give; null beyond the activity's own.
        match: columns of the source that make `key`; none: null.
        prefix: begins the amount's name.

    Returns:
        POSTED without amounts and rate, and key, pool, cause (customer or company), month (date), ticks int64, and part_0..part_N
        int64: the ticks of each part. Events that took no time are left out.

    Raises:
        LedgerError: LED005, LED006 a column or source is not there; LED009 the day of an event is no date.
        PredicateError: a rule is refused.
    """
    where = f"ledger.activities.{activity_name}"
    mapping = _mapping(activity, source, where)
    if activity.when is not None:
        rows = rows.filter(holds(activity.when, rows, where=f"{where}.when"))
    found = with_lookups(rows, lookups_of(mapping), lookups, where=where)
    for column in columns_of_day(mapping):
        require_column(found, column, where=where)
    timed = [_ticks(found, activity.time, part, where) for part in parts_of(activity.time)]
    shared = shared_columns(found, activity.each, mapping, project, where)
    own = {column: value for column, value in shared.items() if not column.startswith("_")}
    columns = {f"part_{number}": timed[number] if number < len(timed) else ibis.null("int64") for number in range(parts)}
    is_ours = _by_company(found, activity, where)
    selected = found.select(
        **{**own, "activity": ibis.literal(activity_name)},
        line=ibis.ifelse(is_ours, str(Line.COST_OF_FAILURE), str(Line.COST_TO_SERVE)),
        cause=ibis.ifelse(is_ours, "company", "customer"),
        key=key_of(found, match, where),
        pool=ibis.literal(activity.pool),
        ticks=reduce(add, timed).cast("int64"),
        **columns,
    )
    worked = selected.filter(selected["ticks"] != 0)
    return as_events(worked, f"{prefix}{activity_name}", project.reporting_currency)


def key_of(rows: ibis.Table, columns: Sequence[str], where: str) -> ibis.Value:
    """Columns as one text, to match rows of one source with rows of another; null where there are none, or one is empty."""
    for column in columns:
        require_column(rows, column, where=where)
    texts = [rows[column].cast("string") for column in columns]
    return reduce(lambda whole, text: whole.concat(SEPARATOR, text), texts) if texts else ibis.null("string")


def as_events(table: ibis.Table, amount_name: str, currency: str) -> ibis.Table:
    """Events with id, month and amount name, as `posting` makes them for amounts: POSTED without amounts and rate comes first."""
    entry_id = ibis.literal("").concat(table["source"], SEPARATOR, table["row_id"], SEPARATOR, amount_name).hexdigest("md5")
    made = table.mutate(
        entry_id=entry_id, amount_name=ibis.literal(amount_name), currency=ibis.literal(currency), month=month_start(table["booked_on"]),
        reverses=ibis.null("string"), amount=ibis.null(AMOUNT), original_amount=ibis.null(AMOUNT), rate_id=ibis.null("string"),
    )  # fmt: skip
    return made.select(*POSTED, *(name for name in made.columns if name not in POSTED))


def mapping_sources(event: config.ledger.Activity, source: config.Source) -> tuple[str, ...]:
    """The other sources that an activity looks values up in."""
    return tuple(dict.fromkeys(lookup.source for lookup in lookups_of(_mapping(event, source, ""))))


def _mapping(activity: config.ledger.Activity, source: config.Source, where: str) -> config.sources.Postings:
    """An activity as a posting of its source: what it does not say of itself, the source's postings or interactions say."""
    postings, contacts = source.postings, source.interactions
    day = config.ledger.day_of_event(activity, source)
    if day is None:
        raise LedgerError("LED021", "nothing says when the events of an activity were", where=where, seen=activity.each,
                          do="add occurred_on: the column with their day")  # fmt: skip
    above = activity.level not in ("unit", "order", "customer")
    return config.sources.Postings(
        amounts={"cost": config.sources.Amount(column=day, line=Line.COST_TO_SERVE)},
        customer=None if above else config.ledger.customer_of_event(activity, source),
        booked_on=day,
        level=activity.level,
        document=activity.document or (postings.document if postings else None),
        account=postings.account if postings else None,
        product=activity.product or (postings.product if postings else None),
        channel=activity.channel or (postings.channel if postings else contacts.channel if contacts else None),
        market=activity.market or (postings.market if postings else None),
        property=postings.property if postings else None,
    )


def _by_company(rows: ibis.Table, activity: config.ledger.Activity, where: str) -> ibis.Value:
    if isinstance(activity.cause, config.ledger.CompanyWhen):
        return holds(activity.cause.company_when, rows, where=f"{where}.cause.company_when")
    return ibis.literal(value=activity.cause == "company")


def _ticks(rows: ibis.Table, time: config.ledger.TimeEquation, part: str, where: str) -> ibis.Value:
    """What one part of a time equation adds for each row; nothing where its column is empty or its rule does not hold."""
    if part == BASE:
        return ibis.literal(ticks_of_minutes(time.base), "int64")
    if part == MEASURED and time.duration is not None:
        return _measured(rows, time.duration, f"{where}.time.duration")
    term = time.terms[part]
    place = f"{where}.time.terms.{part}"
    once = ticks_of_minutes(term.minutes)
    ticks = ibis.literal(once, "int64") if term.times is None else _counted(rows, term.times, once, place)
    if term.when is None:
        return ticks
    return ibis.ifelse(holds(term.when, rows, where=f"{place}.when"), ticks, ibis.literal(0, "int64"))


def _measured(rows: ibis.Table, duration: config.ledger.Duration, where: str) -> ibis.Value:
    """Ticks that the source measured; of rows that sum up many events, their average times how many."""
    once = _counted(rows, duration.column, _TICKS_OF[duration.unit], where)
    if duration.times is None:
        return once
    require_column(rows, duration.times, where=where)
    if not rows[duration.times].type().is_integer():
        raise LedgerError("LED022", "events are counted by a column that is no whole number", where=where,
                          seen=f"{duration.times} is {rows[duration.times].type()}", do=f"columns: {{{duration.times}: integer}}")  # fmt: skip
    return (once * rows[duration.times].fill_null(0).cast("int64")).cast("int64")


def _counted(rows: ibis.Table, column: str, each: int, where: str) -> ibis.Value:
    """Ticks for each of what a column counts, to four decimals; none where it is empty."""
    require_column(rows, column, where=where)
    if not rows[column].type().is_numeric():
        raise LedgerError("LED022", "time is counted by a column that is no number", where=where, seen=f"{column} is {rows[column].type()}",
                          do=f"give the column its contract: columns: {{{column}: integer}}")  # fmt: skip
    return in_ticks(rows[column], each).fill_null(0)


def in_ticks(count: ibis.Value, each: int) -> ibis.Value:
    """Ticks of what a column counts, to four decimals, int64; null where it is null."""
    # 19 digits on either side: DuckDB multiplies 18 by 18 within 64 bits.
    factor = ibis.literal(Decimal(each), "decimal(19, 4)")
    return (count.cast("decimal(19, 4)") * factor).cast("decimal(38, 4)").round(0).cast("int64")


def ticks_of_minutes(minutes: str) -> int:
    """Minutes of the config, to four decimals, in ticks.

    >>> ticks_of_minutes("2.5")
    1500000
    """
    whole, _, fraction = minutes.partition(".")
    return (int(whole) * TICKS_A_SECOND + int(fraction.ljust(4, "0") or 0)) * 60
