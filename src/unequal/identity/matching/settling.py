"""Records of one kind into groups: weighed, held against what must and must not be, and put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Floats, Ints, distinct
from unequal.identity.matching import blocking, grouping, second_look, thresholds
from unequal.identity.matching.coding import UNKNOWN, Records
from unequal.identity.matching.comparisons import Kind
from unequal.identity.matching.drift import Drift, drift
from unequal.identity.matching.levels import Variants, variants_of
from unequal.identity.matching.scoring import probability, survivors
from unequal.identity.matching.side_by_side import both
from unequal.identity.matching.training import BY_DEFAULT, LEAST_WEIGHT, Budget, Judged, Model, learn

_THRESHOLD_COMPONENTS: Final = 200_000

_NOTHING: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Constraints:
    """What must be one customer, and what never can be, whatever the weights say.

    Args:
        once: for each record the source, if that holds each customer once; UNKNOWN else.
        generation: for each record 1 senior, 2 junior and on; UNKNOWN where not said.
        must: pairs that share an exact identifier, lower record first, two arrays.
        same, different: pairs that a steward judged, likewise.
    """

    once: Ints
    generation: Ints
    must: tuple[Ints, Ints] = (_NOTHING, _NOTHING)
    same: tuple[Ints, Ints] = (_NOTHING, _NOTHING)
    different: tuple[Ints, Ints] = (_NOTHING, _NOTHING)
    _ids: dict[str, Ints] = field(default_factory=dict, repr=False, init=False)

    def applied(self, bits: Floats, a: Ints, b: Ints) -> Floats:
        """Weights with MUST and NEVER put in; the later rule wins: identifiers, what sources and names rule out, who is different.

        What is said to be the same is no weight: it joins groups after they are made, so that it splits none.
        """
        found = np.where(self.among("must", a, b), grouping.MUST, bits)
        found = np.where(self.deduplicated(a, b), grouping.NEVER, found)
        found = np.where(self.generations(a, b) & (found < grouping.MUST), grouping.NEVER, found)
        return np.where(self.among("different", a, b), grouping.NEVER, found)

    def deduplicated(self, a: Ints, b: Ints) -> Flags:
        """Two ids of a source that holds each customer once."""
        found: Flags = (self.once[a] == self.once[b]) & (self.once[a] != UNKNOWN)
        return found

    def generations(self, a: Ints, b: Ints) -> Flags:
        """A junior and a senior."""
        one, other = self.generation[a], self.generation[b]
        found: Flags = (one != other) & (one != UNKNOWN) & (other != UNKNOWN)
        return found

    def among(self, which: str, a: Ints, b: Ints) -> Flags:
        """Whether pairs are among those of one rule."""
        count = np.int64(max(len(self.once), 1))
        if which not in self._ids:
            one, other = getattr(self, which)
            self._ids[which] = distinct(one * count + other)
        known = self._ids[which]
        if not len(known):
            return np.zeros(len(a), dtype=np.bool_)
        wanted = np.minimum(a, b) * count + np.maximum(a, b)
        found: Flags = known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted
        return found

    @property
    def judged(self) -> Judged:
        """What stewards said, as labels."""
        (one, other), (left, right) = self.same, self.different
        same = np.concatenate([np.ones(len(one), dtype=np.bool_), np.zeros(len(left), dtype=np.bool_)])
        return Judged(np.concatenate([one, left]), np.concatenate([other, right]), same)

    def of(self, rows: Ints) -> Constraints:
        """The constraints of some records, numbered by their places among them; rows ascend."""
        place = np.full(len(self.once), UNKNOWN, dtype=np.int64)
        place[rows] = np.arange(len(rows))

        def inside(pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
            a, b = place[pairs[0]], place[pairs[1]]
            both = (a != UNKNOWN) & (b != UNKNOWN)
            return a[both], b[both]

        return Constraints(self.once[rows], self.generation[rows], inside(self.must), inside(self.same), inside(self.different))


@dataclass(frozen=True, eq=False)
class Settled:
    """Records of one kind, put into groups.

    Args:
        model: that weighed them.
        label: for each record the lowest record of its group.
        component: for each record the lowest of all that hang together with it, groups apart.
        a, b: pairs that are worth knowing of: likely, or linked by rule.
        bits: their weights, rules left aside.
        joins: see grouping.Grouped.
        compared: how many pairs were compared.
        missed: matches that no key brought together, estimated.
        drift: how far the records have moved from those that the model was learned from.
    """

    model: Model
    label: Ints
    component: Ints
    a: Ints
    b: Ints
    bits: Floats
    joins: Floats
    compared: int
    missed: float
    drift: Drift

    @property
    def false_share(self) -> float:
        """The share of pairs put together that is expected to be false."""
        ordered = self.joins[np.argsort(-self.joins[:, 0], kind="stable")]
        return float(thresholds.false_share(ordered)[-1]) if len(ordered) else 0.0


def settle(
    kind: Kind,
    records: Records,
    constraints: Constraints,
    *,
    model: Model | None = None,
    budget: Budget = BY_DEFAULT,
    false_at_most: float = 0.03,
    keyed: Records | None = None,
    sizes: blocking.Sizes | None = None,
) -> Settled:
    """Put records of one kind into groups.

    Args:
        kind: person or organisation.
        records: of that kind.
        constraints: numbered as they are.
        model: learned before; learned from these records by default.
        budget: how many pairs may be compared, where a model is to be learned.
        false_at_most: share of false pairs that the threshold allows, likewise.
        keyed: the records with the values that too many share, which are no evidence: keys count them, so that a block is as
            large whichever of its records are looked at, now or when more arrive; as `records` by default.
        sizes: how many records a key's block holds in truth, where these records are only some of all.
    """
    variants = variants_of(records)
    if model is None:
        found = learn(kind, records, budget, judged=constraints.judged, keyed=None if keyed is None else variants_of(keyed))
        weighing, variants, a, b, bits, compared = found.model, found.variants, found.a, found.b, found.weights, found.compared
    else:
        a, b = blocking.candidates(variants if keyed is None else variants_of(keyed), model.keys, at_most=model.block_at_most, sizes=sizes)
        compared, weighing = len(a), model
        left, bits = survivors(variants, model.comparisons, model.chances, model.frequencies, a, b, least=LEAST_WEIGHT)
        a, b = a[left], b[left]
    pairs = _with_rules(weighing, variants, constraints, a, b, bits)

    def put_together() -> tuple[Model, grouping.Grouped, Ints]:
        by = model or replace(weighing, link_from=_threshold(weighing, variants, constraints, *pairs, false_at_most))
        weigh, (one, other, _) = _weighing(by, variants, constraints), pairs
        grouped = grouping.grouped(records.count, one, other, constraints.applied(pairs[2], one, other), weigh, link_from=by.link_from)
        return by, grouped, _second_look(by, records, variants, constraints, grouped.label)

    def told() -> tuple[float, Drift]:
        missed = found.missed if model is None else 0.0 if sizes is not None else _missed(model, variants, a, b, bits)
        return missed, drift(weighing, records, variants, *pairs)

    (by, grouped, label), (missed, moved) = both(put_together, told)
    return Settled(by, label, grouped.component, *pairs, grouped.joins, compared, missed, moved)


def _second_look(model: Model, records: Records, variants: Variants, constraints: Constraints, label: Ints) -> Ints:
    """Groups that hold two birth dates put together anew; see second_look."""
    if second_look.FEATURE not in records.features:
        return label
    rows = second_look.suspects(label, records.features[second_look.FEATURE])
    if not len(rows):
        return label
    a, b = second_look.pairs_within(label, rows)
    dated = second_look.with_dates_of_nearest(records.of(rows), a, b, lambda one, other: model.weights(variants, rows[one], rows[other]))
    weigh = _weighing(model, variants_of(dated), constraints.of(rows))
    again = grouping.grouped(len(rows), a, b, weigh(a, b), weigh, link_from=model.link_from).label
    return second_look.looked_at_again(label, rows, again)


def _weighing(model: Model, variants: Variants, constraints: Constraints) -> grouping.Weigh:
    return lambda a, b: constraints.applied(model.weights(variants, a, b), a, b)


def _with_rules(model: Model, variants: Variants, constraints: Constraints, a: Ints, b: Ints, bits: Floats) -> tuple[Ints, Ints, Floats]:
    """Pairs and weights, those added that a rule is about and no key brought together; in order."""
    count = np.int64(max(len(variants.first) - 1, 1))
    ruled = [constraints.must, constraints.same, constraints.different]
    by_rule = distinct(np.concatenate([np.minimum(*pair) * count + np.maximum(*pair) for pair in ruled]))
    if not len(by_rule):
        return a, b, bits
    added = np.setdiff1d(by_rule, a * count + b, assume_unique=True)
    more_a, more_b = added // count, added % count
    whole_a, whole_b = np.concatenate([a, more_a]), np.concatenate([b, more_b])
    whole = np.concatenate([bits, model.weights(variants, more_a, more_b)])
    order = np.lexsort((whole_b, whole_a))
    return whole_a[order], whole_b[order], whole[order]


def _threshold(
    model: Model, variants: Variants, constraints: Constraints, a: Ints, b: Ints, bits: Floats, false_at_most: float
) -> float:  # fmt: skip
    """Looked for on a part of a large base: the components of the first records."""
    some = slice(None) if len(a) <= _THRESHOLD_COMPONENTS else slice(0, _THRESHOLD_COMPONENTS)
    ruled = constraints.applied(bits[some], a[some], b[some])
    joins = grouping.grouped(
        len(variants.first) - 1, a[some], b[some], ruled, _weighing(model, variants, constraints), link_from=thresholds.LOWEST
    ).joins
    return thresholds.threshold(joins[joins[:, 0] < _BY_RULE], false_at_most=false_at_most)


_BY_RULE: Final = 1000.0
"""An average above this was reached by rule, not by weights."""


def _missed(model: Model, variants: Variants, a: Ints, b: Ints, bits: Floats) -> float:
    reached = blocking.reached_by(variants, model.keys, blocking.KeyHashes(variants), a, b, at_most=model.block_at_most)
    return blocking.missed_matches(reached, probability(bits))
