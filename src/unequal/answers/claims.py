"""What the literature claims of customer bases, beside what is measured on this one, or why it cannot be measured here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from unequal.answers import measured_claims as measured
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.drilling import command
from unequal.answers.evidence import whole_period
from unequal.answers.lacking import refuse_narrowing
from unequal.answers.measured_claims import Measured
from unequal.answers.occasions import assumptions
from unequal.answers.parting import asked, parted, slices, withheld
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import share_text
from unequal.terms.lines import Level
from unequal.terms.periods import Period


@dataclass(frozen=True)
class Claim:
    """One published figure.

    Args:
        name: its word.
        told: what it says.
        source: who says it.
        low, high: between which shares it lies; None where it has no such end, or is measured by nothing here.
        measure: what measures it on a base.
    """

    name: str
    told: str
    source: str
    low: float | None
    high: float | None
    measure: Callable[[Base], Measured]


CLAIMS: Final = (
    Claim("top_fifth", "The best 15 to 20 % of customers bring 100 % or more of profit", "Kaplan", 1.0, None, measured.top_fifth),
    Claim("bank_fifth", "In a bank the best 15 to 20 % bring 130 to 200 % of the bottom line", "First Manhattan Consulting Group 1997",
          1.3, 2.0, measured.top_fifth_of_a_bank),
    Claim("lost_in_five_years", "Half of the customers are lost every five years", "Reichheld 1996", 0.5, 0.5, measured.lost_in_five_years),
    Claim("referred_more", "In a bank a referred customer is worth at least 16 % more", "Schmitt, Skiera & Van den Bulte 2011", 0.16, None, measured.referred_more),
    Claim("five_points", "Five points more of retention bring up to 100 % more profit", "Reichheld & Sasser 1990", 0.0, 1.0, measured.five_points),
    Claim("service_by_value", "Service that differs by customer brings 2 % more revenue and costs 8 % less", "Accenture", None, None,
          measured.service_by_value),
    Claim("triggered_offers", "Offers that an event triggers are answered 25 times as often", "as retold in the trade; no study is named", None, None,
          measured.triggered_offers),
)  # fmt: skip
"""The published figures, in the order in which they are told."""
_COLUMNS: Final = {
    "claim": pa.string(), "told": pa.string(), "source": pa.string(), "claimed": pa.string(), "measured": pa.float64(), "low": pa.float64(),
    "high": pa.float64(), "verdict": pa.string(), "note": pa.string(),
}  # fmt: skip


_SLICED: Final = {"segment": pa.string(), "customers": pa.int64(), **_COLUMNS}
_OF_A_SLICE: Final = (measured.top_fifth, measured.lost_in_five_years, measured.referred_more)
"""What can be measured of a part of the base; the others need what a run measures over the whole."""


def claims(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Every published figure beside the firm's own.

    Args:
        base: a published run.
        where: a predicate over customers: the claims are held against these alone, as if they were the whole base.
        by: a dimension of customers: beside the whole each slice is measured.
        period, level: not for this question.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_narrowing(
        "the claims are of all that is known, at the level of the base", period, level, do="ask it without --from, --to and --level"
    )
    customers = asked(base, where, by) if where is not None or by is not None else None
    whole = measured.prepared(base)
    base = whole if where is None or customers is None else parted(whole, customers)
    rows = [_row(claim, claim.measure(base)) for claim in CLAIMS]
    cut, thin = ([], 0) if by is None or customers is None else slices(whole, customers, by, fewest=measured.FEWEST)
    sliced = pa.Table.from_pylist([{"segment": name, "customers": number, **_row(one, one.measure(part))} for name, number, part in cut for one in CLAIMS
                                   if one.measure in _OF_A_SLICE], pa.schema(list(_SLICED.items())))  # fmt: skip
    table = pa.Table.from_pylist(rows, pa.schema(list(_COLUMNS.items())))
    return Answer(
        question="claims",
        title="What is said of customer bases, and what is so here",
        sentence=_sentence(base, rows),
        findings=(*(_told(row) for row in rows), *withheld(thin, measured.FEWEST), *assumptions(base.project)),
        period=whole_period(base),
        figures=tuple(
            Figure(row["claim"], row["told"], row["measured"], "share", row["low"], row["high"], why_missing="" if row["measured"] is not None else row["note"],
                   note=row["verdict"])
            for row in rows
        ),
        table=table,
        tables={"claims": table} if by is None else {"claims": table, "slices": sliced},
        where=where,
        by=by,
        drill_down=command(where),
        shown=(
            *_shown_slices(by),
            Shown("claims", "Published figures beside this firm's own", (
                Column("told", "What is claimed"), Column("source", "By"), Column("claimed", "Claimed"),
                Column("measured", "Measured here", "share", why_missing="cannot be measured here"), Column("low", "From", "share", "range"),
                Column("high", "To", "share", "range"), Column("verdict", "So here", "text", "claim"), Column("note", "How measured, or why not"),
            )),
        ),
        drawn=(Drawn("bars", "claims", "Measured here, where it can be", "claim", "measured", "share", neutral=True),),
        is_estimate=True,
        **rests_on(base),
    )  # fmt: skip


def _shown_slices(by: str | None) -> tuple[Shown, ...]:
    if by is None:
        return ()
    return (
        Shown("slices", f"The claims by {by.replace('_', ' ')}", (
            Column("segment", by.replace("_", " ").capitalize(), "name"), Column("customers", "Customers", "count"), Column("told", "What is claimed"),
            Column("measured", "Measured here", "share", why_missing="cannot be measured here"), Column("low", "From", "share", "range"),
            Column("high", "To", "share", "range"), Column("verdict", "So here", "text", "claim"),
        ), note=f"Slices of fewer than {measured.FEWEST} customers are withheld."),
    )  # fmt: skip


def _row(claim: Claim, found: Measured) -> dict[str, Any]:
    return {
        "claim": claim.name, "told": claim.told, "source": claim.source, "claimed": _claimed(claim), "measured": found.value, "low": found.low,
        "high": found.high, "verdict": verdict(claim, found), "note": found.note,
    }  # fmt: skip


def _claimed(claim: Claim) -> str:
    if claim.low is None or claim.low == claim.high:
        return "as told" if claim.low is None else share_text(claim.low)
    if claim.high is None:
        return f"{share_text(claim.low)} or more"
    return f"{share_text(claim.low)} to {share_text(claim.high)}"


def verdict(claim: Claim, found: Measured) -> str:
    """Whether what is measured agrees with what is claimed: its range, or where it has none itself, held against the claim's."""
    if found.value is None:
        return "cannot be measured here"
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    if claim.low is not None and high < claim.low:
        return "less"
    if claim.high is not None and low > claim.high:
        return "more"
    if found.low is not None and low <= 0 <= high:
        return "cannot be told from nothing"
    return "agrees"


def _told(row: dict[str, Any]) -> str:
    if row["measured"] is None:
        return f"{row['told']} ({row['source']}): cannot be measured here. {row['note']}"
    ends = "" if row["low"] is None else f" (between {share_text(round(row['low'], 4))} and {share_text(round(row['high'], 4))})"
    return f"{row['told']} ({row['source']}): here {share_text(round(row['measured'], 4))}{ends}: {row['verdict']}. {row['note']}"


def _sentence(base: Base, rows: list[dict[str, Any]]) -> str:
    known = [row for row in rows if row["measured"] is not None]
    agree = sum(1 for row in known if row["verdict"] == "agrees")
    return f"Of {len(rows)} published claims {len(known)} can be held against this firm's own figures, and {agree} of them agree. {measured.top_fifth_dollars(base)}"
