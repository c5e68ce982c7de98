"""What the customer base is worth, what changed it since last time, and what it returned: Return on Customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from unequal.answers import occasions
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.equity_parts import PARTS, Change, Worth, both_mornings, cents, changes, first_morning_of, mornings
from unequal.answers.forecasts import DO_FOR_FORECASTS, nothing_forecast, of_before_verdicts
from unequal.answers.lacking import lacking
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

_THIN: Final = 10
"""Customers below which a slice is no slice of a base: its estimates are withheld."""
_TOO_SHORT: Final = "Nothing was sold before the morning that this one would be held against."
_TOO_OLD: Final = "This run is of before an earlier morning was reckoned beside it: `unequal run` reckons it."


@dataclass(frozen=True)
class _Since:
    """What the change is since.

    Args:
        then, today: the two mornings; then of None where there is no earlier one.
        run: the kept run that last forecast as of `then`; empty where the morning was reckoned within this run alone.
        published: what that run said the base was worth.
    """

    today: date
    then: date | None
    run: str = ""
    published: Decimal | None = None


def equity(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """What today's customers are worth, by whom that changed since last time, and Return on Customer.

    Last time is the last kept run that forecast as of an earlier day; where there is none, 52 weeks ago. Either is reckoned again by
    today's models and definitions from what was booked by then, so that a change of model is no change of the customers.

    Args:
        base: a published run.
        where: a predicate over customers, as `value` takes it.
        by: a dimension of customers to slice by.
        period, level: not for this question.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS014, nothing is forecast; ANS016, no dollars are known; ANS002, no such
            dimension.
        PredicateError: `where` is refused.
    """
    if period is not None or level is not None:
        raise AnswerError("ANS011", "this question stands between two mornings, and takes no period or level",
                          seen="--from, --to or --level", do="ask without them; --as-of asks an earlier run")  # fmt: skip
    values = base.table("customer_value")
    if not occasions.knows_dollars(base.project):
        raise lacking("equity", "what an order or an occasion brings (sources.NAME.postings)", do="map postings to the source of sales")
    if not base.fetch(values.limit(1)):
        raise AnswerError("ANS014", "there is no customer to value", seen=nothing_forecast(base), do=DO_FOR_FORECASTS)  # fmt: skip
    customers = base.keep(both_mornings(base, where, by))
    found = changes(base, customers, None)
    if not found:
        raise AnswerError("ANS014", "there is no customer to value", seen=where or "", do="ask without --where")
    whole, since = found[0], _since(base, where)
    sliced = changes(base, customers, by) if by else []
    tables = {"changes": _parts_table(whole, since), "mornings": _mornings_table(whole, since)}
    if by:
        tables["slices"] = _slices_table(sliced)
    return Answer(
        question="equity",
        title="What the customer base is worth, and what changed it",
        sentence=_sentence(base, whole, since),
        findings=(*of_before_verdicts(base, values), *_findings(base, whole, since, sliced)),
        period=_period(base, since),
        figures=occasions.as_assumed(base, _figures(base, whole, since)),
        table=tables["slices"] if by else tables["changes"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export values" + (f" --where {where!r}" if where else ""),
        words=base.project.value.words,
        shown=_shown(by, since),
        drawn=_drawn(base, since),
        is_estimate=True,
        **rests_on(base),
    )


def _since(base: Base, where: str | None) -> _Since:
    today, then = mornings(base)
    other = base.earlier(None) if then is not None else None
    if other is None or first_morning_of(other) != then:
        return _Since(today, then)
    if where is not None:  # what the earlier run's customers were called then is not what they are called now
        return _Since(today, then, other.run_id)
    values = other.table("customer_value")
    total = other.fetch(values.aggregate(total=values["value_expected"].sum().fill_null(0.0)))[0]["total"]
    return _Since(today, then, other.run_id, cents(float(str(total))))


def _period(base: Base, since: _Since) -> str:
    ahead = f"{base.project.value.horizon_weeks:,} weeks from {since.today} on"
    return ahead if since.then is None else f"{ahead}, against the same from {since.then} on"


def _how(since: _Since) -> str:
    if since.run:
        return f"the run {since.run} forecast as of {since.then}"
    return (
        f"no kept run forecast as of an earlier day, so that it was reckoned within this run as of {since.then}, by what was booked before"
    )


def _why_not(base: Base) -> str:
    return _TOO_SHORT if "value_then_total" in base.tables else _TOO_OLD


def _range(worth: Worth, currency: str) -> str:
    one, low, high = (money_text(end, currency) for end in (worth.expected, worth.low, worth.high))
    return f"{one} (between {low} and {high}, nine times in ten)"


def _sentence(base: Base, whole: Change, since: _Since) -> str:
    currency, words = base.project.reporting_currency, base.project.value.words
    told = f"Today's {whole.customers:,} {words} are worth {_range(whole.now, currency)}"
    change, back = whole.change, whole.return_on_customer
    if change is None or whole.then is None:
        return f"{told}; what they were worth before cannot be told, for {_why_not(base)[0].lower()}{_why_not(base)[1:]}"
    told += f", {money_text(change.expected, currency, signed=True)} against {since.then}"
    if back is None:
        return f"{told}."
    return f"{told}; with {money_text(whole.profit, currency)} of {WORD_OF_LEVEL[base.level]} in between they returned {share_text(back[0])} of what they were worth."


def _findings(base: Base, whole: Change, since: _Since, sliced: Sequence[Change]) -> list[str]:
    change = whole.change
    if change is None:
        return [_why_not(base)]
    currency, words = base.project.reporting_currency, base.project.value.words

    def part(name: str) -> str:
        return money_text(whole.parts[name], currency, signed=True)

    counts = whole.counts
    told = [
        f"Last time: {_how(since)}.",
        (
            f"Got {part('got')} with {counts['got']:,} new {words}, won back {part('won_back')} ({counts['won_back']:,}), grew by {part('grown')} "
            f"with {counts['grown']:,} who stayed; {part('shrunk')} with {counts['shrunk']:,} who stayed and are worth less, "
            f"{part('lost')} with {counts['lost']:,} lost and {part('gone_before')} with {counts['gone_before']:,} gone before."
        ),
    ]
    if since.published is not None and whole.then is not None:
        other = whole.then.expected - since.published
        told.append(
            f"The run of then said {money_text(since.published, currency)}; today's models, definitions, identities and rows that came late "
            f"say {money_text(whole.then.expected, currency)} of the same morning. The difference, {money_text(other, currency, signed=True)}, "
            "is no doing of the customers, and is in none of these figures."
        )
    if change.low <= 0 <= change.high:
        low, high = (money_text(end, currency, signed=True) for end in (change.low, change.high))
        told.append(f"The change lies between {low} and {high} nine times in ten: that it is nothing is not ruled out.")
    thin = sum(1 for one in sliced if one.customers < _THIN)
    if thin:
        told.append(f"{thin:,} of {len(sliced):,} slices have fewer than {_THIN} {words}: their estimates are withheld.")
    return told


def _figures(base: Base, whole: Change, since: _Since) -> tuple[Figure, ...]:
    currency, words, word = base.project.reporting_currency, base.project.value.words, WORD_OF_LEVEL[base.level]
    now, then, change, back = whole.now, whole.then, whole.change, whole.return_on_customer
    found = [Figure("equity", f"What today's {words} are worth", now.expected, currency, now.low, now.high, note="forecast")]
    if then is None or change is None:
        missing = [("equity_then", "What they were worth last time"), ("return_on_customer", "Return on Customer")]
        found += [Figure(name, label, None, currency, why_missing=_why_not(base)) for name, label in missing]
        return (*found, Figure("customers", words.capitalize(), whole.customers, "customers"))
    found.append(Figure("change", f"Change since {since.then}", change.expected, currency, change.low, change.high, note="forecast"))
    if back:
        share, low, high = (round(end, 6) for end in back)
        found.append(Figure("return_on_customer", "Return on Customer", share, "share", low, high, note="estimate"))
    else:
        found.append(
            Figure("return_on_customer", "Return on Customer", None, "share", why_missing="They were worth nothing then, or less.")
        )
    found += [
        Figure("profit", f"{word.capitalize()} in between (fact)", whole.profit, currency),
        Figure("equity_then", f"What {words} were worth on {since.then}", then.expected, currency, then.low, then.high, note="forecast"),
        Figure("customers", words.capitalize(), whole.customers, "customers"),
        *(Figure(name, PARTS[name].split(":")[0], amount, currency, note="forecast") for name, amount in whole.parts.items()),
    ]
    if since.published is not None:
        found.append(Figure("redefined", "Of models, definitions, identities and late rows", then.expected - since.published, currency))
    return tuple(found)


def _parts_table(whole: Change, since: _Since) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {"part": label, "customers": whole.counts[name], "amount": whole.parts.get(name)} for name, label in PARTS.items()
    ]
    if whole.then is not None:
        start = since.published if since.published is not None else whole.then.expected
        head = [{"part": "Worth last time", "customers": sum(whole.counts.values()) - whole.counts["got"], "amount": start}]
        if since.published is not None:
            head.append({"part": "Models, definitions, identities, late rows", "customers": None, "amount": whole.then.expected - start})
        rows = [*head, *rows]
    rows.append({"part": "Worth today", "customers": whole.customers, "amount": whole.now.expected})
    return pa.Table.from_pylist(rows, pa.schema([("part", pa.string()), ("customers", pa.int64()), ("amount", pa.decimal128(28, 4))]))


def _mornings_table(whole: Change, since: _Since) -> pa.Table:
    rows = [(since.then, whole.then), (since.today, whole.now)]
    told = [
        {"as_of": str(day), "value_expected": float(one.expected), "value_low": float(one.low), "value_high": float(one.high)}
        for day, one in rows
        if one is not None
    ]
    names = ("value_expected", "value_low", "value_high")
    return pa.Table.from_pylist(told, pa.schema([("as_of", pa.string()), *((name, pa.float64()) for name in names)]))


_SLICES: Final = pa.schema(
    [("segment", pa.string()), ("customers", pa.int64()), *((name, pa.decimal128(28, 4)) for name in ("value", "value_low", "value_high", "value_then",
     *PARTS, "change", "change_low", "change_high", "profit")), *((f"return_on_customer{end}", pa.float64()) for end in ("", "_low", "_high"))]
)  # fmt: skip


def _slices_table(sliced: Sequence[Change]) -> pa.Table:
    return pa.Table.from_pylist([_slice(one) for one in sliced], _SLICES)


def _slice(one: Change) -> dict[str, Any]:
    row: dict[str, Any] = {"segment": one.segment, "customers": one.customers, "profit": one.profit}
    if one.customers < _THIN:
        return row
    row |= {"value": one.now.expected, "value_low": one.now.low, "value_high": one.now.high, **one.parts}
    change, back = one.change, one.return_on_customer
    if one.then is not None and change is not None:
        row |= {"value_then": one.then.expected, "change": change.expected, "change_low": change.low, "change_high": change.high}
    if back is not None:
        row |= dict(zip(("return_on_customer", "return_on_customer_low", "return_on_customer_high"), back, strict=True))
    return row


def _shown(by: str | None, since: _Since) -> tuple[Shown, ...]:
    why = "fewer than ten, or nothing to hold it against"
    money = [
        Column("value", "Worth today", "money", "expected", why), Column("value_then", "Worth then", "money", why_missing=why),
        Column("got", "Got", "money", why_missing=why), Column("grown", "Grown", "money", why_missing=why),
        Column("shrunk", "Worth less", "money", why_missing=why), Column("lost", "Lost", "money", why_missing=why),
        Column("profit", "Brought since", "money"), Column("return_on_customer", "Return on Customer", "share", "return_on_customer", why),
    ]  # fmt: skip
    slices = Shown(
        "slices",
        f"By {by}",
        [Column("segment", str(by), "name", why_missing="not known"), Column("customers", "Customers", "count"), *money],
    )
    parts = Shown(
        "changes",
        f"From what they were worth as of {since.then} to today" if since.then else "What they are worth",
        [Column("part", "What changed it"), Column("customers", "Customers", "count", why_missing="not of customers"),
         Column("amount", "Worth", "money", "equity", "nothing to hold it against")],
        note="The parts add up to the change to the cent. Part of what grew or shrank is the noise of single forecasts, which the sum has less of.",
    )  # fmt: skip
    return (slices, parts) if by else (parts,)


def _drawn(base: Base, since: _Since) -> tuple[Drawn, ...]:
    currency = base.project.reporting_currency
    if since.then is None:
        return (Drawn("ranges", "mornings", "What the base is worth", "as_of", "value_expected", currency, "value_low", "value_high"),)
    return (
        Drawn("bars", "changes", f"What changed what the base is worth since {since.then}", "part", "amount", currency),
        Drawn("ranges", "mornings", "What the base was worth, and is", "as_of", "value_expected", currency, "value_low", "value_high"),
    )
