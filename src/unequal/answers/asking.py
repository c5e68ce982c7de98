"""Asking: every interface comes through here, so that the same question has the same answer everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypedDict, Unpack

from unequal.answers.advocates import advocates
from unequal.answers.agents import service
from unequal.answers.answer import Answer
from unequal.answers.base import Base
from unequal.answers.claims import claims
from unequal.answers.comparing import side_by_side
from unequal.answers.conflicts import conflicts
from unequal.answers.contexts import with_contexts
from unequal.answers.cost_to_serve import cost_to_serve
from unequal.answers.customers import customers
from unequal.answers.defaults import defaults
from unequal.answers.drilling import drilled
from unequal.answers.drivers import drivers
from unequal.answers.earned import earned
from unequal.answers.equity import equity
from unequal.answers.get_keep_grow import get_keep_grow
from unequal.answers.happening import with_windows
from unequal.answers.house_words import in_words_of_the_house, refused_in_words_of_the_house
from unequal.answers.lacking import CODE as LACKING
from unequal.answers.lost import lost
from unequal.answers.loyal import loyal
from unequal.answers.metrics import metrics
from unequal.answers.movement import movement
from unequal.answers.needs import needs
from unequal.answers.new import new
from unequal.answers.profit import profit
from unequal.answers.promises import promises
from unequal.answers.readiness import readiness
from unequal.answers.retention import retention
from unequal.answers.value import value
from unequal.answers.worth_doing import worth_doing
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
    "advocates": advocates, "conflicts": conflicts, "claims": claims,
    "drivers": drivers, "service": service, "promises": promises,
    "defaults": defaults,
    "readiness": readiness,
    "worth-doing": worth_doing, "earned": earned,
    "loyal": loyal,
    "equity": equity, "get-keep-grow": get_keep_grow, "metrics": metrics,
    "movement": movement,
    "new": new, "lost": lost,
    "needs": needs,
}  # fmt: skip
"""Every question that can be asked, by its word."""
_NOTHING_TO_TELL: Final = frozenset({"ANS001", "ANS013", "ANS014", LACKING})
"""What a question says that cannot be answered from these data, or from a run of before it could be asked."""


class _Question(TypedDict):
    where: str | None
    by: str | None
    period: Period | None
    level: Level | None


class Narrowed(_Question):
    """What a question is narrowed by, handed on as it is."""

    what_if: Sequence[str]


def answer(
    question: str,
    base: Base,
    *,
    where: str | None = None,
    by: str | None = None,
    period: Period | None = None,
    level: Level | None = None,
    what_if: Sequence[str] = (),
    compare: str | None = None,
) -> Answer:
    """Answer a question from a published run.

    Args:
        question: its word.
        base: the run.
        where, by, period, level: what narrows and slices it.
        what_if: figures of pools and activities that are supposed to be others; for cost-to-serve.
        compare: another kept run by its id or a day, from which the same is asked: each figure then, now, and the change.

    Raises:
        AnswerError: ANS004, there is no such question; ANS012, nothing can be supposed of it; and those of the question itself.
        StorageError: STO010, no kept run is of that name, or that old.
    """
    if compare is not None:
        narrowed: Narrowed = {"where": where, "by": by, "period": period, "level": level, "what_if": what_if}
        other = base.earlier(compare)
        now = answer(question, base, **narrowed)
        return now if other is None else side_by_side(now, answer(question, other, **narrowed))
    if question not in QUESTIONS:
        raise AnswerError("ANS004", "there is no such question", seen=question, do=f"ask one of {', '.join(sorted(QUESTIONS))}")
    base, house = with_windows(with_contexts(base, where, by), question, where), base.project.value.house
    try:
        found = _answered(question, base, where=where, by=by, period=period, level=level, what_if=what_if)
    except AnswerError as error:
        raise refused_in_words_of_the_house(error, house, where) from error
    return in_words_of_the_house(drilled(found, base, period), house)


def _answered(question: str, base: Base, *, what_if: Sequence[str], **narrowed: Unpack[_Question]) -> Answer:
    """As the question itself words it."""
    if what_if:
        if question != "cost-to-serve":
            raise AnswerError(
                "ANS012", "nothing can be supposed of this question", where="--what-if", seen=question, do="ask cost-to-serve"
            )
        return cost_to_serve(base, what_if=what_if, **narrowed)
    return QUESTIONS[question](base, **narrowed)


REPORTED: Final = (
    "movement", "new", "lost", "loyal", "advocates", "equity", "get-keep-grow", "value", "retention", "needs",
    "metrics", "worth-doing", "earned", "drivers", "service", "promises", "conflicts", "claims", "readiness", "defaults",
)  # fmt: skip
"""The questions that a report tells beside profit, in its order."""


def ahead(base: Base, questions: Sequence[str] | None = None) -> tuple[Answer, ...]:
    """The answers that stand beside profit in a report, of the whole base.

    Args:
        base: a published run.
        questions: which, in the order wanted; all of REPORTED by default.

    Returns:
        None of a question that has nothing to tell here, or whose tables the run is too old to have.
    """
    told = []
    for question in REPORTED if questions is None else questions:
        try:
            told.append(answer(question, base))
        except AnswerError as error:
            if error.code not in _NOTHING_TO_TELL:
                raise
    return tuple(told)
