"""Asking: every interface comes through here, so that the same question has the same answer everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from unequal.answers.answer import Answer
from unequal.answers.base import Base
from unequal.answers.cost_to_serve import cost_to_serve
from unequal.answers.customers import customers
from unequal.answers.house_words import in_words_of_the_house
from unequal.answers.lacking import CODE as LACKING
from unequal.answers.lost import lost
from unequal.answers.new import new
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


QUESTIONS: Final[Mapping[str, Question]] = {
    "profit": profit, "customers": customers, "cost-to-serve": cost_to_serve, "value": value, "retention": retention,
    "new": new, "lost": lost,
}  # fmt: skip
"""Every question that can be asked, by its word."""
_NOTHING_TO_TELL: Final = frozenset({"ANS001", "ANS013", "ANS014", LACKING})
"""What a question says that cannot be answered from these data, or from a run of before it could be asked."""


def answer(
    question: str,
    base: Base,
    *,
    where: str | None = None,
    by: str | None = None,
    period: Period | None = None,
    level: Level | None = None,
    what_if: Sequence[str] = (),
) -> Answer:
    """Answer a question from a published run.

    Args:
        question: its word.
        base: the run.
        where, by, period, level: what narrows and slices it.
        what_if: figures of pools and activities that are supposed to be others; for cost-to-serve.

    Raises:
        AnswerError: ANS004, there is no such question; ANS012, nothing can be supposed of it; and those of the question itself.
    """
    if question not in QUESTIONS:
        raise AnswerError("ANS004", "there is no such question", seen=question, do=f"ask one of {', '.join(sorted(QUESTIONS))}")
    if what_if:
        if question != "cost-to-serve":
            raise AnswerError(
                "ANS012", "nothing can be supposed of this question", where="--what-if", seen=question, do="ask cost-to-serve"
            )
        found = cost_to_serve(base, where=where, by=by, period=period, level=level, what_if=what_if)
    else:
        found = QUESTIONS[question](base, where=where, by=by, period=period, level=level)
    return in_words_of_the_house(found, base.project.value.house)


REPORTED: Final = ("new", "lost", "value", "retention")
"""The questions that a report tells beside profit, in its order."""


def ahead(base: Base) -> tuple[Answer, ...]:
    """The answers that stand beside profit in a report, of the whole base.

    Returns:
        None of a question that has nothing to tell here, or whose tables the run is too old to have.
    """
    told = []
    for question in REPORTED:
        try:
            told.append(answer(question, base))
        except AnswerError as error:
            if error.code not in _NOTHING_TO_TELL:
                raise
    return tuple(told)
