"""For whom a report is written: which sections it has, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

Audience = Literal["executive", "finance", "service", "steward"]

SECTIONS: Final[Mapping[str, str]] = {
    "bands": "Three bands",
    "lines": "From sales on",
    "slices": "Slices",
    "give-backs": "Largest give-backs",
    "value": "What they will bring",
    "retention": "Worth of retention",
    "unassigned": "Without a customer",
    "reconciliation": "Reconciliation",
    "general-ledger": "General ledger",
    "left-out": "Rows left out",
    "customers": "How many customers",
    "sources": "Sources",
    "assumed": "Assumed, to decide",
    "words": "Words",
}
"""Sections of the answer to profit and of what it rests on: id and label; every other section is a question's own."""

LABELS: Final[Mapping[str, str]] = {
    "new": "Whom we gained", "lost": "Whom we lost", "loyal": "Why they stay", "movement": "From band to band", "advocates": "Who brings others", "equity": "Worth of the base",
    "get-keep-grow": "Get, keep, grow", "metrics": "What is watched", "worth-doing": "Worth doing", "earned": "What treatments earned", "drivers": "What matters to whom", "service": "Who serves well", "promises": "Promises",
    "conflicts": "Opposite directions", "claims": "What others claim", "readiness": "How ready we are", "defaults": "Codes that say nothing", "cost-to-serve": "Cost to serve",
}  # fmt: skip
"""A question's label among the contents, where its title is long."""

BRIEF: Final = frozenset({"metrics", "worth-doing", "drivers", "service", "promises", "conflicts", "claims", "readiness", "defaults"})
"""Told to an executive in their findings alone; charts and tables are folded."""

QUESTIONS: Final = "questions"
"""Where the questions stand that an audience does not name."""

ORDER: Final[Mapping[Audience, tuple[str, ...]]] = {
    "executive": (
        "bands", "lines", "slices", "give-backs", "movement", "new", "lost", "loyal", "advocates", "equity", "get-keep-grow", "value", "retention",
        "metrics", "worth-doing", "earned", "drivers", "service", "promises", "conflicts", "claims", "readiness", "defaults", QUESTIONS, "unassigned", "reconciliation", "general-ledger", "left-out", "customers", "sources",
    ),
    "finance": (
        "reconciliation", "general-ledger", "unassigned", "lines", "bands", "slices", "give-backs", "cost-to-serve", "movement", "equity",
        "get-keep-grow", "value", "retention", "earned", "claims", "left-out", "customers", "sources",
    ),
    "service": (
        "cost-to-serve", "service", "earned", "promises", "drivers", "loyal", "lost", "defaults", "conflicts", "bands", "slices", "give-backs", "retention",
    ),
    "steward": ("customers", "left-out", "sources", "unassigned", "readiness", "defaults", "reconciliation", "slices", "bands"),
}  # fmt: skip
"""What each reads, first things first; what is assumed and what words mean end every report."""

_END: Final = ("assumed", "words")


def order_for(audience: Audience, questions: Collection[str], absent: Collection[str]) -> list[str]:
    """The ids of the sections of a report, in their order.

    Args:
        audience: for whom.
        questions: the questions that were answered and have a section of their own.
        absent: sections of profit that have nothing to show.

    >>> order_for("steward", ["readiness", "equity"], ["slices", "sources"])
    ['customers', 'left-out', 'unassigned', 'readiness', 'reconciliation', 'bands', 'assumed', 'words']
    """
    wanted = ORDER[audience]
    named = {name for name in wanted if name not in SECTIONS}
    found: list[str] = []
    for name in (*wanted, *_END):
        if name == QUESTIONS:
            found += [question for question in questions if question not in named]
        elif name in questions or (name in SECTIONS and name not in absent):
            found.append(name)
    return found


def questions_for(audience: Audience, known: Collection[str]) -> list[str]:
    """The questions to ask for a report, of those that can be asked; an executive's has all that are reported.

    >>> questions_for("finance", ["value", "retention", "cost-to-serve", "customers"])
    ['cost-to-serve', 'value', 'retention']
    """
    return [name for name in ORDER[audience] if name in known and name != "customers"]
