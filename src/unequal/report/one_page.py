"""One page for a board: the curve, three bands, the largest give-backs, what is assumed, what to decide."""

from __future__ import annotations

from dataclasses import replace

from unequal.answers import Answer
from unequal.report import counsel, pictures, statements
from unequal.report.long_form import render, styles, terms_of

SHOWN = 5
MOST_ASSUMPTIONS = 4


def board(answer: Answer) -> str:
    """One page that prints on one sheet, A4 or Letter, upright or across.

    Args:
        answer: to the question profit.

    Returns:
        HTML that needs no other file.
    """
    give_backs, bands = statements.give_backs(answer), statements.bands(answer)
    columns = [column for column in give_backs.columns if column.name not in ("sales", "cause_excess")]
    return render(
        "board.html",
        answer,
        styles=styles("board.css"),
        curve=pictures.whale_curve(answer, width=716, height=280, middle=(548, 300)),
        bands=replace(bands, columns=[column for column in bands.columns if column.name != "sales"]),
        give_backs=replace(give_backs, columns=columns, rows=give_backs.rows[:SHOWN], note=""),
        assumed=counsel.assumptions(answer)[:MOST_ASSUMPTIONS],
        decisions=counsel.decisions(answer),
        terms=terms_of(answer),
    )
