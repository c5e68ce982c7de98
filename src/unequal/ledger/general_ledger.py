"""The general ledger and the detail, summed alike, so that one can be held against the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce

import ibis

from unequal import config
from unequal.ledger.activities import COST, SHARED
from unequal.ledger.booking_day import day_in_zone, month_start
from unequal.ledger.lookups import require_column, value_column, with_lookups
from unequal.ledger.pools import POOL
from unequal.ledger.routing import holds
from unequal.terms.errors import LedgerError
from unequal.terms.money import QUANTITY, SCALE, TOTAL, money_sum
from unequal.terms.texts import trimmed

WHERE = "ledger.general_ledger"


def lookups_of_books(books: config.ledger.GeneralLedger) -> tuple[config.sources.Lookup, ...]:
    """Every lookup of the general ledger's mapping, once."""
    values = (books.account, books.name, books.currency)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, config.sources.Lookup)))


def books_rows(rows: ibis.Table, *, project: config.Project, lookups: Mapping[str, ibis.Table] | None = None) -> ibis.Table:
    """The rows of the general ledger as we read them: signed as the ledger signs, each under the first rule that takes its account.

    Args:
        rows: accepted rows of the source that holds the general ledger, with `_file` and `_row`.
        project: the config; `ledger.general_ledger` must be there.
        lookups: accepted rows of the sources that account, name or currency is looked up in.

    Returns:
        rule (null where none fits), account, name, day date, currency, amount DECIMAL(28,4), source_file, source_row; rows for which
        `when` does not hold are left out. Account, day and amount are null where the row gives none: see `incomplete`.

    Raises:
        LedgerError: LED005, LED006 a column or source is not there; LED007 the amount is no exact number; LED009 the day is no date.
        PredicateError: a rule is refused.
    """
    books = project.ledger.general_ledger
    assert books is not None, "the general ledger is read only where the config maps it"
    found = with_lookups(rows, lookups_of_books(books), lookups or {}, where=WHERE)
    for column in (books.period, books.amount):
        require_column(found, column, where=WHERE)
    if books.when is not None:
        found = found.filter(holds(books.when, found, where=f"{WHERE}.when"))
    account = value_column(found, books.account, where=WHERE)
    currency = ibis.literal(project.reporting_currency) if books.currency is None else value_column(found, books.currency, where=WHERE)
    fits = {name: _fits(rule, account, found, name) for name, rule in books.accounts.items()}
    reversed_accounts = reduce(
        lambda whole, name: ibis.ifelse(fits[name], books.accounts[name].negate, whole), reversed(fits), ibis.literal(value=False)
    )
    amount = _amount(found[books.amount])
    flip = ~reversed_accounts if books.signs == "debits_positive" else reversed_accounts
    return found.select(
        rule=reduce(lambda whole, name: ibis.ifelse(fits[name], name, whole), reversed(fits), ibis.null("string")),
        account=account,
        name=value_column(found, books.name, where=WHERE),
        day=_day(found[books.period], project.time_zone),
        currency=trimmed(currency).upper().fill_null(""),
        amount=ibis.ifelse(flip, (-amount).cast(TOTAL), amount),
        source_file=found["_file"],
        source_row=found["_row"],
    )


def _fits(rule: config.ledger.AccountRule, account: ibis.Value, rows: ibis.Table, name: str) -> ibis.Value:
    """Whether a rule takes a row's account: boolean, never null."""
    fits: ibis.Value = ibis.literal(value=True)
    if rule.accounts:
        fits = account.re_search(_pattern(rule.accounts)).fill_null(ibis.literal(value=False))
    if rule.when is not None:
        fits = fits & holds(rule.when, rows, where=f"{WHERE}.accounts.{name}.when")
    return fits


def _pattern(accounts: Sequence[str]) -> str:
    r"""A regular expression for patterns with * and ?, of what every engine reads alike.

    >>> _pattern(["40*", "5.1?"])
    '^(40.*|5\\.1.)$'
    """
    ways = ("".join({"*": ".*", "?": "."}.get(c, c if c.isalnum() else re.escape(c)) for c in account) for account in accounts)
    return f"^({'|'.join(ways)})$"


def _day(moment: ibis.Value, time_zone: str) -> ibis.Value:
    if moment.type().is_date():
        return moment
    if moment.type().is_timestamp():
        return day_in_zone(moment, time_zone)
    raise LedgerError("LED009", "the day of booking is no date", where=f"{WHERE}.period", seen=f"{moment.get_name()} is {moment.type()}",
                      do="give the column the type date or timestamp, with its format")  # fmt: skip


def _amount(column: ibis.Value) -> ibis.Value:
    if column.type().is_decimal() or column.type().is_integer():
        return column.cast(QUANTITY).round(SCALE).cast(TOTAL)
    raise LedgerError("LED007", "an amount is no exact number", where=f"{WHERE}.amount", seen=f"{column.get_name()} is {column.type()}",
                      do=f"give the column its contract: columns: {{{column.get_name()}: money}}")  # fmt: skip


def incomplete(books: ibis.Table) -> ibis.Table:
    """Rows of `books_rows` that name no account, no day or no amount: they would fall out of every sum."""
    return books.filter(books["account"].isnull() | books["day"].isnull() | books["amount"].isnull())


def books_sums(books: ibis.Table, *, by_month: bool) -> ibis.Table:
    """What the general ledger holds.

    Args:
        books: `books_rows`.
        by_month: sum the days of a calendar month; else each day by itself.

    Returns:
        rule, account, name, day (the first of the month where `by_month`), currency, amount DECIMAL(28,4), rows int64.
    """
    day = month_start(books["day"]) if by_month else books["day"]
    grouped = books.group_by("rule", "account", "currency", day=day)
    return grouped.aggregate(name=books["name"].max(), amount=money_sum(books["amount"]), rows=books.count().cast("int64"))


def detail_sums(
    entries: ibis.Table,
    books: config.ledger.GeneralLedger,
    *,
    reporting_currency: str,
    by_month: bool,
    pools: Mapping[str, str] | None = None,
) -> ibis.Table:
    """What the entries come to, under the rule whose accounts should hold them. Buckets count: the general ledger holds them too.

    Args:
        entries: ENTRY.
        books: the mapping; no two of its rules claim one entry (CFG036).
        reporting_currency: ISO 4217 code.
        by_month: as in `books_sums`.
        pools: the pool of each activity.

    Returns:
        rule (null where no account should hold the entry), line, day, currency, amount DECIMAL(28,4), entries int64.
    """
    claimed = {name: _charged(rule.charged_by, entries, pools or {}) for name, rule in books.accounts.items() if rule.charged_by}
    claimed |= {name: _claims(rule, entries) for name, rule in books.accounts.items() if rule.lines}
    rule = reduce(lambda whole, name: ibis.ifelse(claimed[name], name, whole), claimed, ibis.null("string"))
    reported = books.amounts_in == "reporting_currency"
    day = month_start(entries["booked_on"]) if by_month else entries["booked_on"]
    named = entries.select(
        "line", rule=rule, day=day, amount=entries["amount"] if reported else entries["original_amount"],
        currency=ibis.literal(reporting_currency) if reported else entries["currency"],
    )  # fmt: skip
    grouped = named.group_by("rule", "line", "day", "currency")
    return grouped.aggregate(amount=money_sum(named["amount"]), entries=named.count().cast("int64"))


def _charged(names: Sequence[str], entries: ibis.Table, pools: Mapping[str, str]) -> ibis.Value:
    """Whether an entry is of one of some pools, idle capacity included, or of shared costs, or posted by a source of that name."""
    activities = [f"{COST}{activity}" for activity, pool in pools.items() if pool in names]
    idle = entries["source"].isin([f"{POOL}{name}" for name in names])
    posted = entries["source"].isin(names) & ~entries["amount_name"].contains(":")
    shared = [f"{SHARED}{name}" for name in names]
    return (entries["amount_name"].isin([*activities, *shared]) | idle | posted).fill_null(ibis.literal(value=False))


def _claims(rule: config.ledger.AccountRule, entries: ibis.Table) -> ibis.Value:
    """Whether an entry belongs on a rule's accounts: boolean, never null."""
    claims = entries["line"].isin([str(line) for line in rule.lines])
    for column, values in (("channel", rule.channels), ("market", rule.markets), ("currency", rule.currencies)):
        if values:
            claims = claims & entries[column].isin(values)
    return claims.fill_null(ibis.literal(value=False))
