"""What agreement is worth: probabilities learned by expectation maximisation on counted patterns of agreement.

Pairs are not only one customer's (m) or strangers' (u). What strangers share is not independent: members of a household
agree on family name, address and phone together, couples on their e-mail too, namesakes on both names and e-mail, a father
and a son of one name on all of these, twins on the birth date as well. Each of these is a class of its own, free in what
such pairs share and held to strangers' chances in all else; what agrees in that way only is no evidence of one customer.
That is why a family does not become a person, and people of one name do not.

Source: Fellegi & Sunter 1969; Winkler 1988 for EM; more than two classes as in Larsen & Rubin 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags, Floats, Ints
from unequal.identity.matching.comparisons import Comparison
from unequal.identity.matching.similarity import Levels

_ROUNDS: Final = 60
_STILL: Final = 1e-5
_LEAST: Final = 1e-9
ASSUMED_PAIRS: Final = 1000.0
"""So many random pairs is what we assume of strangers worth."""
_ASSUMED_RECORDS: Final = 2.0
"""What is assumed of so many records' pairs stands beside what is counted: two records alone do not show how common customers' pairs are."""
_PRIOR_PAIRS: Final = 30.0
_PRIOR_SHARE: Final = 0.05
_DISAGREES_AT_MOST: Final = 0.5


@dataclass(frozen=True)
class PairClass:
    """One kind of pairs.

    Args:
        name: as reports show it.
        shares: groups of comparisons in which such pairs agree otherwise than strangers; "all" for every one.
        inherits: groups in which they hold the same value as one customer's records do, however rare it is;
            namesakes share common names, as strangers do.
        as_household: groups in which such pairs agree as a household's members do; the others of `shares` as one customer's records.
        as_assumed: groups in which they agree as the levels say of a household, whatever is learned.
        learned: whether its chances are its own; else they are what one customer's records, or a household's members, have.
        share: of such pairs before anything is learned, for each record.
        at_most: of such pairs, for each pair of a household; rare kinds must not learn to be something else.
    """

    name: str
    shares: frozenset[str]
    inherits: frozenset[str] = frozenset()
    as_household: frozenset[str] = frozenset()
    as_assumed: frozenset[str] = frozenset()
    learned: bool = False
    share: float = 0.05
    at_most: float | None = None


_HOME, _NAME, _BIRTH, _GENERATION = (frozenset({group}) for group in ("home", "name", "birth", "generation"))
CLASSES: Final = (
    PairClass("matching", frozenset({"all"}), frozenset({"all"}), learned=True, share=0.5),
    PairClass("household", _HOME, _HOME, as_household=_HOME, learned=True, share=0.15),
    PairClass("couple", _HOME, _HOME, at_most=0.5),
    PairClass("namesakes", _NAME, learned=True, share=0.15),
    PairClass(
        "kin of one name", _NAME | _HOME | _GENERATION, _NAME | _HOME, as_household=_HOME, as_assumed=_GENERATION, share=0.003, at_most=0.03
    ),
    PairClass("twins", _HOME | _BIRTH, _HOME | _BIRTH, as_household=_HOME, share=0.003, at_most=0.02),
)
"""The kinds of pairs beside strangers, who come last in all that is by class."""
MATCHING: Final = 0
HOUSEHOLD: Final = 1
NAMESAKES: Final = 3
STRANGERS: Final = len(CLASSES)


@dataclass(frozen=True, eq=False)
class Chances:
    """How often pairs of each class agree at each level.

    Args:
        of: for each class, for each comparison, an array by level; place 0, for what is not known, holds 1.
        shares: of all pairs of records, how many are of each class; they sum to 1.
    """

    of: tuple[tuple[Floats, ...], ...]
    shares: Floats

    @property
    def matching(self) -> tuple[Floats, ...]:
        """M by comparison and level."""
        return self.of[MATCHING]

    @property
    def strangers(self) -> tuple[Floats, ...]:
        """U by comparison and level."""
        return self.of[STRANGERS]

    def bits(self, class_: int, comparison: int) -> Floats:
        """log2 of a class's chances over strangers', by level."""
        found: Floats = np.log2(self.of[class_][comparison] / self.of[STRANGERS][comparison])
        return found

    def prior_bits(self, class_: int) -> float:
        """log2 odds of a class over strangers, for two records drawn at random."""
        return float(np.log2(max(self.shares[class_], _LEAST**2) / max(self.shares[STRANGERS], _LEAST)))


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct patterns of agreement, and how many pairs show each.

    Args:
        levels: a row a pattern, a column a comparison.
        pairs: how many pairs, or what they count for.
        back: for each pair that was counted the row of its pattern.
    """

    levels: npt.NDArray[np.int8]
    pairs: Floats
    back: Ints


def patterns_of(levels: Sequence[Levels], sizes: Sequence[int], counting: Floats | None = None) -> Patterns:
    """Count the patterns of pairs.

    Args:
        levels: for each comparison the level of each pair.
        sizes: for each comparison how many levels it has.
        counting: what each pair counts for; 1 by default.
    """
    code = np.zeros(len(levels[0]), dtype=np.int64)
    for level, size in zip(levels, sizes, strict=True):
        code = code * (size + 1) + level
    distinct, first, back = np.unique(code, return_index=True, return_inverse=True)
    rows = np.column_stack([level[first] for level in levels]).astype(np.int8)
    back = back.reshape(-1).astype(np.int64)
    return Patterns(rows, np.bincount(back, weights=counting, minlength=len(distinct)).astype(np.float64), back)


def defaults(comparisons: Sequence[Comparison], strangers: tuple[Floats, ...], shares: Floats) -> Chances:
    """What is assumed before anything is learned: the comparisons' own chances, with u as measured."""
    matching = tuple(_with_unknown([level.matching for level in comparison.levels]) for comparison in comparisons)
    household = tuple(
        _with_unknown([level.household for level in comparison.levels]) if shared_by(comparison, _HOME) else u
        for comparison, u in zip(comparisons, strangers, strict=True)
    )
    of = [_of_class(kind, comparisons, matching, household, strangers) for kind in CLASSES]
    return Chances((*of, strangers), shares)


def _of_class(
    kind: PairClass,
    comparisons: Sequence[Comparison],
    matching: tuple[Floats, ...],
    household: tuple[Floats, ...],
    strangers: tuple[Floats, ...],
) -> tuple[Floats, ...]:
    """The chances of a class from those of one customer's records, a household's members and strangers."""
    found = []
    for at, comparison in enumerate(comparisons):
        if not shared_by(comparison, kind.shares):
            found.append(strangers[at])
        elif shared_by(comparison, kind.as_assumed):
            found.append(_with_unknown([level.household for level in comparison.levels]))
        elif shared_by(comparison, kind.as_household):
            found.append(household[at])
        else:
            found.append(matching[at])
    return tuple(found)


def shared_by(comparison: Comparison, groups: frozenset[str]) -> bool:
    """Whether a comparison is in any of the groups."""
    return "all" in groups or not comparison.groups.isdisjoint(groups)


def measured(levels: Sequence[Levels], comparisons: Sequence[Comparison], weights: Floats) -> tuple[Floats, ...]:
    """How often strangers agree at each level: counted, on top of what is assumed of a thousand pairs.

    Args:
        levels: for each comparison the level of random pairs.
        comparisons: what was compared.
        weights: what each pair counts for.
    """
    found = []
    for level, comparison in zip(levels, comparisons, strict=True):
        assumed = _with_unknown([of_level.strangers for of_level in comparison.levels])
        counted = np.bincount(level, weights=weights, minlength=len(assumed))[1:] + ASSUMED_PAIRS * assumed[1:]
        found.append(np.concatenate([[1.0], counted / counted.sum()]))
    return tuple(found)


def posteriors(patterns: Patterns, chances: Chances) -> Floats:
    """For each pattern the probability of each class: a row a pattern, a column a class."""
    from unequal.identity.matching import weighing_kernels

    sizes = [len(of_level) for of_level in chances.strangers]
    logs = np.zeros((len(chances.of), len(sizes), max(sizes)))
    for class_, kind in enumerate(chances.of):
        for at, probabilities in enumerate(kind):
            logs[class_, at, : sizes[at]] = np.log(probabilities)
    weighed = weighing_kernels.likelihoods(patterns.levels, logs, np.log(np.maximum(chances.shares, _LEAST**2)))
    likely = np.exp(weighed - weighed.max(axis=1, keepdims=True))
    found: Floats = likely / likely.sum(axis=1, keepdims=True)
    return found


@dataclass(frozen=True, eq=False)
class Labels:
    """Stewards' verdicts by pattern: how many of its pairs were judged, and how many of them are one customer's."""

    judged: Floats
    same: Floats


def learned(
    patterns: Patterns, start: Chances, comparisons: Sequence[Comparison], all_pairs: float, *, labels: Labels | None = None,
    unseen: Patterns | None = None,
) -> Chances:  # fmt: skip
    """Learn the chances of the classes and their shares from counted patterns; u stays.

    Args:
        patterns: of the pairs that were compared; all others count as strangers.
        start: where to begin; it is also the prior that keeps levels seldom seen in reason.
        comparisons: in the order of the patterns' columns.
        all_pairs: how many pairs of records there are.
        labels: verdicts on some of the pairs.
        unseen: a sample of the pairs that no key brought together, each counting for as many as it stands for. Keys bring namesakes
            together where something else is alike too; by those alone they would seem few, and alike in that as well.
    """
    chances = start
    seen, whole = len(patterns.levels), patterns
    if unseen is not None:
        whole = Patterns(np.concatenate([patterns.levels, unseen.levels]), np.concatenate([patterns.pairs, unseen.pairs]), patterns.back)
    for _ in range(_ROUNDS):
        likely = posteriors(whole, chances)
        counted = likely * whole.pairs[:, None]
        # Of some hundred thousand that stand for all, one that looks like a match by chance would count for a million.
        counted[seen:, [class_ for class_ in range(STRANGERS) if class_ != NAMESAKES]] = 0.0
        if labels is not None:
            counted[:seen] = _with_labels(likely[:seen], patterns.pairs, labels)
        after = _maximised(whole, start, comparisons, counted, all_pairs)
        moved = max(float(np.abs(new - old).max()) for new, old in zip(after.matching, chances.matching, strict=True))
        chances = after
        if moved < _STILL:
            break
    return chances


def _with_labels(likely: Floats, pairs: Floats, labels: Labels) -> Floats:
    """What was judged counts as it was judged, in the place of what is only likely: nothing is counted twice."""
    found: Floats = likely * np.maximum(pairs - labels.judged, 0.0)[:, None]
    found[:, MATCHING] += labels.same
    others = likely.copy()
    others[:, MATCHING] = 0.0
    found += others / np.maximum(others.sum(axis=1, keepdims=True), _LEAST**2) * (labels.judged - labels.same)[:, None]
    return found


def _maximised(patterns: Patterns, start: Chances, comparisons: Sequence[Comparison], counted: Floats, all_pairs: float) -> Chances:
    own = {
        class_: tuple(
            _lasting(comparison, class_, _with_prior(patterns.levels[:, at], counted[:, class_], start.of[class_][at]))
            if shared_by(comparison, kind.shares)
            else start.strangers[at]
            for at, comparison in enumerate(comparisons)
        )
        for class_, kind in enumerate(CLASSES)
        if kind.learned
    }
    of = [
        own[class_] if kind.learned else _of_class(kind, comparisons, own[MATCHING], own[HOUSEHOLD], start.strangers)
        for class_, kind in enumerate(CLASSES)
    ]
    # Namesakes are not assumed: it takes many records to hold two strangers of one name.
    assumed = [0.0 if kind.shares == _NAME else kind.share for kind in CLASSES]
    some = counted[:, :STRANGERS].sum(axis=0) + _ASSUMED_RECORDS * np.array(assumed)
    for class_, kind in enumerate(CLASSES):
        if kind.at_most is not None:
            some[class_] = min(some[class_], kind.at_most * some[HOUSEHOLD])
    shares = np.append(some, max(all_pairs + ASSUMED_PAIRS - some.sum(), _LEAST))
    return Chances((*of, start.strangers), shares / shares.sum())


def _with_prior(level: Levels, weights: Floats, prior: Floats) -> Floats:
    counted = np.bincount(level, weights=weights, minlength=len(prior))[1:]
    strength = _PRIOR_PAIRS + _PRIOR_SHARE * counted.sum()
    mixed = counted + strength * prior[1:]
    return np.concatenate([[1.0], np.maximum(mixed / mixed.sum(), _LEAST)])


def _apart(comparison: Comparison) -> Flags:
    """The levels that speak for strangers, by level."""
    return np.array([False, *(2 * level.matching < level.strangers for level in comparison.levels)])


def implausible(chances: Chances, comparisons: Sequence[Comparison]) -> bool:
    """Whether what is taken for one customer's records disagrees, as far as it may, on what is for life."""
    return any(
        comparison.lasting and chances.matching[at][_apart(comparison)].sum() >= _DISAGREES_AT_MOST - _STILL
        for at, comparison in enumerate(comparisons)
    )


def _lasting(comparison: Comparison, class_: int, found: Floats) -> Floats:
    """M, held to agreement more often than not where what is compared is for life.

    Where a base holds nobody twice, namesakes whose e-mails are made of their names agree best of all, and would be learned to be what
    one customer's records look like: with other family names and birth dates.
    """
    if class_ != MATCHING or not comparison.lasting:
        return found
    apart = _apart(comparison)
    share = found[apart].sum()
    if share <= _DISAGREES_AT_MOST:
        return found
    agreeing = (1 - _DISAGREES_AT_MOST) / max(float(found[~apart][1:].sum()), _LEAST)
    held: Floats = np.where(apart, found * (_DISAGREES_AT_MOST / share), found * agreeing)
    held[0] = 1.0
    return held


def matching_now(comparison: Comparison, level: Levels, likely: Floats) -> Floats:
    """M of one comparison, by level, as it would be learned from some pairs.

    Args:
        comparison: what was compared.
        level: of each pair.
        likely: for each pair the probability that it is a match.
    """
    return _with_prior(level, likely, _with_unknown([of_level.matching for of_level in comparison.levels]))


def _with_unknown(probabilities: Sequence[float]) -> Floats:
    found = np.array(probabilities, dtype=np.float64)
    return np.concatenate([[1.0], found / found.sum()])
