"""Questions that are refused: for want of data, with the table and column that lack; or because they cannot be narrowed."""

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


def refuse_narrowing(what: str, *narrowed: object, do: str = "ask it without them") -> None:
    """Refuse to narrow or slice a question that is about the whole.

    Args:
        what: what the question is about.
        narrowed: where, by, period and level as they were given.
        do: what to do instead.

    Raises:
        AnswerError: ANS011, one of them was given.
    """
    if any(one is not None for one in narrowed):
        raise AnswerError("ANS011", what, seen="--where, --by, --from, --to or --level", do=do)
