"""What measures the literature's claims on a customer base."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np

from unequal.answers import lost_tables
from unequal.answers.base import Base
from unequal.answers.occasions import knows_dollars
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import WORD_OF_LEVEL, Level, Line
from unequal.terms.money import TOTAL

_NINE_IN_TEN: Final = 1.645
_YEAR_DAYS: Final = 365.25
_FIVE_YEARS: Final = 5.0
_FIVE_YEARS_MONTHS: Final = 60
_FIVE_POINTS: Final = 5.0
_LEAST_YEARS: Final = 2.0
FEWEST: Final = 30
"""Of fewer customers than this nothing is measured."""


@dataclass(frozen=True)
class Measured:
    """What was measured: a share with its ends, both None where it is no estimate; the value is None where it cannot be, and the note says why."""

    value: float | None
    low: float | None
    high: float | None
    note: str


def _not(why: str) -> Measured:
    return Measured(None, None, None, why)


def _top(base: Base) -> dict[str, Any]:
    """What the best fifth, the best 15 % and all bring."""
    band = base.table("band")
    every = int(str(base.fetch(band.aggregate(n=band.count()))[0]["n"]))
    fifth, less = every // 5, every * 15 // 100
    sums = band.aggregate(
        total=band["amount"].sum().cast(TOTAL), fifth=band["amount"].sum(where=band["customer_rank"] <= fifth).cast(TOTAL),
        less=band["amount"].sum(where=band["customer_rank"] <= less).cast(TOTAL),
    )  # fmt: skip
    return {**base.fetch(sums)[0], "customers": fifth}


def top_fifth(base: Base) -> Measured:
    """The share of profit that the best fifth bring: a fact, with no range."""
    found = _top(base)
    if not found["customers"] or not found["total"] or found["total"] <= 0:
        return _not("The customers together bring nothing, so that nobody has a share of it.")
    share, less = (float(found[name] / found["total"]) for name in ("fifth", "less"))
    if base.level is not Level.CONTRIBUTION:
        return _not(
            f"Not all costs are known: the best fifth bring {share_text(round(share, 4))} of {WORD_OF_LEVEL[base.level]}, and of profit nobody knows."
        )
    return Measured(share, None, None, f"The best 20 %; the best 15 % bring {share_text(round(less, 4))}. A fact, not an estimate.")


def top_fifth_of_a_bank(base: Base) -> Measured:
    """The same held against what was found in banks."""
    found = top_fifth(base)
    return (
        found
        if found.value is None
        else Measured(found.value, None, None, "The same figure, held against banks: nobody says that this is one.")
    )


def top_fifth_dollars(base: Base) -> str:
    """A sentence of what the best fifth bring, in dollars; nothing where nobody brings anything."""
    found = _top(base)
    if not found["customers"] or not found["total"]:
        return ""
    currency, word = base.project.reporting_currency, WORD_OF_LEVEL[base.level]
    brought, whole = (money_text(Decimal(str(found[name])), currency) for name in ("fifth", "total"))
    return f"The best fifth of {base.project.value.words} have brought {brought} of {word}, all together {whole}."


def lost_in_five_years(base: Base) -> Measured:
    """How many are lost within five years: by the curve that `lost` draws its half-life from, or where a run has none by who bought again.

    Without such a curve, of those who bought in the first year known, who bought in the last: as if customers were lost at one pace, brought to five years.
    """
    sold = _bought(base)
    ends = base.fetch(sold.aggregate(first=sold["first"].min(), last=sold["last"].max()))[0]
    if ends["first"] is None:
        return _not("Nothing was sold.")
    first, last = (_day(ends[name]) for name in ("first", "last"))
    years = ((last - first).days + 30) / _YEAR_DAYS
    if years < _LEAST_YEARS:
        return _not(f"Only {years:.1f} years are known: it takes two at least to see who comes back in another year.")
    told = _by_half_life(base)
    if told is not None:
        return told
    until, since = _a_year_from(first, 1), _a_year_from(last, -1)
    there = sold.filter(sold["first"] < ibis.literal(until))
    found = base.fetch(there.aggregate(n=there.count(), kept=(there["last"] > ibis.literal(since)).cast("int64").sum()))[0]
    number, kept = int(str(found["n"])), int(str(found["kept"] or 0))
    if number < FEWEST:
        return _not(f"Only {number} customers bought in the first year known.")
    apart = years - 1.0
    low, high = _wilson(kept, number)
    lost = [1.0 - end ** (_FIVE_YEARS / apart) for end in (kept / number, high, low)]
    return Measured(lost[0], lost[1], lost[2], f"Of {number:,} who bought in the first year known {kept:,} bought in the last, {apart:.1f} years on; "
                    "brought to five years at one pace, though the first years lose most.")  # fmt: skip


def _by_half_life(base: Base) -> Measured | None:
    """One less the share kept for 60 months; where nobody is known for so long, the last share known brought there at its mean pace."""
    if "kept" not in base.tables:
        return None
    curve = base.table("kept")
    known = curve.filter(
        curve["relationship"] == "all", curve["at_risk"] >= FEWEST, curve["months"] <= _FIVE_YEARS_MONTHS, curve["months"] > 0
    )
    last = base.fetch(known.order_by(ibis.desc("months")).limit(1))
    half = lost_tables.half_life(base)
    if half is None or not last or int(str(last[0]["months"])) < _LEAST_YEARS * 12:
        return None
    months = int(str(last[0]["months"]))
    kept, low, high = (float(str(last[0][name])) ** (_FIVE_YEARS_MONTHS / months) for name in ("kept_expected", "kept_low", "kept_high"))
    pace = "" if months == _FIVE_YEARS_MONTHS else f", which is known for {months} months and brought to five years at its mean pace"
    return Measured(1 - kept, 1 - high, 1 - low,
                    f"By the curve of how long customers stay{pace}; it is the one by which `lost` says that half are lost in {half.expected / 12:,.1f} years.")  # fmt: skip


def prepared(base: Base) -> Base:
    """The base with what every slice of it is asked for, put together once: when each customer bought, and what it is worth."""
    found = {"bought": base.keep(_bought(base))}
    if "relationship" in base.tables and "lifetime" in base.tables:
        found["worth_of_each"] = base.keep(_worth_of_each(base))
    return replace(base, tables={**base.tables, **found})


def _bought(base: Base) -> ibis.Table:
    """customer_id, and the first and last month in which it bought."""
    if "bought" in base.tables:
        return base.tables["bought"]
    months, statement = base.tables.get("customer_month"), base.table("statement")
    if months is None:
        sold = statement.filter(statement["line"] == str(Line.LIST_REVENUE), statement["amount"] > 0)
    else:
        sold = months.filter(months["sales"] > 0)
    each = sold.group_by("customer_id").aggregate(first=sold["month"].min(), last=sold["month"].max())
    return each.semi_join(base.table("customer"), "customer_id")


def _day(value: object) -> date:
    assert isinstance(value, date), "a month of the statement is a day"
    return value


def _a_year_from(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=1)


def _wilson(kept: int, number: int) -> tuple[float, float]:
    """The 90 % range of a share (Wilson 1927).

    >>> [round(end, 3) for end in _wilson(5, 10)]
    [0.269, 0.731]
    """
    z, share = _NINE_IN_TEN, kept / number
    middle = (share + z * z / (2 * number)) / (1 + z * z / number)
    off = z / (1 + z * z / number) * float(np.sqrt(share * (1 - share) / number + z * z / (4 * number * number)))
    return max(middle - off, 0.0), min(middle + off, 1.0)


def referred_more(base: Base) -> Measured:
    """How much more those are worth who were referred, beside others of their kind who began in the same year."""
    if "relationship" not in base.tables or "lifetime" not in base.tables:
        return _not("No source says who was referred (sources.NAME.relationships, kind referrer).")
    if not knows_dollars(base.project):
        return _not("No dollars are known.")
    rows = _worth_of_each(base)
    sums = rows.group_by("began", "kind", "is_referred").aggregate(
        n=rows["worth"].count(), mean=rows["worth"].mean(), variance=rows["worth"].var().fill_null(0.0)
    )
    return compared([dict(row) for row in base.fetch(sums)])


def _worth_of_each(base: Base) -> ibis.Table:
    """customer_id, began (the year), kind, is_referred and worth of each customer of whom something is expected."""
    if "worth_of_each" in base.tables:
        return base.tables["worth_of_each"]
    told = base.table("relationship")
    referred = told.filter(told["kind"] == "referrer").select(_to="to_customer").distinct()
    values, lives = base.table("customer_value"), base.table("lifetime")
    began = lives.group_by(_id="customer_id").aggregate(began=lives["first_day"].min().year())
    kinds = base.table("customer").select(_kind_of="customer_id", kind="kind")
    rows = values.left_join(referred, values["customer_id"] == referred["_to"])
    rows = rows.left_join(began, rows["customer_id"] == began["_id"])
    rows = rows.left_join(kinds, rows["customer_id"] == kinds["_kind_of"])
    worth = rows["brought"].cast("float64") + rows["value_expected"]
    return rows.select("customer_id", "began", "kind", is_referred=rows["_to"].notnull(), worth=worth)


def compared(rows: list[dict[str, Any]]) -> Measured:
    """The mean worth of the referred over that of others, each group of beginners by how many of it were referred.

    Args:
        rows: began, kind, is_referred, n, mean, variance.

    Returns:
        The ratio less 1, with its 90 % range on the scale of logarithms (delta method).
    """
    groups: dict[tuple[Any, Any], dict[bool, dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (str(row["began"]), str(row["kind"]))):
        groups.setdefault((row["began"], row["kind"]), {})[bool(row["is_referred"])] = row
    both = [group for group in groups.values() if len(group) == 2 and min(one["n"] for one in group.values()) > 1]  # noqa: PLR2004 - referred and not
    number = sum(int(group[True]["n"]) for group in both)
    if number < FEWEST:
        return _not(f"{number:,} referred customers stand beside others who began in the same year; it takes {FEWEST}.")
    weight = np.array([group[True]["n"] for group in both], dtype=np.float64) / number
    means, variances = [], []
    for side in (True, False):
        mean = np.array([group[side]["mean"] for group in both], dtype=np.float64)
        spread = np.array([group[side]["variance"] / group[side]["n"] for group in both], dtype=np.float64)
        means.append(float(weight @ mean))
        variances.append(float(weight**2 @ spread))
    if min(means) <= 0:
        return _not("The one or the other cost more than they bring on average, so that no share can be told: "
                    f"{means[0]:,.2f} a referred customer, {means[1]:,.2f} another.")  # fmt: skip
    ratio = means[0] / means[1]
    off = _NINE_IN_TEN * float(np.sqrt(sum(variance / mean**2 for mean, variance in zip(means, variances, strict=True))))
    return Measured(ratio - 1, ratio * float(np.exp(-off)) - 1, ratio * float(np.exp(off)) - 1,
                    f"{number:,} referred customers beside others of their kind who began in the same year, by what they brought and are expected to bring; "
                    "an association: who is referred may differ in other things.")  # fmt: skip


def five_points(base: Base) -> Measured:
    """What five points more of retention would add to what customers are expected to bring, by the firm's own hazards."""
    if "retention_worth" not in base.tables or not knows_dollars(base.project):
        return _not("No forecast of dollars tells what retention is worth.")
    table = base.table("retention_worth")
    rows = base.fetch(table.filter(table["points"] == _FIVE_POINTS))
    told = [row for row in rows if row["value_gain_share"] is not None]
    whole = sum(float(str(row["value_gain_expected"])) / float(str(row["value_gain_share"])) for row in told if row["value_gain_share"])
    if not told or whole <= 0:
        return _not("There is no forecast of a year or more, or nothing is expected that could grow.")
    gain = sum(float(str(row["value_gain_expected"])) for row in told)
    shares = [float(str(row["value_gain_share"])) for row in told]
    return Measured(gain / whole, min(shares), max(shares), "Of what is expected within the horizon, by each customer's own chance to stay; the ends are those of the "
                    "line of business that gains least and most. What keeping them costs is not in it.")  # fmt: skip


def service_by_value(base: Base) -> Measured:
    """Nothing says who was served otherwise for his value, and by lot."""
    _ = base
    return _not(
        "No source says who was served otherwise because of his value. It takes a trial: some served so by lot, others as before, with their costs."
    )


def triggered_offers(base: Base) -> Measured:
    """Nothing says which offers an event triggered."""
    _ = base
    return _not(
        "No source says which offers an event triggered, and which of them were answered. It takes both for triggered and for other offers."
    )
