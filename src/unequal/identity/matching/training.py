"""A model is learned from the records alone: keys, chances, frequencies. Nothing is tuned by hand, and no label is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from unequal.identity.arrays import Flags, Floats, Ints
from unequal.identity.matching import blocking, weighing
from unequal.identity.matching.coding import Records
from unequal.identity.matching.comparisons import Comparison, Kind, comparisons_for
from unequal.identity.matching.frequencies import Frequency, frequencies_of
from unequal.identity.matching.keys import Key, candidate_keys, parts_of_features
from unequal.identity.matching.levels import Variants, levels_of, variants_of
from unequal.identity.matching.scoring import probability, survivors, weights
from unequal.identity.matching.side_by_side import side_by_side
from unequal.identity.matching.similarity import Levels
from unequal.identity.matching.weighing import STRANGERS, Chances

_RANDOM_PAIRS: Final = 100_000
_PILOT_PAIRS_A_KEY: Final = 1_500
_PILOT_PAIRS: Final = 100_000
_LEARNING_PAIRS: Final = 250_000
LEAST_WEIGHT: Final = -6.0
"""Pairs of less than this are forgotten: nobody would look at them twice."""
_LEAST_CHANCE: Final = 1e-9
_LEAST_GAIN: Final = 0.0002
_ROUNDS_OF_STRANGERS: Final = 3
_FEWEST_VERDICTS: Final = 20
"""Fewer teach nothing that holds: the pairs that are judged first are the oddest ones."""


@dataclass(frozen=True, eq=False)
class Model:
    """What was learned for one kind of record.

    Args:
        kind: person or organisation.
        comparisons: what is compared.
        chances: m, h and u by comparison and level.
        frequencies: of values, by feature.
        keys: which bring pairs together.
        block_at_most: a key's value on more records than this brings nobody together.
        learned_from: how many records.
        link_from: two groups of records are joined while their average weight is at least so much; in bits.
    """

    kind: Kind
    comparisons: tuple[Comparison, ...]
    chances: Chances
    frequencies: Mapping[str, Frequency]
    keys: tuple[Key, ...]
    block_at_most: int
    learned_from: int
    link_from: float = 0.0

    def weights(self, variants: Variants, a: Ints, b: Ints, levels: list[Levels] | None = None) -> Floats:
        """Log2 posterior odds of pairs."""
        return weights(variants, self.comparisons, self.chances, self.frequencies, a, b, levels)


@dataclass(frozen=True)
class Budget:
    """How much comparing is allowed.

    Args:
        block_at_most: a key's value on more records than this brings nobody together.
        pairs_a_record: pairs compared for each record, on average, at the most.
        pairs_at_least: what is allowed however few the records are.
    """

    block_at_most: int = 100
    pairs_a_record: float = 4.0
    pairs_at_least: int = 3_000_000

    def pairs(self, records: int) -> float:
        """For that many records."""
        return max(self.pairs_a_record * records, float(self.pairs_at_least))


BY_DEFAULT: Final = Budget()


@dataclass(frozen=True, eq=False)
class Learned:
    """A model, and the pairs of the records that it was learned from.

    Args:
        model: see Model.
        variants: the records.
        compared: how many pairs its keys brought together.
        a, b: those of them whose weight is not beyond hope.
        weights: of these.
        hashes: of the records by the keys' parts.
    """

    model: Model
    variants: Variants
    compared: int
    a: Ints
    b: Ints
    weights: Floats
    hashes: blocking.KeyHashes

    @property
    def missed(self) -> float:
        """Matches that no key brought together, estimated; a lower bound."""
        model = self.model
        reached = blocking.reached_by(self.variants, model.keys, self.hashes, self.a, self.b, at_most=model.block_at_most)
        return blocking.missed_matches(reached, probability(self.weights))


@dataclass(frozen=True, eq=False)
class Judged:
    """Pairs that stewards judged: two arrays of places, and whether each is one customer's."""

    a: Ints
    b: Ints
    same: Flags


NOTHING_JUDGED: Final = Judged(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_))


def learn(
    kind: Kind, records: Records, budget: Budget = BY_DEFAULT, *, judged: Judged = NOTHING_JUDGED, keyed: Variants | None = None, seed: int = 1
) -> Learned:  # fmt: skip
    """Learn a model from records, and weigh their pairs by it.

    Args:
        kind: person or organisation.
        records: of that kind.
        budget: how many pairs may be compared.
        judged: labels, where there are some.
        keyed: the records by which keys bring them together; these by default. See settling.settle.
        seed: of the sample of random pairs.
    """
    variants = variants_of(records)
    comparisons = comparisons_for(kind, records)
    frequencies = frequencies_of(records)
    hashes = blocking.KeyHashes(variants)
    candidates = candidate_keys(parts_of_features(kind, records.features))
    hashes.work_out(candidates)
    # Neither needs the other.
    drawing: list[Callable[[], Any]] = [
        lambda: _Strangers(variants, comparisons, frequencies, seed),
        lambda: blocking.pilot(variants, candidates, hashes, at_most=budget.block_at_most, pairs_a_key=_PILOT_PAIRS_A_KEY),
    ]
    strangers, pilot = side_by_side(lambda work: work(), drawing)
    chances, keys = _learned_keys(variants, comparisons, frequencies, strangers, candidates, pilot, budget)
    of_keyed = hashes if keyed is None else blocking.KeyHashes(keyed)
    a, b = blocking.candidates(keyed or variants, keys, at_most=budget.block_at_most, hashes=of_keyed)
    of_judged = levels_of(variants, comparisons, judged.a, judged.b)
    chances = _learned_chances(
        *_some(variants, comparisons, a, b, seed), comparisons, strangers, chances, judged=of_judged, same=judged.same
    )
    model = Model(kind, comparisons, chances, frequencies, tuple(keys), budget.block_at_most, records.count)
    left, found = survivors(variants, comparisons, chances, frequencies, a, b, least=LEAST_WEIGHT)
    return Learned(model, variants, len(a), a[left], b[left], found, hashes)


class _Strangers:
    """Random pairs: how often strangers agree. Few of them may be one customer's, and those are taken out by what is learned."""

    def __init__(self, variants: Variants, comparisons: Sequence[Comparison], frequencies: Mapping[str, Frequency], seed: int) -> None:
        self.count = len(variants.first) - 1
        a, b = _random_pairs(self.count, seed)
        self.levels = levels_of(variants, comparisons, a, b)
        self.patterns = weighing.patterns_of(self.levels, _sizes(comparisons))
        self._comparisons = comparisons
        self._frequencies = frequencies

    @property
    def all_pairs(self) -> float:
        return max(self.count * (self.count - 1) / 2, 1.0)

    def standing_for(self, pairs: float) -> weighing.Patterns:
        """Their patterns, together counting for so many pairs."""
        return replace(self.patterns, pairs=self.patterns.pairs * (pairs / max(self.patterns.pairs.sum(), 1.0)))

    def chances(self, learned: Chances | None) -> tuple[Floats, ...]:
        """U by comparison and level: measured, at exact agreement by the frequencies of the values."""
        stranger = (
            np.ones(len(self.levels[0])) if learned is None else weighing.posteriors(self.patterns, learned)[self.patterns.back, STRANGERS]
        )
        measured = weighing.measured(self.levels, self._comparisons, stranger)
        found = []
        for at, comparison in enumerate(self._comparisons):
            u = measured[at].copy()
            frequency = self._frequencies.get(comparison.frequency.get(1, ""))
            if frequency is not None and comparison.exact_by_value:
                others = 0.0 if learned is None else sum(learned.shares[class_] * learned.of[class_][at][1] for class_ in range(STRANGERS))
                assumed = comparison.levels[0].strangers * weighing.ASSUMED_PAIRS
                pairs = frequency.known * (frequency.known - 1) / 2
                # Shares are of all pairs and of those that are assumed beside them.
                others *= 1 + weighing.ASSUMED_PAIRS / max(pairs, 1.0)
                counted = max(frequency.together - others, 0.3 / max(frequency.known, 1)) * pairs
                u[1] = max((counted + assumed) / (pairs + weighing.ASSUMED_PAIRS), _LEAST_CHANCE)
                u[2:] *= (1 - u[1]) / u[2:].sum()
            found.append(u)
        return tuple(found)


def _random_pairs(count: int, seed: int) -> tuple[Ints, Ints]:
    if count * (count - 1) // 2 <= 2 * _RANDOM_PAIRS:
        a, b = np.triu_indices(count, 1)
        return a.astype(np.int64), b.astype(np.int64)
    draw = np.random.default_rng(seed)
    a, b = draw.integers(0, count, _RANDOM_PAIRS), draw.integers(0, count - 1, _RANDOM_PAIRS)
    b = b + (b >= a)
    return np.minimum(a, b), np.maximum(a, b)


def _sizes(comparisons: Sequence[Comparison]) -> list[int]:
    return [len(comparison.levels) for comparison in comparisons]


def _start(comparisons: Sequence[Comparison], strangers: _Strangers, learned: Chances | None) -> Chances:
    count = max(strangers.count, 2)
    shares = learned.shares[:STRANGERS] if learned else np.array([kind.share for kind in weighing.CLASSES]) / count
    shares = np.append(shares, max(1.0 - shares.sum(), _LEAST_CHANCE))
    return weighing.defaults(comparisons, strangers.chances(learned), shares)


def _learned_chances(
    levels: list[Levels], counting: Floats, comparisons: Sequence[Comparison], strangers: _Strangers, chances: Chances | None, *,
    judged: list[Levels] | None = None, same: Flags = NOTHING_JUDGED.same,
) -> Chances:  # fmt: skip
    """Chances from levels of pairs and what each counts for; and from those of judged pairs, which count for nothing but their verdicts."""
    several = levels if judged is None else [np.concatenate([of, more]) for of, more in zip(levels, judged, strict=True)]
    patterns = weighing.patterns_of(several, _sizes(comparisons), np.concatenate([counting, np.zeros(len(same))]))
    labels = _labels(patterns, len(counting), same) if len(same) >= _FEWEST_VERDICTS else None
    unseen = strangers.standing_for(max(strangers.all_pairs - float(counting.sum()), 0.0))

    def taught(begun: Chances | None, namesakes: weighing.Patterns | None) -> Chances:
        for _ in range(_ROUNDS_OF_STRANGERS):
            start = _start(comparisons, strangers, begun)
            begun = weighing.learned(patterns, start, comparisons, strangers.all_pairs, labels=labels, unseen=namesakes)
        assert begun is not None
        return begun

    found = taught(chances, None)
    # Who looks alike, and is mostly of another name or age, is a namesake: keys show only those of them who are alike in more.
    return taught(None, unseen) if weighing.implausible(found, comparisons) else found


def _labels(patterns: weighing.Patterns, before: int, same: Flags) -> weighing.Labels:
    """Verdicts by pattern; the judged pairs stand behind so many others."""
    of_judged, count = patterns.back[before:], len(patterns.levels)
    return weighing.Labels(
        np.bincount(of_judged, minlength=count).astype(np.float64), np.bincount(of_judged, weights=same, minlength=count).astype(np.float64)
    )


def _some(variants: Variants, comparisons: Sequence[Comparison], a: Ints, b: Ints, seed: int) -> tuple[list[Levels], Floats]:
    """Levels of at most so many of the pairs, and how many each stands for."""
    if len(a) > _LEARNING_PAIRS:
        chosen = np.sort(np.random.default_rng(seed).choice(len(a), _LEARNING_PAIRS, replace=False))
        some = levels_of(variants, comparisons, a[chosen], b[chosen])
        return some, np.full(_LEARNING_PAIRS, len(a) / _LEARNING_PAIRS)
    return levels_of(variants, comparisons, a, b), np.ones(len(a))


def _learned_keys(
    variants: Variants, comparisons: Sequence[Comparison], frequencies: Mapping[str, Frequency], strangers: _Strangers, keys: Sequence[Key],
    found: blocking.Pilot, budget: Budget,
) -> tuple[Chances, list[Key]]:  # fmt: skip
    some = np.sort(np.random.default_rng(1).permutation(len(found.a))[:_PILOT_PAIRS])
    levels = levels_of(variants, comparisons, found.a[some], found.b[some])
    chances = _learned_chances(levels, found.counting[some] * (len(found.a) / max(len(some), 1)), comparisons, strangers, None)
    left, bits = survivors(variants, comparisons, chances, frequencies, found.a, found.b, least=LEAST_WEIGHT)
    likely = np.zeros(len(found.a))
    likely[left] = probability(bits)
    chosen = blocking.chosen_keys(keys, found, likely, pairs_at_most=budget.pairs(strangers.count), least_gain=_LEAST_GAIN)
    return chances, chosen
