"""The short of an answer, for a notebook: its sentence, its key figures and its chart."""

from __future__ import annotations

from unequal import charts, pages
from unequal.answers import Answer
from unequal.report import any_question, forecasts
from unequal.report.headline import KeyFigure, key_figures
from unequal.report.pictures import chart_of, subject_of, title_of
from unequal.report.wording import sentence_case, word_of


def fragment(answer: Answer) -> str:
    """An answer as a piece of HTML that brings its own colours and no script, to stand inside another page.

    Args:
        answer: to any question.
    """
    title = answer.drawn[0].title if answer.drawn else title_of(answer, subject_of(answer))
    piece = (
        pages.environment("unequal.report")
        .get_template("fragment.html")
        .render(
            answer=answer,
            level_word=sentence_case(word_of(answer.level)),
            figures=_figures(answer),
            title=title,
            picture=charts.svg(chart_of(answer), "light"),
            colours={name: token.light for name, token in charts.TOKENS.items()},
            font=charts.FONT,
        )
    )
    return pages.in_words_of_the_house(piece, answer.house)


def _figures(answer: Answer) -> list[KeyFigure]:
    if answer.shown:
        return any_question.key_figures(answer)
    return key_figures(answer) if answer.question == "profit" else forecasts.key_figures(answer)
