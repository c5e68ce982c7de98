"""Which columns of a source may hold codes, who entered them, and what stands beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from unequal import config

MOST_VALUES: Final = 1_000
"""A field with more values is no list that anybody picks from."""
ROWS_A_VALUE: Final = 20
"""Rows that a value has on average, at least."""
_WHO: Final = re.compile(
    r"(^|_)(agent|operator|clerk|seller|salesperson|employee|staff|team|branch|desk|user_id|assigned_to|assignment_group|(opened|created|entered|recorded"
    r"|resolved|closed|updated|handled|registered|sold)_by)($|_)"
)


@dataclass(frozen=True)
class Roles:
    """The columns of a source by what they are to codes.

    Args:
        fields: texts that may be codes.
        entered_by: who entered the row.
        outcomes: what came of it, a duration among them.
        declared: what the config says.
    """

    fields: tuple[str, ...]
    entered_by: tuple[str, ...]
    outcomes: tuple[str, ...]
    declared: config.columns.Codes


def roles_of(name: str, source: config.Source, project: config.Project, types: Mapping[str, str]) -> Roles:
    """What each column may be, told from the config and from its name; values are not looked at.

    Args:
        name: of the source.
        source: its config.
        project: for what the section codes says.
        types: columns and Ibis types of its rows.
    """
    declared = project.codes.get(name, config.columns.Codes())
    known = [column for column in types if not column.startswith("_")]
    entered = _entered_by(source, declared, known)
    named = {*entered, *_no_codes(source), *declared.leave_out, *(one for one in (declared.each, declared.at, declared.state) if one)}
    outcomes = _outcomes(source, declared)
    fields = tuple(one for one in known if types[one].removeprefix("!") == "string" and one not in named and one not in outcomes)
    return Roles(fields, entered, tuple(one for one in outcomes if one in types), declared)


def _entered_by(source: config.Source, declared: config.columns.Codes, known: list[str]) -> tuple[str, ...]:
    if declared.entered_by is not None:
        return tuple(one for one in config.columns.parts(declared.entered_by) if one in known)
    agent = source.interactions.agent if source.interactions else None
    said = (agent,) if isinstance(agent, str) else ()
    return tuple(dict.fromkeys([*(one for one in said if one in known), *(one for one in known if _WHO.search(one.lower()))]))


def _outcomes(source: config.Source, declared: config.columns.Codes) -> tuple[str, ...]:
    contact = source.interactions
    mapped = (contact.outcome, contact.duration_seconds) if contact else ()
    said = config.columns.parts(declared.outcome) if declared.outcome is not None else ()
    return tuple(dict.fromkeys([*said, *(one for one in mapped if isinstance(one, str))]))


def _no_codes(source: config.Source) -> set[str]:
    """Columns that the config knows for something else: names, ids, products, currencies."""
    found: list[object] = [*config.columns.parts(source.key or ())]
    if source.records is not None:
        found += config.columns.parts(source.records.id)
        found += [one for given in source.records.attributes.values() for one in config.columns.parts(given)]
        found += source.records.keys.values()
    if source.postings is not None:
        posted = source.postings
        found += [posted.document, posted.currency, posted.product, posted.account, posted.property]
        found += config.columns.parts(posted.customer.id) if posted.customer else ()
    if source.interactions is not None:
        found += config.columns.parts(source.interactions.customer.id)
    return {one for one in found if isinstance(one, str)}
