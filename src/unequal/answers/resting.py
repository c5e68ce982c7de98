"""The facts that stand on every answer to a question asked of a whole run at its own level: which run, in what money, what lacks most."""

from __future__ import annotations

from typing import TypedDict

from unequal.answers.base import Base
from unequal.answers.next_file import next_file_worth_most
from unequal.terms.lines import Level


class Rests(TypedDict):
    """Fields of an Answer, by their names there."""

    level: Level
    currency: str
    as_of: str
    run_id: str
    project: str
    next_file: str


def rests_on(base: Base) -> Rests:
    """What an answer at the base's own level takes from it as it is, to be unpacked into the Answer."""
    return {
        "level": base.level,
        "currency": base.project.reporting_currency,
        "as_of": base.published_at,
        "run_id": base.run_id,
        "project": base.project.project,
        "next_file": next_file_worth_most(base.project, base.level),
    }
