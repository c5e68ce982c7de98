"""One field of codes looked at from all sides, as rows of the published tables: arrays in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from unequal.customer_base.codes.evidence import (
    OF_A_WORD,
    OF_CHANGES,
    OF_THE_FIRST_PLACE,
    Floats,
    Ints,
    Verdict,
    crossed,
    information,
    judge,
)
from unequal.customer_base.codes.sampling import Coded
from unequal.customer_base.codes.words import names_nothing

DEFAULT, DOUBTFUL, CLEAN, NOT_JUDGED = "default", "doubtful", "clean", "not_judged"
AT_LEAST: Final = 0.9
"""The score from which a value is called a default: on made worlds of clean fields fewer than one in a hundred has it."""
_DOUBT: Final = 0.5
_THIN: Final = 20
_CHANCE: Final = 1e-4
_MOST_PEERS: Final = 1_000
_CANDIDATES: Final = 3


@dataclass(frozen=True)
class Looked:
    """What one field is looked at by.

    Args:
        source, name: which field.
        code: its codes.
        groupings: who entered it.
        other_groupings: months and states: told, and no ground of the verdict.
        contexts: what stands beside.
        outcomes: what came of it.
        listed: the form's list, where it is declared.
        first: of a log, the code each case began with, in the order of the rows.
    """

    source: str
    name: str
    code: Coded
    groupings: Mapping[str, Coded]
    other_groupings: Mapping[str, Coded]
    contexts: Mapping[str, Ints]
    outcomes: Mapping[str, Ints]
    listed: Sequence[str] = ()
    first: Ints | None = None


@dataclass
class Rows:
    """Rows of the published tables, by table."""

    fields: list[dict[str, Any]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    peers: list[dict[str, Any]] = field(default_factory=list)
    informations: list[dict[str, Any]] = field(default_factory=list)


def look(looked: Looked, rows: Rows) -> None:
    """Judge a field, and add what is found to the rows."""
    codes = looked.code.codes
    verdict = judge(codes, {name: one.codes for name, one in looked.groupings.items()}, looked.contexts, _further(looked))
    at = {"source": looked.source, "field": looked.name}
    filled = int((codes >= 0).sum())
    rows.values += _values(looked, filled)
    told = {**at, "rows": filled, "values": len(looked.code.values)}
    if verdict is None:
        rows.fields.append(
            {**told, "verdict": NOT_JUDGED, "why_not": "fewer than 300 rows, fewer than four values, or no value on one row in twenty"}
        )
        return
    usual = verdict.peers.usual if verdict.peers else None
    rows.fields.append({**told, **_verdict(looked, verdict), **_changed(looked, verdict.value), **_excess(looked, verdict, usual)})
    for name, grouping in {**looked.groupings, **looked.other_groupings}.items():
        rows.peers += [
            {**at, "value": looked.code.values[verdict.value], "grouping": name, **one} for one in peer_rows(codes, grouping, verdict.value)
        ]
    rows.informations += [{**at, "about": name, **_told(codes, outcome, verdict.value)} for name, outcome in looked.outcomes.items()]


def _further(looked: Looked) -> Floats:
    """What else is known of each value: whether it names something, where it stands in the list, whether it is changed later."""
    found = np.zeros(len(looked.code.values))
    for number, value in enumerate(looked.code.values):
        found[number] += OF_A_WORD * names_nothing(value)
        found[number] += OF_THE_FIRST_PLACE * bool(looked.listed and looked.listed[0] == value)
        changed = _changed(looked, number) if number < _CANDIDATES else {}
        own, others = (changed.get(f"changed_{name}") for name in ("share", "others_share"))
        found[number] += OF_CHANGES * (own is not None and others is not None and own > 2 * others)
    return found


def _values(looked: Looked, filled: int) -> list[dict[str, Any]]:
    codes = looked.code.codes
    counts = np.bincount(codes[codes >= 0], minlength=len(looked.code.values))
    place = {value: number for number, value in enumerate(looked.listed, 1)}
    return [
        {"source": looked.source, "field": looked.name, "value": looked.code.values[one], "rows": int(counts[one]),
         "share": float(counts[one] / filled), "value_rank": one + 1, "list_place": place.get(looked.code.values[one])}
        for one in range(len(counts)) if counts[one] >= _THIN
    ]  # fmt: skip


def _verdict(looked: Looked, verdict: Verdict) -> dict[str, Any]:
    value, peers = looked.code.values[verdict.value], verdict.peers
    why = _lacks(verdict)
    word = NOT_JUDGED if why else DEFAULT if verdict.score >= AT_LEAST else DOUBTFUL if verdict.score >= _DOUBT else CLEAN
    return {
        "value": value, "share": verdict.share, "beside_share": verdict.beside, "entered_by": verdict.by or None,
        "peers": peers.groups if peers else None, "peer_ratio": peers.ratio if peers else None, "peer_ratio_low": peers.least if peers else None,
        "usual_share": peers.usual if peers else None, "telling": verdict.telling,
        "is_nameless": names_nothing(value), "is_first": looked.listed[0] == value if looked.listed else None,
        "score": None if why else verdict.score, "verdict": word, "why_not": why,
    }  # fmt: skip


def _lacks(verdict: Verdict) -> str | None:
    """What there is not, so that neither a default nor a clean field can be told."""
    if verdict.score >= _DOUBT:
        return None
    if verdict.peers is None:
        return "who entered it: no column of agents or teams with three of twenty rows"
    return "anything beside it that its values tell of" if verdict.telling is None else None


def _excess(looked: Looked, verdict: Verdict, usual: float | None) -> dict[str, Any]:
    """Rows with the value beyond what peers usually have, at least; all of them at most."""
    having = int((looked.code.codes == verdict.value).sum())
    if usual is None:
        return {}
    table = crossed(looked.groupings[verdict.by].codes, looked.code.codes)
    beyond = np.maximum(table[:, verdict.value] - usual * table.sum(axis=1), 0.0)
    return {"excess_rows_low": round(float(beyond.sum())), "excess_rows_high": having}


def _changed(looked: Looked, value: int) -> dict[str, Any]:
    """Of cases that began with the value, and of those that began with another, how many ended otherwise."""
    if looked.first is None:
        return {}
    known = (looked.first >= 0) & (looked.code.codes >= 0)
    first, last = looked.first[known], looked.code.codes[known]
    began = first == value
    shares = [float((first[one] != last[one]).mean()) if one.sum() >= _THIN else None for one in (began, ~began)]
    return dict(zip(("changed_share", "changed_others_share"), shares, strict=True))


def peer_rows(codes: Ints, grouping: Coded, value: int) -> list[dict[str, Any]]:
    """Each peer with twenty rows: how often it has a value, and whether far more often than peers usually have."""
    table = crossed(grouping.codes[codes >= 0], codes[codes >= 0])
    totals = table.sum(axis=1)
    known = np.flatnonzero(totals >= _THIN)[:_MOST_PEERS]
    if not len(known) or table.shape[1] <= value:
        return []
    shares = table[known, value] / totals[known]
    usual = float(np.median(np.sort(shares)[: (len(shares) + 1) // 2]))
    # What chance gives is reckoned from a share half as large again: peers' work differs, and more so than by lot.
    from scipy.stats import binom

    chance = binom.sf(table[known, value] - 1, totals[known], min(1.5 * usual + 0.01, 1.0))
    prone = (shares >= 2 * usual) & (shares >= usual + 0.1) & (chance < _CHANCE)
    return [
        {"peer": grouping.values[one], "rows": int(totals[one]), "with_value": int(table[one, value]), "share": float(share),
         "usual_share": usual, "is_prone": bool(flag)}
        for one, share, flag in zip(known.tolist(), shares, prone, strict=True)
    ]  # fmt: skip


def _told(codes: Ints, outcome: Ints, value: int) -> dict[str, float]:
    bits, chance = information(codes, outcome)
    without, _ = information(np.where(codes == value, -1, codes), outcome, draws=1)
    return {"information": bits, "information_chance": chance, "without_value": without}
