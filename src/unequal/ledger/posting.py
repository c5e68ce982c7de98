"""Posting: every amount of every accepted row becomes one entry on one line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import ibis

from unequal import config, identity
from unequal.ledger.booking_day import day_in_zone, middle_of_period
from unequal.ledger.lookups import lookups_of, require_column, value_column, values_of, with_lookups
from unequal.ledger.returned_sales import links_of_returns, with_links
from unequal.ledger.routing import holds, is_return, line_of
from unequal.terms.errors import LedgerError
from unequal.terms.ids import SEPARATOR
from unequal.terms.money import AMOUNT, QUANTITY, SCALE, money_product
from unequal.terms.texts import trimmed

_DIMENSIONS = ("account", "product", "channel", "market", "property", "activity")


def post(
    rows: ibis.Table, name: str, source: config.Source, *, project: config.Project, lookups: Mapping[str, ibis.Table] | None = None
) -> ibis.Table:
    """The entries that a source's rows make, before conversion and before a customer is found.

    One entry per row and amount. An amount that is null, or whose `when` does not hold, makes none.
    A zero makes one only where the row has nothing else: so no row that gave an amount is without an
    entry, and a column of zeros (a discount nobody had) does not double the ledger. Amounts are
    rounded per line, half away from zero, to 0.0001; prices and quantities are read to 8 decimals.

    Args:
        rows: accepted rows of the source, with `_file`, `_row` and `_row_id`.
        name: the source's name in the config.
        source: its config; `postings` must be there.
        project: for the reporting currency and the time zone.
        lookups: accepted rows of the other sources that values are looked up in.

    Returns:
        POSTED: ENTRY without customer_id, unassigned_reason, amount and rate_id.

    Raises:
        LedgerError: LED005, LED006 a column or source is not there; LED007 an amount is no exact number.
        PredicateError: a rule is refused.
    """
    posted = posted_rows(rows, name, source, project=project, lookups=lookups)
    return with_links(posted, links_of_returns(posted, source))


def posted_rows(
    rows: ibis.Table, name: str, source: config.Source, *, project: config.Project, lookups: Mapping[str, ibis.Table] | None = None
) -> ibis.Table:
    """POSTED without `reverses`, with what links a return to its sale: `_return`, `_original`, `_match`."""
    postings = postings_of(name, source)
    where = f"sources.{name}.postings"
    found = with_lookups(rows, lookups_of(postings), lookups or {}, where=where)
    for column in [amount.column for amount in postings.amounts.values()] + columns_of_day(postings):
        require_column(found, column, where=where)
    lines = found.select(**shared_columns(found, name, postings, project, where), **_amount_columns(found, postings, where))
    entries = [_entries_of(lines, number, amount_name) for number, amount_name in enumerate(postings.amounts)]
    return reduce(lambda whole, part: whole.union(part), entries)


def postings_of(name: str, source: config.Source) -> config.sources.Postings:
    """The mapping of a source that posts.

    Raises:
        LedgerError: LED008, the source has none.
    """
    if source.postings is None:
        raise LedgerError("LED008", "a source without postings cannot be posted", where=f"sources.{name}", do="add its postings")
    return source.postings


def shared_columns(
    rows: ibis.Table, name: str, postings: config.sources.Postings, project: config.Project, where: str
) -> dict[str, ibis.Value]:
    """What all amounts of a row share: the columns of POSTED without id, line and amount, and what links a return to its sale."""
    booked_on, occurred_at = _booked(rows, postings, project, where)
    if postings.day_is == "first_of_period":
        booked_on = middle_of_period(booked_on)
    values = {column: value_column(rows, value, where=where) for column, value in values_of(postings).items()}
    currency = values.pop("currency", ibis.literal(project.reporting_currency))
    record, record_source = record_named(rows, name, postings.customer, where=where)
    returns = postings.returns
    return {
        "level": ibis.literal(postings.level),
        "booked_on": booked_on,
        "occurred_at": occurred_at,
        "currency": trimmed(currency).upper().fill_null(""),
        "document": value_column(rows, postings.document, where=where),
        **{dimension: values.get(dimension, ibis.null("string")) for dimension in _DIMENSIONS},
        "source": ibis.literal(name),
        "record": record,
        "record_source": record_source,
        "source_file": rows["_file"],
        "source_row": rows["_row"],
        "row_id": rows["_row_id"],
        "_return": is_return(rows, postings, where=where),
        "_original": value_column(rows, returns.original if returns else None, where=where),
        "_match": _joined(rows, returns.match_on, where) if returns and returns.match_on else ibis.null("string"),
    }


def columns_of_day(postings: config.sources.Postings) -> list[str]:
    """The column with the day of booking; none where one day stands for all rows."""
    return [postings.booked_on] if isinstance(postings.booked_on, str) else []


def _booked(rows: ibis.Table, postings: config.sources.Postings, project: config.Project, where: str) -> tuple[ibis.Value, ibis.Value]:
    given = postings.booked_on
    moment = rows[given] if isinstance(given, str) else ibis.literal(given.day, "date")
    return day_and_moment(moment, project.time_zone, where=f"{where}.booked_on")


def day_and_moment(moment: ibis.Value, time_zone: str, *, where: str) -> tuple[ibis.Value, ibis.Value]:
    """The day in the company's zone, and the moment in UTC where the source knows it.

    Raises:
        LedgerError: LED009, it is neither a date nor a timestamp.
    """
    if moment.type().is_date():
        return moment, ibis.null("timestamp(6)")
    if moment.type().is_timestamp():
        return day_in_zone(moment, time_zone), moment.cast("timestamp(6)")
    raise LedgerError("LED009", "the day of booking is no date", where=where, seen=f"{moment.get_name()} is {moment.type()}",
                      do="give the column the type date or timestamp, with its format")  # fmt: skip


def record_named(rows: ibis.Table, name: str, customer: config.sources.CustomerOf | None, *, where: str) -> tuple[ibis.Value, ibis.Value]:
    """The customer's record as the row names it, and its source: null where its id is missing, or no customer is mapped."""
    if customer is None:
        return ibis.null("string"), ibis.null("string")
    for part in (customer.id,) if isinstance(customer.id, str) else customer.id:
        require_column(rows, part, where=f"{where}.customer")
    return identity.record_key(rows, customer.id), ibis.literal(customer.source or name)


def _joined(rows: ibis.Table, columns: tuple[str, ...], where: str) -> ibis.Value:
    """Columns as one text; null where any of them is null or empty."""
    parts = [value_column(rows, column, where=where) for column in columns]
    return reduce(lambda whole, part: whole.concat(SEPARATOR, part), parts)


def _amount_columns(rows: ibis.Table, postings: config.sources.Postings, where: str) -> dict[str, ibis.Value]:
    """Per amount its value `_amount_N`, its line `_line_N` and whether it is booked `_booked_N`."""
    amounts = [_amount(rows, amount, f"{where}.amounts.{name}") for name, amount in postings.amounts.items()]
    nothing_else = reduce(lambda so_far, amount: so_far & (amount.fill_null(0) == 0), amounts[1:], amounts[0].fill_null(0) == 0)
    columns: dict[str, ibis.Value] = {}
    none_before: ibis.Value = ibis.literal(value=True)
    for number, (amount, mapped) in enumerate(zip(amounts, postings.amounts.values(), strict=True)):
        stands_alone = nothing_else & none_before & amount.notnull()
        columns[f"_amount_{number}"] = amount
        columns[f"_line_{number}"] = line_of(rows, postings, mapped, where=where)
        columns[f"_booked_{number}"] = (amount.fill_null(0) != 0) | stands_alone
        none_before = none_before & amount.isnull()
    return columns


def _amount(rows: ibis.Table, amount: config.sources.Amount, where: str) -> ibis.Value:
    """One amount in its own currency, DECIMAL(18,4), signed as the ledger signs; null where it is not booked."""
    value = _exact(rows, amount.column, where)
    if amount.times is None:
        value = value.cast(QUANTITY).round(SCALE).cast(AMOUNT)
    else:
        require_column(rows, amount.times, where=where)
        value = money_product(value, _exact(rows, amount.times, where))
    if amount.negate:
        value = (-value).cast(AMOUNT)
    if amount.when is None:
        return value
    return ibis.ifelse(holds(amount.when, rows, where=f"{where}.when"), value, ibis.null(AMOUNT))


def _exact(rows: ibis.Table, name: str, where: str) -> ibis.Value:
    column = rows[name]
    if column.type().is_decimal() or column.type().is_integer():
        return column
    raise LedgerError("LED007", "an amount is no exact number", where=where, seen=f"{name} is {column.type()}",
                      do=f"give the column its contract: columns: {{{name}: money}}")  # fmt: skip


def _entries_of(lines: ibis.Table, number: int, amount_name: str) -> ibis.Table:
    """The entries of one amount, columns in the order of ENTRY."""
    booked = lines.filter(lines[f"_booked_{number}"])
    entry_id = ibis.literal("").concat(booked["source"], SEPARATOR, booked["row_id"], SEPARATOR, amount_name).hexdigest("md5")
    return booked.select(
        entry_id=entry_id,
        level=booked["level"], account=booked["account"], booked_on=booked["booked_on"], occurred_at=booked["occurred_at"],
        line=booked[f"_line_{number}"], original_amount=booked[f"_amount_{number}"], currency=booked["currency"],
        document=booked["document"], product=booked["product"], channel=booked["channel"], market=booked["market"],
        property=booked["property"], activity=booked["activity"], source=booked["source"], record=booked["record"],
        record_source=booked["record_source"], source_file=booked["source_file"], source_row=booked["source_row"],
        row_id=booked["row_id"], amount_name=ibis.literal(amount_name),
        _return=booked["_return"], _original=booked["_original"], _match=booked["_match"],
    )  # fmt: skip
