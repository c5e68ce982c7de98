"""What a source must satisfy before its dollars are booked, checked on the data with one question each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import ibis

from unequal import config
from unequal.ledger.control import EXACTLY
from unequal.ledger.currency import without_rate
from unequal.ledger.lookups import lookups_of, repeated_keys
from unequal.ledger.verbs import Verbs
from unequal.terms.errors import LedgerError
from unequal.terms.money import AMOUNT, RATE, SCALE, money_sum

_SHOWN = 3


def check_lookups(engine: Verbs, name: str, postings: config.sources.Postings, tables: Mapping[str, ibis.Table]) -> None:
    """Refuse a lookup whose key stands on several rows: it would double dollars, or choose a value by chance.

    Raises:
        LedgerError: LED004.
    """
    check_unique_keys(engine, lookups_of(postings), tables, where=f"sources.{name}.postings")


def check_unique_keys(engine: Verbs, lookups: Iterable[config.sources.Lookup], tables: Mapping[str, ibis.Table], *, where: str) -> None:
    """The same of any lookups; `where` is the place of the mapping in the config.

    Raises:
        LedgerError: LED004.
    """
    for source, key in dict.fromkeys((lookup.source, lookup.key) for lookup in lookups):
        if source not in tables or key not in tables[source].columns:
            continue  # told by `with_lookups`
        repeated = engine.fetch(repeated_keys(tables[source], key).limit(_SHOWN))
        if repeated:
            shown = ", ".join(f"{row['key']} on {row['rows']:,} rows" for row in repeated)
            raise LedgerError("LED004", "a key to look values up by is not unique", where=f"{where}, key {source}.{key}",
                              seen=shown, do=f"name a key that stands once in {source}")  # fmt: skip


def check_days(engine: Verbs, name: str, postings: config.sources.Postings, rows: ibis.Table, posted: ibis.Table) -> None:
    """Refuse entries without a day of booking: they would belong to no month.

    Raises:
        LedgerError: LED003.
    """
    if not isinstance(postings.booked_on, str) or not engine.count(rows.filter(rows[postings.booked_on].isnull()).limit(1)):
        return
    missing = posted.filter(posted["booked_on"].isnull())
    found = engine.fetch(
        missing.group_by("source_file").aggregate(rows=missing.count(), first=missing["source_row"].min()).order_by("source_file")
    )
    if found:
        rows = sum(int(row["rows"]) for row in found)
        raise LedgerError("LED003", "amounts without a day of booking", where=f"sources.{name}.postings.booked_on, file {found[0]['source_file']}",
                          seen=f"{rows:,} amounts have no {postings.booked_on}, first at row {found[0]['first']:,}",
                          do=f"set columns.{postings.booked_on}.required: true to quarantine such rows, or map another column")  # fmt: skip


def check_currencies(engine: Verbs, name: str, converted: ibis.Table, rates: ibis.Table) -> None:
    """Refuse amounts in a currency that has no rate on their day.

    Raises:
        LedgerError: LED001.
    """
    unknown = engine.fetch(without_rate(converted))
    if not unknown:
        return
    known = [str(row["currency"]) for row in engine.fetch(rates.select("currency").distinct().order_by("currency"))]
    places = converted.select("source_file", "source_row").distinct()
    first = unknown[0]
    per_currency = ", ".join(f"{row['rows']:,} rows in {row['currency'] or 'no currency'}" for row in unknown)
    missing = ", ".join(str(row["currency"] or "the missing ones") for row in unknown)
    with_rates = ", ".join(known) if known else "no currency"
    raise LedgerError(
        "LED001",
        f"{name} arrived in a currency the ledger has no rate for",
        where=f"sources.{name}, file {first['first_file']}",
        seen=f"of {engine.count(places):,} rows {per_currency}, first at row {first['first_row']:,}; rates known for {with_rates}",
        do=f"add {missing} to ledger.rates for the days in question, or set sources.{name}.unknown_currency: quarantine",
    )


def always_in(postings: config.sources.Postings, reporting_currency: str) -> bool:
    """Whether the mapping says that every amount is in the reporting currency already."""
    currency = postings.currency
    return currency is None or (isinstance(currency, config.sources.Constant) and currency.value.strip().upper() == reporting_currency)


def rows_without_rate(name: str, rows: ibis.Table, unknown: ibis.Table) -> ibis.Table:
    """QUARANTINED rows of a source whose currency has no rate: one per row, however many amounts it has.

    Args:
        name: the source.
        rows: its accepted rows.
        unknown: its converted entries without an amount.
    """
    places = unknown.group_by(_unknown_file="source_file", _unknown_row="source_row").aggregate(_currency=unknown["currency"].min())
    found = rows.join(places, [rows["_file"] == places["_unknown_file"], rows["_row"] == places["_unknown_row"]])
    own = [found[column].cast("string").fill_null("") for column in rows.columns if not column.startswith("_")]
    return found.select(
        source=ibis.literal(name),
        file=found["_file"],
        row=found["_row"],
        byte_start=ibis.null("int64"),
        byte_end=ibis.null("int64"),
        column=ibis.null("string"),
        reason=ibis.literal("unknown_currency"),
        detail=ibis.literal("no rate is known on its day for ").concat(found["_currency"]),
        raw=ibis.literal(",").join(own),
    )


def check_conversion(engine: Verbs, entries: ibis.Table, rates: ibis.Table, reporting_currency: str) -> None:
    """Refuse an entry whose amount is not its original amount at the rate that it names.

    Raises:
        LedgerError: LED012.
    """
    named = rates.select(_rate_id="rate_id", _rate="rate", _currency="currency")
    joined = entries.left_join(named, entries["rate_id"] == named["_rate_id"])
    exact = (joined["original_amount"].cast(AMOUNT) * joined["_rate"].cast(RATE)).cast("decimal(38, 14)").round(SCALE).cast(AMOUNT)
    own = joined["currency"] == reporting_currency
    should = ibis.ifelse(own, joined["original_amount"], exact)
    agrees = (joined["amount"] == should) & (own | (joined["_currency"] == joined["currency"]))
    wrong = joined.filter(~agrees.fill_null(ibis.literal(value=False)))
    found = engine.fetch(wrong.order_by("entry_id").limit(1).select("entry_id", "amount", "original_amount", "currency", "rate_id"))
    if found:
        first = found[0]
        raise LedgerError("LED012", "a converted amount does not agree with its rate", where=f"entry {first['entry_id']}",
                          seen=f"{engine.count(wrong):,} entries; first {first['original_amount']} {first['currency']} booked as {first['amount']} "
                          f"{reporting_currency} at {first['rate_id'] or 'no rate'}",
                          do="nothing was published; run again, and report it if it stays")  # fmt: skip


def check_statement(engine: Verbs, entries: ibis.Table, statement: ibis.Table) -> None:
    """Refuse a statement that does not sum to the entries, customer by customer.

    Raises:
        LedgerError: LED013.
    """
    of_entries = entries.group_by("customer_id", "line").aggregate(
        amount=money_sum(entries["amount"]), entries=entries.count().cast("int64")
    )
    negated = statement.select(
        "customer_id", "line", amount=(-statement["amount"]).cast("decimal(28, 4)"), entries=(-statement["entries"]).cast("int64")
    )
    both = of_entries.select("customer_id", "line", "amount", "entries").union(negated)
    left = both.group_by("customer_id", "line").aggregate(amount=money_sum(both["amount"]), entries=both["entries"].sum().cast("int64"))
    wrong = engine.fetch(left.filter((left["amount"] != 0) | (left["entries"] != 0)).order_by("customer_id", "line").limit(1))
    if wrong:
        first = wrong[0]
        raise LedgerError("LED013", "the statement does not sum to the entries", where=f"customer {first['customer_id']}, {first['line']}",
                          seen=f"{first['amount']:,.4f} and {first['entries']:,} entries are in the entries and not in the statement",
                          do="nothing was published; run again, and report it if it stays")  # fmt: skip


def declared_totals(
    name: str, postings: config.sources.Postings, sums: Mapping[str, Decimal], reporting_currency: str
) -> tuple[list[dict[str, object]], list[LedgerError]]:
    """The figures declared from elsewhere, as RECONCILIATION rows, and an error for each that disagrees.

    Args:
        name: the source.
        postings: its mapping, with `control_total` per amount.
        sums: per amount what the raw rows come to, counted once, with the source's own sign.
        reporting_currency: named where the source has no single currency of its own.
    """
    rows: list[dict[str, object]] = []
    problems = []
    for amount_name, text in postings.control_total.items():
        where = f"sources.{name}.postings.control_total.{amount_name}"
        if amount_name not in sums:
            problems.append(
                LedgerError(
                    "LED011",
                    "a control total is declared for an amount that is not mapped",
                    where=where,
                    seen=amount_name,
                    do=f"name one of {', '.join(sums)}",
                )
            )
            continue
        declared = Decimal(text)
        if declared != sums[amount_name]:
            problems.append(_disagreement(declared, sums[amount_name], where))
        currency = postings.currency.value if isinstance(postings.currency, config.sources.Constant) else reporting_currency
        rows.append(
            {
                "source": name, "period": None, "line": str(postings.amounts[amount_name].line), "currency": currency,
                "item": f"declared_total:{amount_name}", "amount": declared.quantize(Decimal(1).scaleb(-SCALE), ROUND_HALF_UP), "rows": 1,
                "evidence": "declared in the config; the raw rows come to the same",
            }
        )  # fmt: skip
    return rows, problems


def _disagreement(declared: Decimal, found: Decimal, where: str) -> LedgerError:
    apart = EXACTLY.subtract(declared, found)
    return LedgerError(
        "LED011",
        "the rows do not come to the declared control total",
        where=where,
        seen=f"declared {declared:,f}, the rows come to {EXACTLY.normalize(found):,f}, {EXACTLY.normalize(apart):,f} apart",
        do="look for rows that are missing from the extract or stand in it twice, or correct the figure",
    )
