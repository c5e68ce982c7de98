"""Whether one value of a code field is only what a hurried hand picks: against peers, by what it tells, by how often it stands there.

Number functions over codes: whole numbers from 0 that stand for values; -1 where nothing was entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST_ROWS: Final = 300
"""Rows below which a field is not judged."""
FEWEST_VALUES: Final = 4
"""A default is told from the values beside it by how these differ: three others at least."""
_FEWEST_OF_A_PEER: Final = 20
_FEWEST_OF_A_VALUE: Final = 30
_MOST_VALUES: Final = 40
_MOST_PEERS: Final = 80
_MOST_CLASSES: Final = 20
_FEWEST_PEERS: Final = 3
_FEWEST_EXPECTED: Final = 3.0
_CAP: Final = 3.0
_SURE: Final = 0.95
_OF_OFTEN, _OF_PEERS, _OF_SILENCE, _TO_BEGIN = 3.2, 5.8, 2.9, -6.1
"""A logistic regression on 1,600 made fields, half of them with a default."""
OF_A_WORD: Final = 5.0
"""What it adds to the logit that a value names nothing, as *other*; a judgement, as the two below are."""
OF_THE_FIRST_PLACE: Final = 1.5
"""That it stands first in the form's list."""
OF_CHANGES: Final = 1.0
"""That cases which begin with it end otherwise twice as often as those that begin with another value."""


@dataclass(frozen=True)
class Peers:
    """How much more one value's share differs between peers than the other values' do.

    Args:
        ratio: variation of its share, over that of the others among the rows that do not have it; 1 where peers differ in all alike.
        least: the ratio's lower end, 95 %.
        usual: the share that it has with peers of the lower half: the median of those not above the median.
        groups: how many peers were compared.
    """

    ratio: float
    least: float
    usual: float
    groups: int


@dataclass(frozen=True)
class Verdict:
    """What is found of one value of one field.

    Args:
        value: its code.
        share: of all filled rows.
        beside: the share of the most frequent of the other values.
        by: the grouping whose peers differ most; empty where there is none.
        peers: what they differ by; None where there are no peers.
        telling: how far its rows differ from all others', over how far another value's rows do (the median); None where no value tells anything.
        score: 0 to 1: how likely it is only a default, as worlds with known defaults teach.
    """

    value: int
    share: float
    beside: float
    by: str
    peers: Peers | None
    telling: float | None
    score: float


def fewer(codes: Ints, most: int) -> Ints:
    """The same codes with all but the most frequent as one more; -1 stays.

    >>> fewer(np.array([5, 5, 7, 9, -1]), 1).tolist()
    [0, 0, 1, 1, -1]
    """
    known = codes[codes >= 0]
    if not len(known):
        return codes
    counts = np.bincount(known)
    keep = np.argsort(-counts, kind="stable")[: min(most, int((counts > 0).sum()))]
    place = np.full(len(counts), len(keep), dtype=np.int64)
    place[keep] = np.arange(len(keep))
    return np.where(codes >= 0, place[np.maximum(codes, 0)], -1).astype(np.int64)


def crossed(rows: Ints, columns: Ints) -> Floats:
    """Counts of each pair of codes; rows with a -1 in either are left out."""
    known = (rows >= 0) & (columns >= 0)
    rows, columns = rows[known], columns[known]
    if not len(rows):
        return np.zeros((1, 1))
    height, width = int(rows.max()) + 1, int(columns.max()) + 1
    return np.bincount(rows * width + columns, minlength=height * width).reshape(height, width).astype(np.float64)


def _variation(table: Floats) -> tuple[float, int]:
    """Pearson's chi-square of a table over its degrees of freedom, and these; rare columns are left out."""
    table = table[table.sum(axis=1) > 0]
    table = table[:, table.sum(axis=0) >= 5 * max(len(table), 1) / 4] if table.size else table
    table = table[table.sum(axis=1) > 0] if table.size else table
    if min(table.shape, default=0) < 2:  # noqa: PLR2004 - nothing to compare
        return float("nan"), 0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    return float(((table - expected) ** 2 / expected).sum() / freedom), freedom


def peers(table: Floats, value: int) -> Peers | None:
    """How much more a value's share differs between peers than the other values' do.

    Somebody who picks one value whatever the matter has more of it and, among the rest, the same mix as everybody. Somebody who has
    other matters has another mix altogether. So the first is held against the second: their ratio is 1 where work is only divided.

    Args:
        table: counts, a row a peer, a column a value.
        value: the column that is doubted.

    Returns:
        None where fewer than three peers have twenty rows, or nothing beside the value can be compared.
    """
    table = table[table.sum(axis=1) >= _FEWEST_OF_A_PEER]
    if len(table) < _FEWEST_PEERS:
        return None
    own, total = table[:, value], table.sum(axis=1)
    of_value, freedom = _variation(np.column_stack([own, total - own]))
    of_others, freedom_of_others = _variation(np.delete(table, value, axis=1))
    if not np.isfinite(of_value) or not np.isfinite(of_others):
        return None
    ratio = of_value / max(of_others, 1.0)
    shares = np.sort(own / total)
    usual = float(np.median(shares[: (len(shares) + 1) // 2]))
    from scipy.stats import f as f_distribution

    return Peers(ratio, ratio / float(f_distribution.ppf(_SURE, freedom, freedom_of_others)), usual, len(table))


def differences(values: Ints, strata: Ints, contexts: Mapping[str, Ints]) -> tuple[Floats, Floats]:
    """How far the rows of each value differ from the others', in all that stands beside: within strata, noise taken off.

    A stratified comparison of distributions (as Mantel & Haenszel 1959 sum over strata), with the spread that sampling gives taken
    off and divided by the rows: 0 is a value whose rows are like any others.

    Args:
        values: codes of the field; none missing.
        strata: within which rows are compared, as who entered them; none missing.
        contexts: what stands beside, as codes; -1 counts as a class of its own.

    Returns:
        The difference of each value, and its sampling error.
    """
    by_stratum = crossed(strata, values)
    size = by_stratum.sum(axis=1)
    safe = np.maximum(size, 1.0)
    rows = by_stratum.sum(axis=0)
    # What of a value's rows could differ at all: a value that fills its strata cannot differ from them.
    free = (by_stratum * (1 - by_stratum / safe[:, None])).sum(axis=0)
    found, noise = np.zeros(len(rows)), np.zeros(len(rows))
    for context in contexts.values():
        classes = fewer(context - context.min(), _MOST_CLASSES)
        of_strata, seen = crossed(strata, classes), crossed(values, classes)
        expected = (by_stratum / safe[:, None]).T @ of_strata
        spread = (by_stratum * (1 - by_stratum / safe[:, None]) / safe[:, None]).T @ of_strata
        counted = expected >= _FEWEST_EXPECTED
        square = np.where(counted, (seen - expected) ** 2 / np.maximum(spread, 1e-9), 0.0).sum(axis=1)
        freedom = np.maximum(counted.sum(axis=1) - 1, 0)
        found += (square - freedom) / np.maximum(free, 1.0)
        noise += 2.0 * freedom / np.maximum(free, 1.0) ** 2
    return np.where(rows > 0, found, 0.0), np.sqrt(noise)


def telling(values: Ints, value: int, strata: Ints, contexts: Mapping[str, Ints]) -> float | None:
    """How far a value's rows differ from the others', over how far another value's do (the median); 0 to 1 where it tells less.

    Returns:
        The upper end of it, so that few rows never make a default; None where the other values tell nothing either.
    """
    found, noise = differences(values, strata, contexts)
    others = np.flatnonzero((np.bincount(values, minlength=len(found)) >= _FEWEST_OF_A_VALUE) & (np.arange(len(found)) != value))
    if len(others) < FEWEST_VALUES - 1:
        return None
    middle = float(np.median(found[others]))
    if middle <= 2 * float(np.median(noise[others])):
        return None
    return float((max(found[value], 0.0) + 1.64 * noise[value]) / middle)  # 1.64: one side of 95 %


def score_of(share: float, beside: float, least: float | None, told: float | None, further: float = 0.0) -> float:
    """How likely a value is only a default, from 0 to 1.

    The logs of three ratios add up: how often it stands there, against peers, and by what it tells; their weights were set on made
    worlds with known defaults and known clean fields, and tests hold them against others. What else is known (`further`) adds to
    them. One leg alone never carries the verdict: without peers, or where no value tells anything, or where this one tells more than
    others do, the score stays below one half; but for a value that names nothing and stands there twice as often as any that names
    something.
    """
    often = float(np.clip(np.log(share / max(beside, 1e-9)), -_CAP, _CAP / 2))
    against = 0.0 if least is None else float(np.clip(np.log(max(least, 1e-9)), -_CAP, _CAP))
    silent = 0.0 if told is None else float(np.clip(-np.log(max(told, 1e-9)), -_CAP, _CAP))
    found = float(1.0 / (1.0 + np.exp(-(_OF_OFTEN * often + _OF_PEERS * against + _OF_SILENCE * silent + _TO_BEGIN + further))))
    is_carried = least is not None and told is not None and silent > 0
    is_nameless = further >= OF_A_WORD and share >= 2 * beside and silent >= 0
    return found if is_carried or is_nameless else min(found, 0.49)


def judge(values: Ints, groupings: Mapping[str, Ints], contexts: Mapping[str, Ints], further: Floats | None = None) -> Verdict | None:
    """The value of a field that most looks like a default.

    Args:
        values: codes of the field, a row each; -1 where nothing was entered.
        groupings: who entered it: agents, teams; as codes of the same rows.
        contexts: what else stands in the row, as codes.
        further: of each value, what else adds to the logit of its score; nothing by default.

    Returns:
        None where the field has too few rows or values to be judged.
    """
    filled = values >= 0
    codes = fewer(values[filled], _MOST_VALUES)
    if len(codes) < FEWEST_ROWS:
        return None
    counts = np.bincount(codes)
    if (counts > 0).sum() < FEWEST_VALUES:
        return None
    names = np.argsort(-np.bincount(values[filled]), kind="stable")
    by = {name: fewer(codes_of[filled] + 1, _MOST_PEERS) for name, codes_of in groupings.items()}
    beside = {name: codes_of[filled] for name, codes_of in contexts.items()}
    shares = counts / counts.sum()
    # Rare values that were taken together stand last and are no candidate.
    often = [
        one for one in np.argsort(-shares, kind="stable")[:3].tolist() if one < _MOST_VALUES and shares[one] >= max(0.05, 1 / len(counts))
    ]
    more = np.zeros(len(names)) if further is None else further
    found = [_judged(codes, one, shares, (by, beside), float(more[names[one]])) for one in often]
    if not found:
        return None
    best = max(found, key=lambda verdict: verdict.score)
    return Verdict(int(names[best.value]), best.share, best.beside, best.by, best.peers, best.telling, best.score)


def _judged(codes: Ints, value: int, shares: Floats, known: tuple[Mapping[str, Ints], Mapping[str, Ints]], further: float) -> Verdict:
    by, beside = known
    told = {name: one for name, groups in by.items() if (one := peers(crossed(groups, codes), value)) is not None}
    name = max(told, key=lambda each: told[each].least, default="")
    strata = by[name] if name else np.zeros(len(codes), dtype=np.int64)
    others = {context: column for context, column in beside.items() if context != name}
    tells = telling(codes, value, strata, others) if others else None
    share, next_to = float(shares[value]), float(np.delete(shares, value).max(initial=0.0))
    least = told[name].least if name else None
    return Verdict(value, share, next_to, name, told.get(name), tells, score_of(share, next_to, least, tells, further))


def information(values: Ints, outcome: Ints, *, draws: int = 200, seed: int = 1997) -> tuple[float, float]:
    """What a code tells of an outcome: mutual information in bits a row, and how much of it chance would give (95th percentile).

    Args:
        values, outcome: codes; rows with -1 in either are left out.
        draws: tables drawn with the same margins, as if the two had nothing to do with each other.

    Returns:
        Both 0 where there is nothing to compare.
    """
    table = crossed(fewer(values, _MOST_VALUES), fewer(outcome, _MOST_CLASSES))
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0] if table.sum() else table
    if min(table.shape) < 2:  # noqa: PLR2004 - one value tells nothing
        return 0.0, 0.0
    from scipy.stats import random_table

    drawn = random_table(table.sum(axis=1).astype(int), table.sum(axis=0).astype(int)).rvs(draws, random_state=seed)
    chance = np.array([_bits(one.astype(np.float64)) for one in drawn])
    return _bits(table), float(np.quantile(chance, _SURE))


def _bits(table: Floats) -> float:
    joint = table / table.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    filled = joint > 0
    return float((joint[filled] * np.log2(joint[filled] / apart[filled])).sum())
