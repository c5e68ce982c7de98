"""One partial record held against all: which customers it may be, how sure that is, and why.

It is weighed by the very code that weighs a whole run, so a look-up and a run agree on every pair. A caller's record stands
beside the records of a customer; the one that it agrees with best speaks for the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from unequal.identity.arrays import Flags, Ints, arrow
from unequal.identity.lookup.asked import Asked
from unequal.identity.lookup.match_keys import Askable
from unequal.identity.matching.blocking import KeyHashes
from unequal.identity.matching.coding import NO_HASH, UNKNOWN, Hashes, Records
from unequal.identity.matching.comparisons import Comparison
from unequal.identity.matching.index import MatchIndex, asked_for, joined
from unequal.identity.matching.levels import variants_of
from unequal.identity.matching.scoring import Weighed, probability
from unequal.identity.matching.training import LEAST_WEIGHT, Model
from unequal.identity.matching.weighing import MATCHING

HOLDERS_AT_MOST: Final = 150
"""A key that more records share is passed over: one look-up affords more than a run, but not everybody of one name."""
FAR: Final = 5.0
"""Bits by which the next customer must be behind, for the first to be certain: odds of 32 to 1."""
CERTAIN_FROM: Final = 4.25
"""Bits that a certain customer must have at the least: odds of 19 to 1, however low the threshold of runs is."""

VerdictOfLookUp = Literal["certain", "possible", "nobody"]

_VALUES: Final = {"street": ("house_number", "street", "unit"), "place": ("postcode", "city", "region")}


@dataclass(frozen=True)
class Reason:
    """One comparison's part in a weight.

    Args:
        comparison: what is compared.
        level: how well the two agree, in words.
        asked, held: the two values, normalised; None where not known.
        m, u: how often two records of one customer, and two of strangers, agree so; None where the level is not known.
        bits: log2 of m over u.
        rarity: bits that a rare value adds, or a common one takes.
    """

    comparison: str
    level: str
    asked: str | None
    held: str | None
    m: float | None
    u: float | None
    bits: float
    rarity: float


@dataclass(frozen=True)
class Candidate:
    """A customer that somebody may be.

    Args:
        customer_id: under which the customer stands today.
        weight: log2 odds that the caller's record and the customer's best one are one customer's.
        probability: the same as a share.
        decided_by: the exact identifier that both have; None where weights decide.
        source, record_id: the record that agrees best.
        records: of the customer that were weighed.
        prior: bits for two records drawn at random.
        taken_off: bits that households and namesakes take off; 0 or below.
        reasons: for each comparison.
    """

    customer_id: str
    weight: float
    probability: float
    decided_by: str | None
    source: str
    record_id: str
    records: int
    prior: float
    taken_off: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Identified:
    """The answer to a look-up.

    Args:
        verdict: certain, possible or nobody.
        words: the same in a sentence.
        kind: of whom was asked.
        candidates: best first.
        passed_over: attribute or feature -> why it was passed over: placeholder, not_valid or too_common.
        threshold: bits from which runs link.
    """

    verdict: VerdictOfLookUp
    words: str
    kind: str
    candidates: tuple[Candidate, ...]
    passed_over: Mapping[str, str]
    threshold: float


@dataclass(frozen=True, eq=False)
class Found:
    """Records that somebody may be, weighed.

    Args:
        asked: the partial record.
        records: places of records in the index.
        weighed: what the agreement comes to; see Weighed.
        decided: for each record the feature of an exact identifier that both have; empty where none.
        passed_over: see Identified.
        too_many: whether nobody was found, and a key was passed over because too many records share it.
    """

    asked: Records
    records: Ints
    weighed: Weighed
    decided: tuple[str, ...]
    passed_over: Mapping[str, str]
    too_many: bool


def partial(asked: Asked, model: Model, too_common: Mapping[str, frozenset[str]]) -> tuple[Records, dict[str, str]]:
    """A caller's values as records to compare, and what of them is on too many records to mean anyone."""
    common = {name: "too_common" for name, value in asked.features.items() if value in too_common.get(name, ())}
    kept = {name: value for name, value in asked.features.items() if name not in common}
    return asked_for([kept], [name for name in model.frequencies if name in kept]), common


def hashes_of(model: Model, records: Records) -> dict[int, Hashes]:
    """Place of each key -> the hashes of all variants of some records, where the key can be told."""
    hashes = KeyHashes(variants_of(records))
    return {
        place: hashes.of(key) for place, key in enumerate(model.keys) if records.has(*(need for part in key.parts for need in part.needs))
    }


def found(base: Askable, asked: Asked) -> Found:
    """The records that a partial record may be.

    Args:
        base: records that can be asked for.
        asked: see Asked.
    """
    index = base.index
    whom, common = partial(asked, index.model, base.too_common)
    # Values that too many share find nobody, and the base's records do not have them.
    which, records = index.candidates(whom, at_most=HOLDERS_AT_MOST)
    decided, weighed = _decided(index, whom, records, base.deciding), index.weigh(whom, which, records)
    nobody = not any(decided) and not bool((weighed.total >= LEAST_WEIGHT).any())
    return Found(whom, records, weighed, decided, {**asked.passed_over, **common}, nobody and _too_many(index, whom))


def _too_many(index: MatchIndex, whom: Records) -> bool:
    """Whether a key was passed over because too many records share it."""
    sizes = [index.keys[place].sizes(of[of != NO_HASH]) for place, of in hashes_of(index.model, whom).items()]
    return any(bool((size > HOLDERS_AT_MOST).any()) for size in sizes)


def _decided(index: MatchIndex, whom: Records, records: Ints, deciding: Mapping[str, str]) -> tuple[str, ...]:
    by = np.full(len(records), "", dtype=object)
    for feature in deciding:
        if feature in whom.features and feature in index.records.features and len(records):
            value = whom.features[feature].values[0]
            by[_holds(index.records, feature, value, records)] = feature
    return tuple(by.tolist())


def _holds(held: Records, feature: str, value: str, records: Ints) -> Flags:
    """Whether each of some records has a value, as its best or beside it."""
    coded = held.features[feature]
    of_first: Flags = np.array([code != UNKNOWN and coded.values[code] == value for code in coded.codes[records]], dtype=np.bool_)
    if feature in held.others:
        record, code = held.others[feature]
        start, end = np.searchsorted(record, records), np.searchsorted(record, records, side="right")
        of_first |= np.array([value in coded.values[code[a:b]] for a, b in zip(start, end, strict=True)], dtype=np.bool_)
    return of_first


def identified(base: Askable, found_: Found, customers: Sequence[str | None], *, kind: str, limit: int) -> Identified:
    """Records found as customers, best first, with a verdict.

    Args:
        base: where they were found.
        found_: see Found.
        customers: for each record found the customer that it belongs to today; None for one that has none.
        kind: of whom was asked.
        limit: how many customers.
    """
    order = sorted(
        (at for at, customer in enumerate(customers) if customer is not None and _worth_telling(found_, at)),
        key=lambda at: (not found_.decided[at], -round(float(found_.weighed.total[at]), 9), at),
    )
    best: dict[str, int] = {}
    for at in order:
        best.setdefault(str(customers[at]), at)
    shown = [_candidate(base, found_, at, customers) for at in list(best.values())[:limit]]
    threshold = base.index.model.link_from
    verdict = _verdict([(bool(found_.decided[at]), float(found_.weighed.total[at])) for at in best.values()], threshold)
    return Identified(verdict, _words(verdict, len(best), found_), kind, tuple(shown), found_.passed_over, threshold)


def _worth_telling(found_: Found, at: int) -> bool:
    return bool(found_.decided[at]) or float(found_.weighed.total[at]) >= LEAST_WEIGHT


def _verdict(ranked: Sequence[tuple[bool, float]], threshold: float) -> VerdictOfLookUp:
    """What customers' weights come to, best first; each says whether an exact identifier decides."""
    if not ranked:
        return "nobody"
    (decided, weight), *others = ranked
    if decided:
        return "possible" if any(also for also, _ in others) else "certain"
    behind = all(weight - other >= FAR for _, other in others)
    return "certain" if weight >= max(threshold, CERTAIN_FROM) and behind else "possible"


def _words(verdict: VerdictOfLookUp, customers: int, found_: Found) -> str:
    if verdict == "certain":
        return "Certain: this is the customer, and nobody else comes near."
    if verdict == "possible":
        return "One customer is possible, none is certain." if customers == 1 else f"Several are possible: {customers:,} customers."
    if found_.too_many:
        return "Too many records have what was given: give more, such as a birth date, an e-mail, a phone or a postcode."
    return "Nobody is known by this."


def _candidate(base: Askable, found_: Found, at: int, customers: Sequence[str | None]) -> Candidate:
    record, weight = int(found_.records[at]), float(found_.weighed.total[at])
    source, record_id = (names.take(arrow([record])).to_pylist()[0] for names in (base.source, base.record_id))
    decided = found_.decided[at]
    model = base.index.model
    return Candidate(
        customer_id=str(customers[at]),
        weight=weight,
        probability=float(probability(np.array([weight]))[0]),
        decided_by=base.deciding[decided] if decided else None,
        source=source,
        record_id=record_id,
        records=sum(customer == customers[at] for customer in customers),
        prior=model.chances.prior_bits(MATCHING),
        taken_off=float(found_.weighed.others[at]),
        reasons=reasons(model, found_.weighed, at, (found_.asked, 0), (base.index.records, record)),
    )


def reasons(model: Model, weighed: Weighed, at: int, one: tuple[Records, int], other: tuple[Records, int]) -> tuple[Reason, ...]:
    """A pair's weight, comparison by comparison.

    Args:
        model: that weighed it.
        weighed: pairs.
        at: which of them.
        one, other: records, and the place of the pair's record in them.
    """
    told = []
    for place, comparison in enumerate(model.comparisons):
        level = int(weighed.levels[place][at])
        m, u = (float(of[place][level]) if level else None for of in (model.chances.matching, model.chances.strangers))
        told.append(
            Reason(
                comparison.name, comparison.levels[level - 1].label if level else "not known", _value(*one, comparison), _value(*other, comparison),
                m, u, float(weighed.agreement[place][at]), float(weighed.rarity[place][at]),
            )
        )  # fmt: skip
    return tuple(told)


def _value(records: Records, place: int, comparison: Comparison) -> str | None:
    """What a record holds of what is compared; its best values."""
    said = []
    for feature in _VALUES.get(comparison.name, comparison.needs):
        if feature in records.features:
            coded = records.features[feature]
            if coded.codes[place] != UNKNOWN:
                said.append(str(coded.values[coded.codes[place]]))
    return " ".join(said) or None


@dataclass(frozen=True)
class PairWeighed:
    """Two records, weighed.

    Args:
        weight: log2 odds that they are one customer's.
        probability: the same as a share.
        prior, taken_off, reasons: see Candidate; `asked` is of the first, `held` of the second.
        keys: names of the keys by which runs bring the two together; none where they are never compared.
        threshold: bits from which runs link.
    """

    weight: float
    probability: float
    prior: float
    taken_off: float
    reasons: tuple[Reason, ...]
    keys: tuple[str, ...]
    threshold: float


def pair_of(base: Askable, a: int, b: int) -> PairWeighed:
    """Two records of a base weighed against each other, as a run weighs them.

    Args:
        base: records.
        a, b: places of two of them, the lower first.
    """
    index, model = base.index, base.index.model
    one = index.records.of(np.array([a], dtype=np.int64)) if index.records.count > 1 else index.records
    weighed = index.weigh(one, np.zeros(1, dtype=np.int64), np.array([b], dtype=np.int64))
    weight = float(weighed.total[0])
    told = reasons(model, weighed, 0, (index.records, a), (index.records, b))
    return PairWeighed(
        weight, float(probability(np.array([weight]))[0]), model.chances.prior_bits(MATCHING), float(weighed.others[0]), told,
        _keys_of_pair(base, a, b), model.link_from,
    )  # fmt: skip


def _keys_of_pair(base: Askable, a: int, b: int) -> tuple[str, ...]:
    """Names of the runs' keys that bring two records together."""
    index = base.index
    two = joined(Records(0, {}), index.records, np.array([a, b], dtype=np.int64), index.model.frequencies)
    owner = variants_of(two).owner
    shared = []
    for place, of in hashes_of(index.model, two).items():
        if place < base.own_keys:
            both = np.intersect1d(of[(owner == 0) & (of != NO_HASH)], of[(owner == 1) & (of != NO_HASH)])
            if len(both) and bool((index.keys[place].sizes(both) <= index.model.block_at_most).any()):
                shared.append(index.model.keys[place].name)
    return tuple(shared)
