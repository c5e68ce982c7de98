"""The key figures above the fold: one ruled strip of dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from unequal.answers import Answer, Figure
from unequal.report.reading import count_of, figure_of, is_positive, money_of, rows_of, share_of, total_of, unassigned_of
from unequal.report.wording import sentence_case, word_of
from unequal.terms.amounts import count_text, money_text, share_text
from unequal.terms.ids import IDLE
from unequal.terms.lines import Level

FEWEST_FOR_PERCENT = 10
"""A share of fewer customers than this is told as a number of them, as on the curve."""


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the strip: its text is None where the number is missing, and the note says why."""

    label: str
    text: str | None
    note: str
    token: str = ""
    term: str = ""


def key_figures(answer: Answer) -> list[KeyFigure]:
    """Total, peak, money given back, the top fifth, and dollars without a customer where there are any."""
    if count_of(answer, "customers") == 0:
        return [KeyFigure(sentence_case(word_of(answer.level)), None, "no customer in this selection", "", str(answer.level))]
    figures = [_total(answer), _peak(answer), _given_back(answer), _top_fifth(answer), _unassigned(answer)]
    return [figure for figure in figures if figure is not None]


def _total(answer: Answer) -> KeyFigure:
    customers = count_of(answer, "customers")
    total = money_of(answer, "total")
    who = "" if customers is None else "one customer" if customers == 1 else f"{count_text(customers)} customers"
    label = sentence_case(word_of(answer.level))
    token = "loss" if total is not None and total < 0 else ""
    return _of(answer, figure_of(answer, "total"), label, f"from {who}" if who else "", token, str(answer.level)) or KeyFigure(
        label, None, "the answer holds no total", "", str(answer.level)
    )


def _peak(answer: Answer) -> KeyFigure | None:
    return _of(answer, figure_of(answer, "peak"), "Peak of the curve", _where_the_peak_is(answer), "", "peak")


def _where_the_peak_is(answer: Answer) -> str:
    position, customers = share_of(answer, "peak_position"), count_of(answer, "customers")
    if money_of(answer, "given_back") == 0:
        return "where the curve ends"
    if position is None or not customers:
        return ""
    if not is_positive(answer) or customers < FEWEST_FOR_PERCENT:
        return f"after customer {count_text(round(float(position) * customers))} of {count_text(customers)}"
    share, by = share_of(answer, "peak_share"), f"by {share_text(position)} of customers"
    return by if share is None else f"{share_text(share)}, {by}"


def _given_back(answer: Answer) -> KeyFigure | None:
    given_back, losing = money_of(answer, "given_back"), count_of(answer, "losing_customers")
    if given_back == 0:
        return KeyFigure("Given back", money_text(0, answer.currency), "no customer below zero", "", "given_back")
    note = "" if losing is None else f"{count_text(losing)} customer{'s' * (losing != 1)} below zero"
    share = share_of(answer, "losing_share")
    if note and share is not None and is_positive(answer):
        note += f", {share_text(share)}"
    figure = figure_of(answer, "given_back")
    if figure is None or given_back is None:
        return _of(answer, figure, "Given back", note, "loss", "given_back")
    return KeyFigure("Given back", money_text(-given_back, answer.currency), note, "loss", "given_back")


def _top_fifth(answer: Answer) -> KeyFigure | None:
    share, customers = share_of(answer, "top_fifth_share"), count_of(answer, "customers")
    fifth = None if customers is None else customers // 5
    if fifth == 0:
        return None
    bring = "bring" if answer.level is Level.REVENUE else "earn"
    if share is not None and is_positive(answer):
        return _of(
            answer, figure_of(answer, "top_fifth"), f"Top 20% {bring}", f"{share_text(share)} of {word_of(answer.level)}", "", "top_fifth"
        )
    label = f"Top {count_text(fifth)} customers {bring}" if fifth else f"Best customers {bring}"
    return _of(answer, figure_of(answer, "top_fifth"), label, "the first fifth of the customers", "", "top_fifth")


def _unassigned(answer: Answer) -> KeyFigure | None:
    amount = unassigned_of(answer)
    if not amount:
        return None
    idle = total_of([row for row in rows_of(answer, "unassigned") if row["reason"] == IDLE], "amount")
    note = f"of it {money_text(idle, answer.currency)} capacity that stood idle" if idle else "no customer found for it"
    return KeyFigure("Not assigned", money_text(amount, answer.currency), note, "", "unassigned")


def _of(answer: Answer, figure: Figure | None, label: str, note: str, token: str = "", term: str = "") -> KeyFigure | None:
    """A figure of money with its range; missing ones carry their reason instead."""
    if figure is None:
        return None
    amount = money_of(answer, figure.name)
    if amount is None:
        return KeyFigure(label, None, figure.why_missing or "not known", "", term)
    if figure.low is not None and figure.high is not None:
        low, high = (money_text(Decimal(str(end)), answer.currency) for end in (figure.low, figure.high))
        note = f"range {low} to {high}" + (f"; {note}" if note else "")
    return KeyFigure(label, money_text(amount, answer.currency), note, token or ("loss" if amount < 0 else ""), term)
