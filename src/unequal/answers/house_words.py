"""What the house calls its customers: donors, members, patients, citizens."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from unequal.answers.answer import Answer
from unequal.answers.showing import Shown

_CUSTOMERS: Final = re.compile(r"`[^`]*`|\b([Cc])ustomer(s?)\b")
"""The word, and texts between backticks, which are commands and stay as they are."""


def named(count: float, words: str) -> str:
    """What so many customers are called.

    >>> named(1, "donors"), named(3, "citizens")
    ('donor', 'citizens')
    """
    return words.removesuffix("s") if count == 1 else words


def in_words(text: str, words: str) -> str:
    """A sentence about customers in the words of the house.

    >>> in_words("Customers and a customer's sales: see `unequal export customers`.", "patients")
    "Patients and a patient's sales: see `unequal export customers`."
    """

    def said(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        word = words if found[2] else named(1, words)
        return word.capitalize() if found[1] == "C" else word

    return text if words == "customers" else _CUSTOMERS.sub(said, text)


def in_words_of_the_house(answer: Answer, words: str) -> Answer:
    """An answer in which customers are called what the house calls them: its title, sentences and labels; names of data stay.

    Args:
        answer: in words of customers.
        words: the config's `value.words`.
    """
    if words == "customers":
        return answer
    figures = tuple(
        replace(one, label=in_words(one.label, words), why_missing=in_words(one.why_missing, words), note=in_words(one.note, words))
        for one in answer.figures
    )
    return replace(
        answer,
        title=in_words(answer.title, words),
        sentence=in_words(answer.sentence, words),
        findings=tuple(in_words(told, words) for told in answer.findings),
        figures=figures,
        next_file=in_words(answer.next_file, words),
        shown=tuple(_shown(one, words) for one in answer.shown),
        drawn=tuple(replace(one, title=in_words(one.title, words)) for one in answer.drawn),
        words=words,
    )


def _shown(one: Shown, words: str) -> Shown:
    columns = tuple(
        replace(column, label=in_words(column.label, words), why_missing=in_words(column.why_missing, words)) for column in one.columns
    )
    return replace(one, caption=in_words(one.caption, words), note=in_words(one.note, words), columns=columns)
