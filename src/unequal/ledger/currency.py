"""Currency: dated rates into the reporting currency, and what has none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis

from unequal import config
from unequal.terms.errors import LedgerError
from unequal.terms.money import AMOUNT, RATE, SCALE
from unequal.terms.texts import trimmed


def convert(posted: ibis.Table, rates: ibis.Table | None, *, reporting_currency: str, valid_days: int) -> ibis.Table:
    """Posted rows with `amount` in the reporting currency and the `rate_id` that made it.

    The rate is the latest of its currency that began on or before the day of booking, at most
    `valid_days` before it. The reporting currency has rate 1 and no rate_id. Each amount is
    converted by itself and rounded half away from zero: (original_amount x rate) to 0.0001.

    Args:
        posted: POSTED.
        rates: RATES, or None where every row is in the reporting currency.
        reporting_currency: ISO 4217 code.
        valid_days: oldest age of a rate that is still used; a rate of exactly that age is.

    Returns:
        POSTED with amount DECIMAL(18,4) and rate_id. Amount is null where no rate is known:
        see `without_rate`; such rows must not be published.
    """
    own = posted["currency"] == reporting_currency
    if rates is None:
        return posted.mutate(amount=ibis.ifelse(own, posted["original_amount"], ibis.null(AMOUNT)), rate_id=ibis.null("string"))
    foreign = posted.filter(~own).select("currency", "booked_on").distinct()
    known = _rate_of_day(foreign, rates, valid_days)
    same = [posted["currency"] == known["_currency"], posted["booked_on"] == known["_booked_on"]]
    joined = posted.left_join(known, same)
    exact = (joined["original_amount"].cast(AMOUNT) * joined["_rate"].cast(RATE)).cast("decimal(38, 14)")
    converted = exact.round(SCALE).cast(AMOUNT)
    return joined.mutate(
        amount=ibis.ifelse(joined["currency"] == reporting_currency, joined["original_amount"], converted),
        rate_id=joined["_rate_id"],
    ).drop("_currency", "_booked_on", "_rate", "_rate_id")


def _rate_of_day(days: ibis.Table, rates: ibis.Table, valid_days: int) -> ibis.Table:
    """The rate of each currency and day, by equality join and rank: Spark has no as-of join."""
    dated = rates.select(_currency="currency", _since="since", _rate="rate", _rate_id="rate_id")
    pairs = days.join(dated, days["currency"] == dated["_currency"])
    last_day = (pairs["_since"] + ibis.interval(days=valid_days)).cast("date")
    valid = pairs.filter(pairs["_since"] <= pairs["booked_on"], pairs["booked_on"] <= last_day)
    newest = ibis.window(group_by=[valid["_currency"], valid["booked_on"]], order_by=[valid["_since"].desc(), valid["_rate_id"]])
    ranked = valid.mutate(_place=ibis.row_number().over(newest).cast("int64"))
    return ranked.filter(ranked["_place"] == 0).select("_currency", "_rate", "_rate_id", _booked_on="booked_on")


def days_without_rate(posted: ibis.Table, rates: ibis.Table, *, reporting_currency: str, valid_days: int) -> ibis.Table:
    """The days and currencies of POSTED for which no rate is known: currency, booked_on."""
    foreign = posted.filter(posted["currency"] != reporting_currency).select("currency", "booked_on").distinct()
    known = _rate_of_day(foreign, rates, valid_days)
    return foreign.anti_join(known, [foreign["currency"] == known["_currency"], foreign["booked_on"] == known["_booked_on"]])


def without_rate(converted: ibis.Table) -> ibis.Table:
    """Where no rate is known, per currency: rows, and the first place.

    Returns:
        currency string, rows int64, first_file string, first_row int64; most rows first.
    """
    unknown = converted.filter(converted["amount"].isnull())
    places = unknown.select("currency", "source_file", "source_row").distinct()
    per_file = places.group_by("currency", "source_file").aggregate(rows=places.count(), first=places["source_row"].min())
    first = ibis.window(group_by=per_file["currency"], order_by=per_file["source_file"])
    ranked = per_file.mutate(
        place=ibis.row_number().over(first).cast("int64"), rows=per_file["rows"].sum().over(group_by=per_file["currency"]).cast("int64")
    )
    found = ranked.filter(ranked["place"] == 0)
    return found.select("currency", "rows", first_file="source_file", first_row="first").order_by(ibis.desc("rows"), "currency")


def declared_rates(rates: Sequence[config.ledger.DatedRate]) -> list[dict[str, object]]:
    """RATES rows of the rates that the config lists.

    Raises:
        LedgerError: LED002, one currency has two rates for one day.
    """
    rows: dict[str, dict[str, object]] = {}
    for rate in rates:
        rate_id = f"{rate.currency}:{rate.since.isoformat()}"
        if rate_id in rows:
            raise LedgerError(
                "LED002", "a currency has two rates from one day on", where="ledger.rates", seen=rate_id, do="keep one of them"
            )
        rows[rate_id] = {"rate_id": rate_id, "currency": rate.currency, "since": rate.since, "rate": Decimal(rate.rate)}
    return list(rows.values())


def rates_from(rows: ibis.Table, mapping: config.ledger.RatesFrom) -> ibis.Table:
    """RATES of a source that lists them; rows without a currency, day or rate are left out.

    Two rates of one currency and day are refused by the step that reads them (LED002).
    """
    currency = trimmed(rows[mapping.currency].cast("string")).upper()
    table = rows.select(currency=currency, since=rows[mapping.since].cast("date"), rate=rows[mapping.rate].cast(RATE))
    full = table.filter(table["currency"].notnull(), table["since"].notnull(), table["rate"].notnull())
    day = full["since"].cast("string").substr(0, 10)
    return full.select("currency", "since", "rate", rate_id=full["currency"].concat(":", day)).select(
        "rate_id", "currency", "since", "rate"
    )


def repeated_rates(rates: ibis.Table) -> ibis.Table:
    """rate_ids that occur with more than one rate: rate_id, rates int64."""
    counted = rates.group_by("rate_id").aggregate(rates=rates["rate"].nunique())
    return counted.filter(counted["rates"] > 1).order_by("rate_id")
