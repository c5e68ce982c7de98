"""The whole report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from unequal import pages
from unequal.answers import Answer
from unequal.report import any_question, counsel, forecasts, pictures, proof, statements
from unequal.report.audiences import BRIEF, LABELS, SECTIONS, Audience, order_for
from unequal.report.headline import key_figures
from unequal.report.reading import Rows, moment_text, rows_of
from unequal.report.wording import sentence_case, what_the_level_says, word_of
from unequal.version import __version__


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
    return pages.in_words_of_the_house(_without_unused_words(page), answer.house)


def _without_unused_words(page: str) -> str:
    """A page with the definitions alone that something on it leads to."""
    used = set(_LEADS.findall(page))
    return _DEFINED.sub(lambda found: found[0] if found["key"] in used else "", page)


_LEADS = re.compile(r'href="#term-([a-z_]+)"')
_DEFINED = re.compile(r'(?:<div>)?<dt>[^<]*</dt><dd id="term-(?P<key>[a-z_]+)">[^<]*</dd>(?:</div>\n)?')


@cache
def styles(name: str) -> str:
    """The shared stylesheet and one of this room's own."""
    own = resources.files("unequal.report").joinpath("templates", name).read_text(encoding="utf-8")
    return pages.stylesheet() + pages.squeezed(own)


def terms_of(answer: Answer) -> list[str]:
    """Every word that a page may use, by the alphabet; those that nothing on it leads to are taken out of it again."""
    word = word_of(answer.level)
    return sorted(pages.definition_keys(), key=lambda key: pages.define(key, word=word).word.lower())


def _values(answer: Answer, further: Sequence[Answer], left_out: str, audience: Audience) -> dict[str, Any]:
    ahead = forecasts.sections(further)
    asked = {one.question: one for one in further if one.shown}
    sliced = statements.slices(answer) if answer.by and "slices" in answer.tables else None
    sources, outside = proof.sources(answer), statements.lines_outside(answer)
    customers, tied_out = proof.customers(answer), proof.tied_out(answer)
    absent = {"general-ledger": not tied_out.rows, "slices": sliced is None, "sources": not sources.rows, "customers": not customers.rows,
              "value": ahead["value"] is None and not left_out, "retention": ahead["retention"] is None}  # fmt: skip
    order = order_for(audience, list(asked), [name for name, is_absent in absent.items() if is_absent])
    questions = {name: _section(one, audience) for name, one in asked.items() if name in order}
    quarantined, overlap = proof.quarantined(answer), proof.overlap(answer)
    return {
        "contents": [(id_, LABELS.get(id_, questions[id_]["answer"].title) if id_ in questions else _label(id_, answer)) for id_ in order],
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
        "quarantined": quarantined,
        "overlap": overlap,
        "left_out_says": proof.left_out_says(quarantined, overlap),
        "brief": audience == "executive",
        "assumed": counsel.assumptions(answer),
        "decisions": counsel.decisions(answer),
        "terms": terms_of(answer),
        "ahead": ahead,
        **_reconciliation(proof.reconciled(answer)),
    }


def _section(answer: Answer, audience: Audience) -> dict[str, Any]:
    is_executive = audience == "executive"
    told = any_question.section(answer, is_brief=is_executive and answer.question in BRIEF, is_in_full=not is_executive)
    if answer.drawn or told["is_brief"] or answer.question not in _DRAWN_HERE:
        return told
    return {**told, "pictures": [pictures.forecast(answer, pictures.subject_of(answer), width=any_question.WIDE)]}


_DRAWN_HERE = frozenset({"cost-to-serve"})
"""Questions whose chart is drawn in this room."""


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
