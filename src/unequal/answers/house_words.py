"""An answer in the words of the house: donors, members, patients, citizens."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from unequal.answers.answer import Answer
from unequal.answers.showing import Shown
from unequal.terms.errors import AnswerError
from unequal.terms.house_words import HouseWords


def in_words_of_the_house(answer: Answer, house: HouseWords) -> Answer:
    """An answer in which customers, and what they bring, are called what the house calls them; names of data stay.

    Args:
        answer: in words of customers.
        house: the config's words.

    Returns:
        Its title, sentences and labels in those words, and the words themselves for whoever shows its tables.
    """
    say = house.say
    figures = tuple(replace(one, label=say(one.label), why_missing=say(one.why_missing), note=say(one.note)) for one in answer.figures)
    return replace(
        answer,
        title=say(answer.title),
        sentence=say(answer.sentence),
        findings=tuple(say(told) for told in answer.findings),
        figures=figures,
        next_file=say(answer.next_file),
        shown=tuple(_shown(one, house) for one in answer.shown),
        drawn=tuple(replace(one, title=say(one.title)) for one in answer.drawn),
        words=house.customers,
        further_words=dict(house.further),
    )


_NAMES_TO_CHOOSE: Final = "ANS002"
"""The refusal that ends with a list of names, which are typed as they stand."""


def refused_in_words_of_the_house(error: AnswerError, house: HouseWords, where: str | None) -> AnswerError:
    """A refusal in the words of the house.

    Args:
        error: in words of customers.
        house: the config's words.
        where: the predicate that was given, which stays as it was typed.

    Returns:
        The same refusal; names to choose from, and places, stay as they are.
    """
    say = house.say
    return AnswerError(
        error.code,
        say(error.what),
        where=error.where,
        seen=error.seen if error.seen == where else say(error.seen),
        do=error.do if error.code == _NAMES_TO_CHOOSE else say(error.do),
    )


def _shown(one: Shown, house: HouseWords) -> Shown:
    columns = tuple(replace(column, label=house.say(column.label), why_missing=house.say(column.why_missing)) for column in one.columns)
    return replace(one, caption=house.say(one.caption), note=house.say(one.note), columns=columns)
