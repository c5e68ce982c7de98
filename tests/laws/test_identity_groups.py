"""What holds for groups, blocks and thresholds of matching, whatever the weights and the records."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.truth.drawn_records import world

from unequal.identity.clustering import UNKNOWN
from unequal.identity.matching import blocking, thresholds
from unequal.identity.matching.coding import NO_HASH, Records, coded_records
from unequal.identity.matching.comparisons import COMPARISONS, Comparison, comparison_named
from unequal.identity.matching.grouping import MUST, NEVER, Grouped, grouped
from unequal.identity.matching.keys import PARTS, Key, candidate_keys, parts_of_features
from unequal.identity.matching.levels import levels_of, variants_of
from unequal.identity.matching.settling import Constraints

RECORDS = 9
LINK_FROM = 1.5

Square = np.ndarray
"""The weight of every pair of records, both ways."""


@st.composite
def squares(draw: st.DrawFn, *, records: int = RECORDS) -> Square:
    """Weights of all pairs, no two alike, some of them by rule; MUST is drawn from parts that NEVER never cuts."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    one, other = np.triu_indices(records, 1)
    part = chance.integers(0, draw(st.integers(3, 12)), records)
    ruled_out = chance.random(len(one)) < draw(st.sampled_from([0.0, 0.1, 0.3]))
    bits = chance.uniform(-11, 11, len(one)) + draw(st.sampled_from([-3, 0, 3])) * 0.3
    bits = np.where(ruled_out & (part[one] != part[other]), NEVER, bits)
    if draw(st.booleans()):
        bits = np.where(part[one] == part[other], MUST, bits)
    found = np.zeros((records, records))
    found[one, other] = bits
    return found + found.T


def groups(square: Square, link_from: float = LINK_FROM) -> Grouped:
    a, b = np.triu_indices(len(square), 1)
    return grouped(len(square), a, b, square[a, b], lambda left, right: square[left, right], link_from=link_from)


def parts(label: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == name).tolist()) for name in np.unique(label)}


@given(squares(), st.randoms(use_true_random=False))
def test_what_the_records_are_numbered_decides_nothing(square: Square, random: object) -> None:
    order = list(range(RECORDS))
    random.shuffle(order)  # type: ignore[attr-defined]
    there = parts(groups(square).label)
    back = parts(groups(square[np.ix_(order, order)]).label)
    assert {frozenset(order[record] for record in part) for part in back} == there


@given(squares())
def test_no_group_holds_two_who_never_can_be_one_and_who_must_be_one_is(square: Square) -> None:
    label = groups(square).label
    together = label[:, None] == label[None, :]
    assert not (together & (square == NEVER)).any()
    # These rules are free of contradictions, so each is kept.
    for a, b in zip(*np.nonzero(square == MUST), strict=True):
        assert label[a] == label[b] or (square[np.ix_(label == label[a], label == label[b])] == NEVER).any()


@given(squares(), st.floats(1.5, 6), st.floats(0, 6))
def test_a_higher_threshold_makes_parts_of_the_same_groups(square: Square, low: float, more: float) -> None:
    """As long as the same records hang together: groups are joined from the best average down, and a threshold only ends that."""
    coarse, fine = groups(square, low), groups(square, low + more)
    assume(list(coarse.component) == list(fine.component))
    assert all(any(small <= large for large in parts(coarse.label)) for small in parts(fine.label))
    assert len(fine.joins) <= len(coarse.joins)


@given(squares(), st.integers(1, 3))
def test_records_that_resemble_nobody_stay_alone_and_change_nothing(square: Square, strangers: int) -> None:
    more = np.full((RECORDS + strangers, RECORDS + strangers), -7.0)
    more[:RECORDS, :RECORDS] = square
    found = groups(more).label
    assert list(found[:RECORDS]) == list(groups(square).label)
    assert list(found[RECORDS:]) == list(range(RECORDS, RECORDS + strangers))


@given(squares())
def test_every_pair_put_together_is_counted_in_one_join(square: Square) -> None:
    found = groups(square)
    sizes = np.array([len(part) for part in parts(found.label)])
    assert found.joins[:, 1].sum() == (sizes * (sizes - 1) // 2).sum()
    assert len(found.joins) == RECORDS - len(sizes)
    assert (found.joins[:, 0] >= LINK_FROM).all()


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_components_worked_on_side_by_side_come_out_as_each_alone(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sizes = chance.integers(1, 6, 8)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    square = np.full((starts[-1], starts[-1]), -9.0)
    for start, end in itertools.pairwise(starts):
        block = chance.uniform(-6, 10, (end - start, end - start))
        square[start:end, start:end] = np.triu(block, 1) + np.triu(block, 1).T
    whole = groups(square).label
    for start, end in itertools.pairwise(starts):
        assert list(whole[start:end] - start) == list(groups(square[start:end, start:end]).label)


# Thresholds

joins_drawn = st.lists(st.tuples(st.integers(6, 60).map(lambda quarters: quarters / 4), st.integers(1, 400)), min_size=1, max_size=25)


@given(joins_drawn)
def test_the_expected_share_of_false_pairs_grows_from_the_strongest_join_down(joins: list[tuple[float, int]]) -> None:
    ordered = np.array(sorted(joins, reverse=True), dtype=np.float64)
    share = thresholds.false_share(ordered)
    assert (np.diff(share) >= -1e-12).all()
    assert (share <= 1 - 1 / (1 + 2 ** -ordered[:, 0]) + 1e-12).all(), "never above that of the weakest join"


@example([(8.0, 100), (2.0, 60), (2.0, 60)], 0.08)
@given(joins_drawn, st.floats(0.001, 0.3))
def test_from_the_threshold_up_no_more_is_expected_to_be_false_than_is_allowed(joins: list[tuple[float, int]], allowed: float) -> None:
    """Or less than one pair; and of what the threshold leaves out, nothing could be had without more than that."""
    some = np.array(sorted(joins, reverse=True), dtype=np.float64)
    found = thresholds.threshold(some, false_at_most=allowed)
    kept = some[some[:, 0] >= found]
    assert thresholds.LOWEST <= found <= thresholds.HIGHEST
    if len(kept) and found < thresholds.HIGHEST:
        share = thresholds.false_share(kept)[-1]
        assert share <= allowed or share * kept[:, 1].sum() < 1
    below = some[some[:, 0] < found]
    if len(below):
        more = some[some[:, 0] >= below[0, 0]]
        share = thresholds.false_share(more)[-1]
        assert share > allowed
        assert share * more[:, 1].sum() >= 1


# Blocking

VALUES = {
    "given": ["mary", "mark", "bob", "robert"],
    "family": ["lee", "leigh", "doe", "smith"],
    "email": ["ann@lee.com", "ann@lee.org", "bob@firm.com"],
    "birth_date": ["1970-02-01", "1970-02-11", "1948-11-23"],
}
rows_drawn = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()}), min_size=2, max_size=8
)


def records_of(rows: list[dict[str, str | None]]) -> Records:
    return coded_records(pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in VALUES}), list(VALUES))


@settings(max_examples=40)
@given(rows_drawn)
def test_a_pair_is_reached_by_as_many_keys_as_make_a_candidate_of_it(rows: list[dict[str, str | None]]) -> None:
    records = records_of(rows)
    variants = variants_of(records)
    keys = candidate_keys(parts_of_features("person", records.features))
    hashes = blocking.KeyHashes(variants)
    a, b = np.triu_indices(records.count, 1)
    alone = [set(zip(*(side.tolist() for side in blocking.candidates(variants, [key], at_most=100)), strict=True)) for key in keys]
    expected = [sum(pair in some for some in alone) for pair in zip(a.tolist(), b.tolist(), strict=True)]
    assert list(blocking.reached_by(variants, keys, hashes, a, b, at_most=100)) == expected
    left, right = blocking.candidates(variants, keys, at_most=100)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == set().union(*alone)


@settings(max_examples=40)
@given(rows_drawn, st.integers(1, 4))
def test_candidates_stand_once_lower_first_and_in_order_and_no_block_is_over_the_cap(
    rows: list[dict[str, str | None]], at_most: int
) -> None:
    records = records_of(rows)
    variants = variants_of(records)
    hashes = blocking.KeyHashes(variants)
    for key in candidate_keys(parts_of_features("person", records.features)):
        a, b = blocking.candidates(variants, [key], at_most=at_most)
        pairs = list(zip(a.tolist(), b.tolist(), strict=True))
        assert pairs == sorted(set(pairs))
        assert (a < b).all()
        of_key = hashes.of(key)
        assert (of_key[a] == of_key[b]).all()
        assert not len(a) or np.unique(of_key[of_key != NO_HASH], return_counts=True)[1].max(initial=0) >= 2
        assert all((of_key == of_key[record]).sum() <= at_most for record in a)


@st.composite
def pilots(draw: st.DrawFn) -> tuple[list[Key], blocking.Pilot, np.ndarray]:
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    keys = list(candidate_keys(PARTS["person"][:6]))[: draw(st.integers(1, 8))]
    pairs = draw(st.integers(1, 30))
    reached = chance.random((len(keys), pairs)) < draw(st.sampled_from([0.1, 0.4, 0.8]))
    cost = chance.integers(1, 2_000, len(keys)).astype(np.float64)
    found = blocking.Pilot(np.zeros(pairs, dtype=np.int64), np.ones(pairs, dtype=np.int64), reached, chance.uniform(1, 9, pairs), cost)
    return keys, found, chance.random(pairs)


@given(pilots(), st.integers(1, 6_000), st.sampled_from([0.0, 0.0002, 0.05]))
def test_the_keys_that_are_chosen_stay_within_the_budget_and_each_adds_something(
    drawn: tuple[list[Key], blocking.Pilot, np.ndarray], budget: int, least: float
) -> None:
    keys, found, likely = drawn
    chosen = [keys.index(key) for key in blocking.chosen_keys(keys, found, likely, pairs_at_most=budget, least_gain=least)]
    assert len(set(chosen)) == len(chosen)
    assert found.pairs[chosen].sum() <= budget
    worth, reached = likely * found.counting, np.zeros(found.reached.shape[1], dtype=bool)
    for at in chosen:
        assert worth[found.reached[at] & ~reached].sum() > least * worth.sum() * 0.999
        reached |= found.reached[at]
    for at in set(range(len(keys))) - set(chosen):
        affordable = found.pairs[chosen].sum() + found.pairs[at] <= budget
        assert not affordable or worth[found.reached[at] & ~reached].sum() <= least * worth.sum() * 1.001 + 1e-5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sample_of_blocks_tells_what_keys_cost_and_how_many_matches_they_reach(seed: int) -> None:
    """Each drawn match stands for as many as its chance of being drawn says: summed they are the matches that all keys reach."""
    made = world(3_000, 500, seed)
    variants = variants_of(made.records)
    hashes = blocking.KeyHashes(variants)
    keys = [key for key in candidate_keys(parts_of_features("person", made.records.features)) if len(key.parts) == 1]
    a, b = blocking.candidates(variants, keys, at_most=100)
    whole = blocking.pilot(variants, keys, hashes, at_most=100, pairs_a_key=10**9)
    assert list(whole.a * 10_000 + whole.b) == list(a * 10_000 + b)
    assert whole.counting == pytest.approx(np.ones(len(a)))
    few = blocking.pilot(variants, keys, hashes, at_most=100, pairs_a_key=300)
    matches = made.a * 10_000 + made.b
    is_match = np.isin(few.a * 10_000 + few.b, matches)
    reached = np.isin(a * 10_000 + b, matches).sum()
    assert is_match.sum() < 0.9 * reached, "some are not drawn"
    assert few.counting[is_match].sum() == pytest.approx(reached, rel=0.07)
    for at, key in enumerate(keys):
        assert few.pairs[at] == len(blocking.candidates(variants, [key], at_most=100)[0])


# Levels

SINGLE = [
    (kind, comparison, name)
    for kind, some in COMPARISONS.items()
    for comparison in some
    for name in comparison.needs
    if len(comparison.needs) == 1
] + [("person", comparison_named("person", name), name) for name in ("key_card", "own_club")]

letters = st.text("abcd \u00e9\u6771", min_size=1, max_size=9).map(lambda text: " ".join(text.split())).filter(bool)
TEXTS = {
    "birth_date": st.dates().map(str) | st.sampled_from(["1970", "1970-02", "1970-02-01", "1970-01-02"]),
    "email": st.tuples(st.text("ab.", min_size=1, max_size=5), st.sampled_from(["x.com", "y.org"])).map("@".join),
    "phone": st.integers(2 * 10**9, 2 * 10**9 + 30).map(lambda number: f"+1{number}"),
    "gender": st.sampled_from(["f", "m"]),
}


@pytest.mark.parametrize(("kind", "comparison", "name"), SINGLE, ids=[f"{kind}: {comparison.name}" for kind, comparison, _ in SINGLE])
@given(data=st.data())
def test_the_best_level_is_reached_by_what_is_the_same_and_by_nothing_else(
    kind: str, comparison: Comparison, name: str, data: st.DataObject
) -> None:
    """Whatever the texts. A host is the same under other names before it, an organisation with its words in another order or run together."""
    values = data.draw(st.lists(TEXTS.get(name, letters), min_size=2, max_size=5))
    columns = {name: pa.array(values, pa.string())}
    if name == "street":
        columns |= {"house_number": pa.array(["7"] * len(values))}
    records = coded_records(pa.table(columns), list(columns))
    a, b = np.triu_indices(len(values), 1)
    there, back = (levels_of(variants_of(records), [comparison], *pair)[0] for pair in ((a, b), (b, a)))
    assert list(there) == list(back)

    def same(one: str, other: str) -> bool:
        if comparison.name == "e-mail domain":
            return one.rpartition("@")[2] == other.rpartition("@")[2]
        if name == "organisation":
            return sorted(one.split()) == sorted(other.split()) or one.replace(" ", "") == other.replace(" ", "")
        return one == other

    for at, (one, other) in enumerate(zip(a, b, strict=True)):
        assert (there[at] == 1) == same(values[one], values[other])
        assert there[at] != 0


# Rules over weights

COUNT = 6
pairs_drawn = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).filter(lambda pair: pair[0] < pair[1]), max_size=5, unique=True
)


def ends(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in pairs], dtype=np.int64), np.array([b for _, b in pairs], dtype=np.int64)


@given(
    pairs_drawn,
    pairs_drawn,
    st.lists(st.integers(UNKNOWN, 1), min_size=COUNT, max_size=COUNT),
    st.lists(st.integers(UNKNOWN, 2), min_size=COUNT, max_size=COUNT),
)
def test_of_two_rules_on_a_pair_the_stronger_holds(
    must: list[tuple[int, int]], different: list[tuple[int, int]], once: list[int], generation: list[int]
) -> None:
    """A steward's "different", then a source that knows nobody twice, then an exact identifier, then junior and senior, then the weight."""
    rules = Constraints(np.array(once), np.array(generation), must=ends(must), different=ends(different))
    a, b = np.triu_indices(COUNT, 1)
    for left, right in ((a, b), (b, a)):
        found = rules.applied(np.full(len(a), 3.0), left, right)
        for bits, pair in zip(found, zip(a.tolist(), b.tolist(), strict=True), strict=True):
            twice = UNKNOWN != once[pair[0]] == once[pair[1]]
            juniors = {generation[pair[0]], generation[pair[1]]}
            if pair in different or twice:
                assert bits == NEVER
            elif pair in must:
                assert bits == MUST
            else:
                assert bits == (NEVER if len(juniors - {UNKNOWN}) == 2 else 3.0)


nearly_alike = st.builds(lambda above, below: np.uint64((above << 60) | below), st.integers(0, 2), st.integers(0, 3))


@given(st.lists(st.tuples(st.integers(0, 5), nearly_alike), max_size=30), st.integers(1, 6))
def test_a_block_holds_the_records_of_one_hash_each_once_however_alike_hashes_are(rows: list[tuple[int, np.uint64]], at_most: int) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    hashes, records = np.array([of for _, of in rows], dtype=np.uint64), np.array([record for record, _ in rows], dtype=np.int32)
    blocks = blocking.Blocks.of(hashes, records, at_most=at_most)
    found = {
        int(of): blocks.records[start : start + size].tolist()
        for of, start, size in zip(blocks.hashes, blocks.starts, blocks.sizes, strict=True)
    }
    held = {int(of): sorted({record for record, other in rows if other == of}) for _, of in rows if of != NO_HASH}
    assert found == {of: whom for of, whom in held.items() if 1 < len(whom) <= at_most}
