"""Names as applications write them, and the truth about every record."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from typing import Any

import numpy as np

from unequal.demo.cell import Cell
from unequal.demo.columns import Bools, Ints, Texts, filled, texts
from unequal.demo.ink import Ink
from unequal.demo.randomness import happens
from unequal.demo.records import SLIPS, Observed, no_slips
from unequal.demo.registers import Register
from unequal.demo.timeline import written

_TITLES = ("Ms", "Mr")


def mailing_labels(chance: np.random.Generator, seen: Observed, gender: Ints) -> Texts:
    """Whole names in one field: most as spoken, some with a title, some family name first, some in capitals."""
    drawn = chance.random(len(seen))
    shown = []
    for row in range(len(seen)):
        middle = f" {seen.middle[row]}." if seen.middle[row] else ""
        suffix = f" {seen.suffix[row]}" if seen.suffix[row] else ""
        given, family = seen.given[row], seen.family[row]
        if drawn[row] < 0.10:
            shown.append(f"{family}, {given}{middle}{suffix}")
        elif drawn[row] < 0.22:
            shown.append(f"{_TITLES[gender[seen.person[row]]]} {given} {family}{suffix}")
        elif drawn[row] < 0.30:
            shown.append(f"{given} {family}{suffix}".upper())
        else:
            shown.append(f"{given}{middle} {family}{suffix}")
    return texts(shown)


def firm_labels(chance: np.random.Generator, cell: Cell, firm: Ints) -> Texts:
    """Organisations' names with their legal form in one of the ways it is written, or without it."""
    firms = cell.firms
    drawn = chance.random(len(firm))
    form = np.where(drawn < 0.6, firms.legal_form[firm], np.where(drawn < 0.85, firms.legal_form_other[firm], ""))
    name = texts([f"{n} {f}".strip() for n, f in zip(firms.name[firm], form, strict=True)])
    return np.where(happens(chance, len(firm), 0.07), texts([n.upper() for n in name]), name)


def tell_persons(ink: Ink, cell: Cell, source: str, ids: Texts, register: Register) -> None:
    """Who is who: each record of a register, its person, and the slips planted in it."""
    who = cell.entity_ids[register.person]
    _tell(ink, source, ids, "person", who, register.changed_on, register.again, register.seen.slips)


def tell_others(ink: Ink, source: str, ids: Texts, kind: str, who: Texts, observed_on: Ints) -> None:
    """Who is who: records of organisations, tests and strangers."""
    _tell(ink, source, ids, kind, who, observed_on, np.zeros(len(ids), dtype=np.bool_), no_slips(len(ids)))


def _tell(ink: Ink, source: str, ids: Texts, kind: str, who: Texts, observed_on: Ints, again: Bools, slips: dict[str, Bools]) -> None:
    rows = len(ids)
    facts: dict[str, Any] = {"source": filled(source, rows), "record_id": ids, "kind": filled(kind, rows), "entity_id": who}
    facts |= {"observed_on": written(observed_on, "%Y-%m-%d"), "again": again}
    ink.truth("record", facts | {name: slips[name] for name in SLIPS})
