"""Codes that are only a form's default: what looks like a broken leg on every second form, and what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import ibis

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.lacking import lacking, refuse_narrowing
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import Level
from unequal.terms.periods import Period

_TABLES: Final = ("code_field", "code_value", "code_peer", "code_information")
_TOLD: Final = 5


def defaults(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Which fields of codes have a value that somebody picks whatever the matter, and the dollars that stand under it.

    Args:
        base: a published run.
        where, by, period, level: not for this question: it is about forms, not about customers.

    Raises:
        AnswerError: ANS011, the question is narrowed or sliced; ANS016, no source has a field of codes.
    """
    refuse_narrowing(
        "this question is about the forms of the whole base",
        where,
        by,
        period,
        level,
        do="ask it without them; `unequal export entries --where ...` lists the entries of one source",
    )
    fields = base.table("code_field")
    rows: list[dict[str, Any]] = [
        dict(row) for row in base.fetch(fields.order_by(ibis.desc(fields["score"].fill_null(-1.0)), "source", "field"))
    ]
    if not rows:
        raise lacking("defaults", "no column of text with 4 to 1,000 different values on 300 rows or more, in any source",
                      do="map the extract in which people pick codes: tickets, ends of contracts, returns")  # fmt: skip
    found = [row for row in rows if row["verdict"] == "default"]
    tables = {name: base.arrow(_ordered(base.table(name))) for name in _TABLES}
    tables["who_has_it"] = base.arrow(_who_has_it(base))
    return Answer(
        question="defaults",
        title="Codes that are only a form's default",
        sentence=_sentence(base, rows, found),
        findings=tuple(_findings(base, rows, found)),
        period=whole_period(base),
        figures=_figures(base, rows, found),
        table=tables["code_field"],
        tables=tables,
        drill_down=f"unequal export entries --where \"source = '{found[0]['source']}'\"" if found else "unequal export entries",
        words=base.project.value.words,
        shown=_shown(bool(found)),
        drawn=_drawn(bool(found)),
        is_estimate=True,
        **rests_on(base),
    )


def _ordered(table: ibis.Table) -> ibis.Table:
    """The surest first; then by name, so that two runs list alike."""
    if "score" in table.columns:
        return table.order_by(ibis.desc(table["score"].fill_null(-1.0)), "source", "field")
    return table.order_by(*table.columns)


def _who_has_it(base: Base) -> ibis.Table:
    """Those who enter the codes that are called defaults, who has them most often first; months and states are in CODE_PEER alone."""
    peers, fields = base.table("code_peer"), base.table("code_field")
    called = fields.filter(fields["verdict"] == "default", fields["entered_by"].notnull())
    at = called.select("source", "field", "value", grouping="entered_by")
    return peers.semi_join(at, ["source", "field", "value", "grouping"]).order_by(ibis.desc("share"), "source", "field", "peer")


def _sentence(base: Base, rows: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> str:
    judged = [row for row in rows if row["verdict"] != "not_judged"]
    if not found:
        return f"Of {len(judged):,} fields of codes that could be judged, none has a value that is clearly only its form's default."
    named = "; ".join(f"{row['value']} in {_place(row)} ({share_text(round(row['share'], 4))} of its rows)" for row in found[:_TOLD])
    least, most = _misplaced(found)
    dollars = ""
    if most:
        dollars = f"; between {money_text(least, base.project.reporting_currency)} and {money_text(most, base.project.reporting_currency)} of cost stand under a code that says nothing"
    many = "1 field of codes has" if len(found) == 1 else f"{len(found):,} fields of codes have"
    return f"{many} a value that is picked whatever the matter: {named}{dollars}."


def _place(row: dict[str, Any]) -> str:
    return f"{row['source']}.{row['field']}"


def _misplaced(found: Sequence[dict[str, Any]]) -> tuple[Decimal, Decimal]:
    """Dollars under a default: what is beyond the usual at least, all of it at most."""
    least = sum((row["cost_misplaced"] or Decimal(0) for row in found), Decimal(0))
    return least, (sum((row["cost"] or Decimal(0) for row in found), Decimal(0))).quantize(Decimal("0.01"))


def _findings(base: Base, rows: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> list[str]:
    told = [one for row in found[:_TOLD] for one in _of_field(base, row)]
    doubtful = [row for row in rows if row["verdict"] == "doubtful"]
    if doubtful:
        told.append(
            "Doubtful, and worth a look at the form: " + "; ".join(f"{row['value']} in {_place(row)}" for row in doubtful[:_TOLD]) + "."
        )
    open_ones = [row for row in rows if row["verdict"] == "not_judged"]
    if open_ones:
        told.append(f"{len(open_ones):,} more {'field' if len(open_ones) == 1 else 'fields'} could not be judged: " + _why(open_ones) + ".")
    told.append(
        "A default is told from the data alone: more frequent with some who enter it than others' mix explains, and its rows like any others. "
        "That is an association; the form and those who fill it in can tell for sure."
    )
    return told


def _why(rows: Sequence[dict[str, Any]]) -> str:
    reasons = {str(row["why_not"]) for row in rows}
    return "; ".join(f"{', '.join(_place(row) for row in rows if row['why_not'] == why)} (lacks {why})" if not why.startswith("fewer")
                     else f"{', '.join(_place(row) for row in rows if row['why_not'] == why)} ({why})" for why in sorted(reasons))  # fmt: skip


def _of_field(base: Base, row: dict[str, Any]) -> list[str]:
    """What speaks against one field, and what it does to the figures."""
    grounds = [f"{share_text(round(row['share'], 4))} of {row['rows']:,} rows, the next code {share_text(round(row['beside_share'], 4))}"]
    if row["peer_ratio_low"] is not None and row["peer_ratio_low"] > 1:
        prone = _prone(base, row)
        grounds.append(f"its share differs {row['peer_ratio']:,.1f} times as much between those in {row['entered_by']} as other codes do"
                       + (f" ({prone:,} of {row['peers']:,} have it at least twice as often as is usual)" if prone else ""))  # fmt: skip
    if row["telling"] is not None and row["telling"] < 1:
        grounds.append(f"its rows differ from others {share_text(round(row['telling'], 4))} as much as those of another code do")
    if row["is_nameless"]:
        grounds.append("its word names nothing")
    if row["is_first"]:
        grounds.append("it stands first in the form's list")
    if row["changed_share"] is not None and row["changed_others_share"] is not None and row["changed_share"] > row["changed_others_share"]:
        grounds.append(f"{share_text(round(row['changed_share'], 4))} of the cases that began with it ended otherwise, "
                       f"of other codes {share_text(round(row['changed_others_share'], 4))}")  # fmt: skip
    return [f"{row['value']} in {_place(row)}: {'; '.join(grounds)}. Score {row['score']:.2f}.", *_of_dollars(base, row)]


def _prone(base: Base, row: dict[str, Any]) -> int:
    peers = base.table("code_peer")
    chosen = peers.filter(
        peers["source"] == row["source"], peers["field"] == row["field"], peers["grouping"] == row["entered_by"], peers["is_prone"]
    )
    return int(str(base.fetch(chosen.aggregate(peers=chosen.count()))[0]["peers"]))


def _of_dollars(base: Base, row: dict[str, Any]) -> list[str]:
    if not row["cost"]:
        return []
    currency, told = base.project.reporting_currency, []
    whole = money_text(row["cost"], currency)
    least = "" if row["cost_misplaced"] is None else f"; {money_text(row['cost_misplaced'], currency)} of it is beyond what is usual"
    told.append(f"Costs of {whole} stand under {row['value']}{least}.")
    if row["failure_share"]:
        share = Decimal(repr(round(row["failure_share"], 6)))
        ends = [
            money_text((cost * share).quantize(Decimal("0.01")), currency) for cost in (row["cost_misplaced"] or Decimal(0), row["cost"])
        ]
        told.append(
            f"Were these rows like the others, between {ends[0]} and {ends[1]} of that would be costs of the company's own failures, which are now "
            f"charged to customers."
        )
    return told


def _figures(base: Base, rows: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> tuple[Figure, ...]:
    currency = base.project.reporting_currency
    least, most = _misplaced(found)
    judged = sum(row["verdict"] != "not_judged" for row in rows)
    wrong = [sum(row[f"excess_rows_{end}"] or 0 for row in found) for end in ("low", "high")]
    return (
        Figure("code_fields", "Fields of codes looked at", len(rows), "fields"),
        Figure("code_fields_judged", "Of these, judged", judged, "fields"),
        Figure("default_fields", "Fields with a default taken for a reason", len(found), "fields"),
        Figure("default_rows", "Rows with such a code", wrong[1], "rows", low=wrong[0], high=wrong[1], note="at least beyond the usual, at most all"),
        Figure("default_cost", "Costs under such a code", most or None, currency, low=least if most else None, high=most or None,
               why_missing="" if most else "The ledger books no cost from these rows.", note="at least beyond the usual, at most all"),
    )  # fmt: skip


def _shown(any_found: bool) -> tuple[Shown, ...]:
    fields = Shown("code_field", "Fields of codes, the most doubtful first", (
        Column("field", "Field", "name"), Column("source", "Source", "name"), Column("value", "Doubted code", "name", why_missing="not judged"),
        Column("share", "Of rows", "share"), Column("beside_share", "Next code", "share"),
        Column("peer_ratio", "Against peers", "number", "against_peers", "nobody known who entered it"),
        Column("telling", "Tells", "share", "telling", "no code tells anything"), Column("score", "Score", "share", "default_score", "not judged"),
        Column("verdict", "Verdict"), Column("cost", "Costs under it", "cost", why_missing="none booked"),
    ))  # fmt: skip
    peers = Shown("who_has_it", "Who has the doubted code most often", (
        Column("peer", "Who", "name"), Column("grouping", "In", "name"), Column("field", "Field", "name"), Column("rows", "Rows", "count"),
        Column("share", "With the code", "share"), Column("usual_share", "Usual", "share"), Column("is_prone", "Twice the usual"),
    ), note="It tells where to look at the form and its pressure of time first, before anybody is blamed.")  # fmt: skip
    return (fields, peers) if any_found else (fields,)


def _drawn(any_found: bool) -> tuple[Drawn, ...]:
    if not any_found:
        return ()
    return (Drawn("bars", "who_has_it", "How often each picks the doubted code", "peer", "share", "share", neutral=True),)
