"""What the report assumes, and what to decide next: written from the answer's own figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from unequal.answers import Answer
from unequal.report.reading import Rows, count_of, money_of, rows_of, total_of, unassigned_of
from unequal.report.wording import CAUSES, lines_not_counted, sentence_case, word_of
from unequal.terms.amounts import count_text, money_text
from unequal.terms.lines import Level, Line

MOST: Final = 4
_NOT_DECIDED_BY: Final = frozenset({"month", "line", "currency", "source"})
"""Dimensions that nobody can decide to do without."""


def assumptions(answer: Answer) -> list[str]:
    """What must be taken as given for the figures to mean what they say, the weightiest first."""
    told = [str(row["assumption"]) for row in rows_of(answer, "assumptions")]
    outside = [row for row in rows_of(answer, "lines") if not row["in_level"]]
    missing = lines_not_counted(answer.level, known={row["line"] for row in outside})
    if missing:
        listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
        they_are = "it is" if len(missing) == 1 else "they are"
        told.append(f"Nothing is taken off for {listed}: {they_are} not known, and not guessed.")
    unassigned = unassigned_of(answer)
    if unassigned:
        told.append(
            f"{money_text(unassigned, answer.currency)} without a customer is left out of the ranking; found customers could move it."
        )
    if outside:
        held = money_text(total_of(outside, "amount"), answer.currency)
        told.append(f"{held} on lines that are not part of {word_of(answer.level)} is shown apart and moves no customer's place.")
    told.append("Records are one customer where an identifier says so; two records without one in common count as two customers.")
    told.append(f"{answer.currency} as booked in the period: no forecast, no tax, nothing discounted.")
    return told


def decisions(answer: Answer) -> list[str]:
    """What to decide next, with the dollars at stake: causes of the largest give-backs first, then what lies behind them."""
    rest = [*_all_below_zero(answer), *_worst_slice(answer), *_missing_customers(answer)]
    if answer.next_file:
        rest.append(f"Connect the file that would teach most: {answer.next_file}.")
    told = [*_by_cause(answer, most=max(1, MOST - len(rest))), *rest]
    if count_of(answer, "customers") and not told:
        told.append("No customer is below zero: decide which of the best to keep closest, and who answers for them.")
    return told[:MOST]


def _by_cause(answer: Answer, *, most: int) -> list[str]:
    groups: dict[str, Rows] = {}
    for row in rows_of(answer, "give_backs"):
        groups.setdefault(str(row["cause"] or ""), []).append(row)
    heaviest_first = sorted(groups.items(), key=lambda group: total_of(group[1], "amount"))
    return [_decision(cause, rows, answer) for cause, rows in heaviest_first[:most]]


def _all_below_zero(answer: Answer) -> list[str]:
    """How small a part of what is given back the largest give-backs are."""
    losing, given_back, shown = count_of(answer, "losing_customers"), money_of(answer, "given_back"), rows_of(answer, "give_backs")
    if not losing or not given_back or losing <= len(shown):
        return []
    largest = money_text(-total_of(shown, "amount"), answer.currency)
    whole = money_text(given_back, answer.currency)
    told = f"The largest give-backs are {largest} of the {whole} that {count_text(losing)} customers give back: "
    return [f"{told}decide on terms for all of them, not only for the largest."]


def _worst_slice(answer: Answer) -> list[str]:
    worst = min(rows_of(answer, "slices"), key=lambda row: Decimal(row["amount"]), default=None)
    if worst is None or worst["amount"] >= 0 or answer.by in _NOT_DECIDED_BY:
        return []
    name = "not given" if worst["value"] in (None, "") else f"\N{FIRST STRONG ISOLATE}{worst['value']}\N{POP DIRECTIONAL ISOLATE}"
    by = (answer.by or "slice").replace("_", " ")
    return [
        f"{sentence_case(by)} {name} comes to {money_text(worst['amount'], answer.currency)}: decide whether it can be made to pay, and by when."
    ]


def _decision(cause: str, rows: Rows, answer: Answer) -> str:
    who = "one customer gives" if len(rows) == 1 else f"{count_text(len(rows))} customers give"
    back = money_text(-total_of(rows, "amount"), answer.currency)
    known = cause in Line.__members__.values()
    name, what = CAUSES[Line(cause)] if known else ("", "look at what they buy and on which terms")
    because = f" because of {name[0].lower()}{name[1:]}" if name else ""
    excess = -total_of(rows, "cause_excess")
    beyond = f" ({money_text(excess, answer.currency)} beyond the usual)" if known and excess > 0 else ""
    return f"{who[0].upper()}{who[1:]} back {back}{because}{beyond}: {what}."


def _missing_customers(answer: Answer) -> list[str]:
    """Dollars without a customer, where they are a twentieth of the total or more."""
    unassigned, total = unassigned_of(answer), money_of(answer, "total")
    if not unassigned or not total or abs(unassigned) * 20 < abs(total):
        return []
    what = "brings" if answer.level is Level.REVENUE else "stands"
    where = "and nobody knows who brings it" if what == "brings" else "and in nobody's figure"
    return [f"{money_text(unassigned, answer.currency)} has no customer, {where}: have the source name the customer on each row."]
