"""Asking: every interface comes through here, so that the same question has the same answer everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from unequal.answers.answer import Answer
from unequal.answers.base import Base
from unequal.answers.customers import customers
from unequal.answers.profit import profit
from unequal.answers.retention import retention
from unequal.answers.value import value
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period


class Question(Protocol):
    """What every question takes."""

    def __call__(
        self, base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
    ) -> Answer:
        """Answer it."""


QUESTIONS: Final[Mapping[str, Question]] = {"profit": profit, "customers": customers, "value": value, "retention": retention}
"""Every question that can be asked, by its word."""
_NOTHING_TO_TELL: Final = "ANS012"


def answer(
    question: str, base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Answer a question from a published run.

    Raises:
        AnswerError: ANS004, there is no such question; and those of the question itself.
    """
    if question not in QUESTIONS:
        raise AnswerError("ANS004", "there is no such question", seen=question, do=f"ask one of {', '.join(sorted(QUESTIONS))}")
    return QUESTIONS[question](base, where=where, by=by, period=period, level=level)


def ahead(base: Base) -> tuple[Answer, ...]:
    """The answers about the future that stand beside profit in a report: value and retention, of the whole base.

    Returns:
        Nothing of a run of before forecasts were made, and none of a question that has nothing to tell.
    """
    if not {"customer_value", "retention_worth"} <= set(base.tables):
        return ()
    told = []
    for ask in (value, retention):
        try:
            told.append(ask(base))
        except AnswerError as error:
            if error.code != _NOTHING_TO_TELL:
                raise
    return tuple(told)
