"""An answer's charts: as Altair objects, and as SVG in the sizes a page needs."""

from __future__ import annotations

from typing import Literal, cast

import altair as alt

from unequal import charts
from unequal.answers import Answer, price_steps
from unequal.report import any_question, forecast_pictures
from unequal.report.drawings import Picture
from unequal.report.reading import money_of, rows_of, share_of, slice_rows
from unequal.report.wording import in_words, sentence_case, word_of
from unequal.terms.lines import Level

NARROW = 332
MOST_SLICES, MOST_MONTHS = 16, 48

Subject = Literal["curve", "lines", "slices", "activities", "spread", "segments", "retention", "definitions"]


def chart_of(answer: Answer, subject: Subject | None = None, *, width: int = 716, height: int = 300) -> alt.LayerChart:
    """An answer's chart in Altair: the very one that its report shows.

    Args:
        answer: to any question.
        subject: of profit the whale curve, the waterfall of lines or the bars of slices; of cost-to-serve its activities; of value the
            spread of expected values or segments with their ranges; of retention what a point is worth; of customers their definitions.
            By default what answers the question as it was asked.
        width: in pixels.
        height: in pixels; bars take what they need.
    """
    if subject is None and answer.drawn:
        return any_question.chart(answer, answer.drawn[0], width, height)
    chosen = subject or subject_of(answer)
    if chosen in forecast_pictures.DRAWN:
        return forecast_pictures.DRAWN[chosen](answer, width, height)
    if chosen == "slices":
        most = MOST_MONTHS if answer.by == "month" else MOST_SLICES
        return charts.bars(slice_rows(answer), currency=answer.currency, word=word_of(answer.level), most=most, width=width)
    if chosen == "activities":
        served = [{"value": in_words(row["activity"]), "amount": row["cost"]} for row in rows_of(answer, "activities")]
        idle = {"value": "Idle capacity", "amount": money_of(answer, "idle")}
        return charts.bars([*served, idle], currency=answer.currency, word="cost to serve", width=width, neutral=True)
    if chosen == "lines":
        *steps, figure = price_steps(rows_of(answer, "lines"), answer.level)
        named = [{**step, "label": answer.house.say(step["label"])} for step in steps]
        return charts.waterfall(named, currency=answer.currency, total_label=answer.house.say(figure["name"]), width=width, height=height)
    return charts.whale_curve(
        rows_of(answer, "curve"),
        currency=answer.currency,
        word=word_of(answer.level),
        peak_position=share_of(answer, "peak_position"),
        top_fifth=money_of(answer, "top_fifth"),
        top_fifth_share=share_of(answer, "top_fifth_share"),
        house=answer.house,
        width=width,
        height=height,
    )


def subject_of(answer: Answer) -> Subject:
    """Which chart answers the question as it was asked."""
    if answer.question == "cost-to-serve":
        return "activities"
    if answer.question != "profit":
        return cast("Subject", forecast_pictures.subject(answer))
    return "slices" if answer.by and "slices" in answer.tables else "curve"


def title_of(answer: Answer, subject: Subject) -> str:
    """What stands over a chart."""
    if subject in forecast_pictures.TITLES:
        return forecast_pictures.TITLES[subject]
    word = word_of(answer.level)
    if subject == "activities":
        return "What each activity costs"
    if subject == "curve":
        least = "most to least" if answer.level is Level.REVENUE else "most to least profitable"
        return f"Cumulative {word}, customers ranked from {least}"
    return "What each line adds and takes" if subject == "lines" else f"{sentence_case(word)} by {(answer.by or 'slice').replace('_', ' ')}"


def whale_curve(answer: Answer, *, width: int = 1134, height: int = 330, middle: tuple[int, int] | None = None) -> Picture:
    """Cumulative money over customers, its findings written on it; `middle` is a size between the two."""
    between = _drawn(answer, "curve", *middle) if middle else ""
    return Picture(title_of(answer, "curve"), _drawn(answer, "curve", width, height), _drawn(answer, "curve", NARROW), between)


def waterfall(answer: Answer) -> Picture:
    """From sales to the figure, by the lines that are part of it, with what is left after each step."""
    return Picture(title_of(answer, "lines"), _drawn(answer, "lines", 710, 310), _drawn(answer, "lines", NARROW, 310))


def slices(answer: Answer) -> Picture:
    """What each value of the dimension brings."""
    return Picture(title_of(answer, "slices"), _drawn(answer, "slices", 542), _drawn(answer, "slices", NARROW))


def forecast(answer: Answer, subject: Subject, *, width: int = 542, height: int = 300) -> Picture:
    """A chart of an answer about the future, for a page."""
    return Picture(title_of(answer, subject), _drawn(answer, subject, width, height), _drawn(answer, subject, NARROW, height))


def trackings(answer: Answer) -> list[Picture]:
    """How the latest test of each line of business went on, a small chart each that serves all widths."""
    what = answer.house.say("orders")
    return [Picture(name, charts.svg(forecast_pictures.tracking(rows, what))) for name, rows in forecast_pictures.tracked(answer).items()]


def _drawn(answer: Answer, subject: Subject, width: int, height: int = 300) -> str:
    return charts.svg(chart_of(answer, subject, width=width, height=height))
