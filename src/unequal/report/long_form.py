"""The whole report as one HTML file that asks nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from unequal import pages
from unequal.answers import Answer, price_steps
from unequal.report import any_question, counsel, forecasts, pictures, proof, statements
from unequal.report.audiences import SECTIONS, Audience, order_for
from unequal.report.headline import key_figures
from unequal.report.reading import Rows, moment_text, rows_of
from unequal.report.wording import sentence_case, what_the_level_says, word_of
from unequal.version import __version__

_STEPS = ("invoice_price", "pocket_price", "pocket_margin", "customer_contribution")
_TERMS = (
    "whale_curve", "peak", "given_back", "below_zero", "top_fifth", "band", "level", "revenue", "gross_margin",
    "contribution_before_service", "contribution", "unassigned", "entry", "higher_levels", "control_total", "reconciling", "residual", "unexplained", *_STEPS,
    "quarantined", "counted_once", "stobachoff", "gini",
)  # fmt: skip
_LEVELS = ("revenue", "gross_margin", "contribution_before_service", "contribution")


def full(answer: Answer, *further: Answer, left_out: str = "", audience: Audience = "executive") -> str:
    """The report: the answer above the fold, then what customers will bring, then everything it rests on.

    Args:
        answer: to the question profit. Tables it lacks are told as absent, never as zero.
        further: to other questions, of the same run and of the whole base; each gets a section.
        left_out: why there is no section about the future, where there could have been one.
        audience: for whom it is: what it tells, and what it tells first.

    Returns:
        HTML that needs no other file: styles, script and charts are inside, and its own policy
        forbids every request.
    """
    return render("report.html", answer, styles=styles("report.css"), left_out=left_out, **_values(answer, further, left_out, audience))


def render(template: str, answer: Answer, *, styles: str, **values: Any) -> str:
    """A template of this room with what every page of it carries; the policy allows exactly its own style and script."""
    scripts = pages.script()
    page = (
        pages.environment("unequal.report")
        .get_template(template)
        .render(
            answer=answer,
            word=word_of(answer.level),
            level_word=sentence_case(word_of(answer.level)),
            published=moment_text(answer.as_of),
            version=__version__,
            policy=pages.policy(styles=styles, scripts=scripts),
            styles=styles,
            scripts=scripts,
            figures=key_figures(answer),
            **values,
        )
    )
    return pages.in_words_of_the_house(page, answer.house)


@cache
def styles(name: str) -> str:
    """The shared stylesheet and one of this room's own."""
    own = resources.files("unequal.report").joinpath("templates", name).read_text(encoding="utf-8")
    return pages.stylesheet() + pages.squeezed(own)


def terms_of(answer: Answer) -> list[str]:
    """The words that a page at this evidence level uses; names of other levels stay away."""
    absent = {*(level for level in _LEVELS if level != str(answer.level)), *(() if "tie_out" in answer.tables else ("unexplained",))}
    told = " ".join(step["label"] for step in price_steps(rows_of(answer, "lines"), answer.level) if step["is_sum"]).lower()
    absent |= {step for step in _STEPS if step.replace("_", " ") not in told}
    return [key for key in _TERMS if key not in absent]


def _values(answer: Answer, further: Sequence[Answer], left_out: str, audience: Audience) -> dict[str, Any]:
    ahead = forecasts.sections(further)
    asked = {one.question: one for one in further if one.shown}
    sliced = statements.slices(answer) if answer.by and "slices" in answer.tables else None
    sources, outside = proof.sources(answer), statements.lines_outside(answer)
    customers, tied_out = proof.customers(answer), proof.tied_out(answer)
    absent = {"general-ledger": not tied_out.rows, "slices": sliced is None, "sources": not sources.rows, "customers": not customers.rows,
              "value": ahead["value"] is None and not left_out, "retention": ahead["retention"] is None}  # fmt: skip
    order = order_for(audience, list(asked), [name for name, is_absent in absent.items() if is_absent])
    questions = {name: _section(one) for name, one in asked.items() if name in order}
    return {
        "contents": [(id_, questions[id_]["answer"].title if id_ in questions else _label(id_, answer)) for id_ in order],
        "order": order,
        "questions": questions,
        "curve": pictures.whale_curve(answer),
        "curve_table": statements.curve(answer),
        "bands": statements.bands(answer),
        "stability": statements.stability(answer),
        "measures": statements.measures(answer),
        "level_says": what_the_level_says(answer.level, known={row["line"] for row in outside.rows}),
        "waterfall": pictures.waterfall(answer),
        "lines": statements.lines(answer),
        "outside": outside,
        "slices": sliced,
        "slice_picture": pictures.slices(answer) if sliced else None,
        "give_backs": statements.give_backs(answer),
        "unassigned": statements.unassigned(answer),
        "ledger": statements.whole_ledger(answer),
        "customers": customers,
        "matched": proof.matched(answer),
        "tied_out": tied_out,
        "unexplained": proof.unexplained(answer),
        "unexplained_cells": len(rows_of(answer, "unexplained")),
        "sources": sources,
        "quarantined": proof.quarantined(answer),
        "overlap": proof.overlap(answer),
        "assumed": counsel.assumptions(answer),
        "decisions": counsel.decisions(answer),
        "terms": [*terms_of(answer), *(forecasts.TERMS if any(ahead.values()) else ())],
        "ahead": ahead,
        **_reconciliation(proof.reconciled(answer)),
    }


def _section(answer: Answer) -> dict[str, Any]:
    told = any_question.section(answer)
    return told if answer.drawn else {**told, "pictures": [pictures.forecast(answer, pictures.subject_of(answer), width=any_question.WIDE)]}


def _label(id_: str, answer: Answer) -> str:
    label = SECTIONS[id_]
    return f"By {answer.by}" if id_ == "slices" else f"Sales to {word_of(answer.level)}" if id_ == "lines" else label


def _reconciliation(rows: Rows) -> dict[str, Any]:
    return {
        "reconciliation": proof.reconciliation_by_source(rows),
        "reconciliation_full": proof.reconciliation_in_full(rows),
        "by_year": len(rows) > proof.MOST_ROWS,
        "reconciled_rows": len(rows),
        "residual": proof.residual_of(rows),
    }
