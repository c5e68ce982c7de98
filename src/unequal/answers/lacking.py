"""A question that this base cannot answer: which table and column it lacks, and what would bring them."""

from __future__ import annotations

from unequal.terms.errors import AnswerError

CODE = "ANS016"


def lacking(question: str, lacks: str, do: str) -> AnswerError:
    """The refusal of a question for want of data.

    Args:
        question: its word.
        lacks: the table and the column that are not there, as in *no reason of the end of any contract (value.relationships.NAME.reason)*.
        do: what to map or to collect, so that it can be answered.
    """
    return AnswerError(CODE, f"`{question}` cannot be answered from these data", seen=lacks, do=do)
