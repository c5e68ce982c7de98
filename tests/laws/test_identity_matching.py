"""What holds when two records are held against each other, whatever they say."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unequal.identity.clustering import UNKNOWN
from unequal.identity.matching import blocking, dates, exact, second_look, thresholds
from unequal.identity.matching.coding import NO_HASH, Coded, Records, coded_records
from unequal.identity.matching.comparisons import COMPARISONS, Comparison, comparison_named
from unequal.identity.matching.keeping import digest_of, model_tables, models_of
from unequal.identity.matching.keys import PARTS, Part, candidate_keys
from unequal.identity.matching.levels import levels_of, variants_of
from unequal.identity.matching.pairs import Pairs
from unequal.identity.matching.settling import Constraints
from unequal.identity.matching.training import learn

VALUES = {
    "given": ["mary", "mary ann", "maria", "mark", "m", "bob", "robert", "robret", "lee"],
    "family": ["lee", "leigh", "doe", "smith", "smyth", "smith jones", "mary"],
    "birth_date": ["1970-02-01", "1970-01-02", "1970-02-11", "1970-02", "1970", "1948-11-23", "1984-11-23"],
    "email": ["ann@lee.com", "ann@lee.org", "anne@lee.com", "bob@firm.com", "annabel@firm.com"],
    "phone": ["+12125550187", "+12125550178", "+13125550187", "+442071838750"],
    "street": ["main street", "mian street", "high street", "park road"],
    "house_number": ["1", "12"],
    "unit": ["4", "5"],
    "postcode": ["89132", "89134", "10115", "tq13 8df", "tq13 8dg"],
    "city": ["las vegas", "las vegs", "berlin"],
    "region": ["nv", "be"],
    "gender": ["m", "f"],
    "generation": ["1", "2", "3"],
    "tax_id": ["de123456788", "de123456789", "us12"],
    "organisation": ["bike world", "bikeworld", "world bike", "bike world berlin", "bw", "corner shop", "bike wrold"],
    "key_card": ["1234567", "1234568", "99"],
    "own_club": ["golf club", "golf clubs", "chess"],
}
ASKED = [(kind, comparison) for kind, some in COMPARISONS.items() for comparison in some]
ASKED += [("person", comparison_named("person", name)) for name in ("key_card", "own_club")]
NAMES = [f"{kind}: {comparison.name}" for kind, comparison in ASKED]
PARTS_OF_KINDS = [(kind, part) for kind, some in PARTS.items() for part in some]


def records_of(rows: list[dict[str, str | None]]) -> Records:
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in VALUES})
    return coded_records(table, list(VALUES))


rows_drawn = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()}), min_size=2, max_size=6
)


@pytest.mark.parametrize(("kind", "comparison"), ASKED, ids=NAMES)
@given(rows_drawn)
def test_a_comparison_asks_both_ways_alike_and_knows_no_other_levels_than_its_own(
    kind: str, comparison: Comparison, rows: list[dict[str, str | None]]
) -> None:
    records = records_of(rows)
    if not any(name in records.features for name in comparison.needs):
        return
    a, b = np.triu_indices(records.count, 1)
    variants = variants_of(records)
    (there,), (back,) = levels_of(variants, [comparison], a, b), levels_of(variants, [comparison], b, a)
    assert list(there) == list(back)
    assert ((there >= 0) & (there <= len(comparison.levels))).all()


@pytest.mark.parametrize(("kind", "comparison"), ASKED, ids=NAMES)
def test_the_best_level_is_the_same_value_and_the_last_is_reached_by_two_that_differ(kind: str, comparison: Comparison) -> None:
    rows = [dict.fromkeys(VALUES), *(dict.fromkeys(comparison.needs, value) for value in _every(comparison))]
    both = [*rows, *rows[1:]]
    records = records_of(both)  # type: ignore[arg-type]
    same = np.arange(1, len(rows))
    known = levels_of(variants_of(records), [comparison], same, same + len(rows) - 1)[0]
    assert (known == 1).all()
    a, b = np.triu_indices(len(rows), 1)
    found = levels_of(variants_of(records), [comparison], a, b)[0]
    # That one says and the other does not is told by the level after that of both saying nothing.
    of_one_who_is_silent = comparison.silent + 1 if comparison.silent else 0
    assert (found[a == 0] == of_one_who_is_silent).all(), "nothing is said of who says nothing, but where silence tells something"
    assert found.max() == len(comparison.levels)


def _every(comparison: Comparison) -> list[str]:
    return VALUES[comparison.needs[0]]


@pytest.mark.parametrize(("kind", "part"), PARTS_OF_KINDS, ids=[f"{kind}: {part.name}" for kind, part in PARTS_OF_KINDS])
def test_a_part_of_a_key_is_the_same_for_the_same_record_and_nothing_for_an_empty_one(kind: str, part: Part) -> None:
    full = {name: max(values, key=len) for name, values in VALUES.items()}
    found = part.of(records_of([full, dict.fromkeys(VALUES), full]))
    assert found[0] == found[2] != NO_HASH
    assert found[1] == NO_HASH


@given(rows_drawn, st.integers(2, 4))
def test_candidates_are_all_pairs_that_share_a_key_which_few_enough_have(rows: list[dict[str, str | None]], at_most: int) -> None:
    records = records_of([{name: row[name] for name in ("given", "family", "email")} for row in rows])
    variants = variants_of(records)
    keys = candidate_keys([part for part in PARTS["person"] if all(name in records.features for name in part.needs)])
    expected = set()
    for key in keys:
        hashes = key.hashes(lambda part: part.of(variants.records))
        for value in set(hashes.tolist()) - {int(NO_HASH)}:
            block = np.flatnonzero(hashes == value).tolist()
            expected |= set(itertools.combinations(block, 2)) if len(block) <= at_most else set()
    a, b = blocking.candidates(variants, keys, at_most=at_most)
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == sorted(expected)


@given(st.lists(st.lists(st.sampled_from(VALUES["phone"]), max_size=3, unique=True), min_size=2, max_size=4))
def test_of_several_values_the_best_pair_counts(phones: list[list[str]]) -> None:
    best = pa.table({"phone": pa.array([some[0] if some else None for some in phones], pa.string())})
    more = [(at, value) for at, some in enumerate(phones) for value in some[1:]]
    others = pa.table({"number": pa.array([at for at, _ in more], pa.int64()), "feature": pa.array(["phone"] * len(more), pa.string()),
                       "value": pa.array([value for _, value in more], pa.string())})  # fmt: skip
    records = coded_records(best, ["phone"], others)
    phone = comparison_named("person", "phone")
    if "phone" not in records.features:
        return
    a, b = np.triu_indices(len(phones), 1)
    found = levels_of(variants_of(records), [phone], a, b)[0]
    for pair, (one, other) in enumerate(zip(a, b, strict=True)):
        ways = list(itertools.product(phones[one], phones[other]))
        single = [_level(phone, left, right) for left, right in ways]
        assert found[pair] == min(single, default=0)


def _level(comparison: Comparison, left: str, right: str) -> int:
    pairs = Pairs(Records(2, {"phone": Coded.of(pa.array([left, right]))}), np.array([0]), np.array([1]))
    return int(comparison.of(pairs)[0])


dates_drawn = st.tuples(st.sampled_from([0, 1948, 1970, 1971]), st.integers(0, 12), st.integers(0, 28))


@given(st.lists(st.tuples(dates_drawn, dates_drawn), min_size=1, max_size=8))
def test_two_dates_are_as_far_apart_one_way_as_the_other(pairs: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.int32) for side in (0, 1))
    assert list(dates.levels(one, other)) == list(dates.levels(other, one))


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=2, max_size=12), st.integers(1, 6))
def test_an_identifier_links_all_who_hold_it_or_where_too_many_do_nobody(held: list[str | None], at_most: int) -> None:
    records = coded_records(pa.table({"key_card": pa.array(held, pa.string())}), ["key_card"])
    found = exact.shared(records, np.ones(len(held), dtype=bool), {"card": "key_card"}, frozenset(), at_most=at_most)
    expected = {
        (a, b)
        for a, b in itertools.combinations(range(len(held)), 2)
        if held[a] is not None and held[a] == held[b] and held.count(held[a]) <= at_most
    }
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == expected
    over = sorted((held.index(value), held.count(value)) for value in ("a", "b") if held.count(value) > at_most)
    assert sorted((first, count) for _, first, count in found.over.tolist()) == over
    if "key_card" in found.records.features:
        assert not any(
            found.records.features["key_card"].known[at] for at, value in enumerate(held) if value and held.count(value) > at_most
        )


@given(
    st.lists(st.integers(0, 7), min_size=1, max_size=5, unique=True), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6)
)
def test_rules_of_some_records_are_those_between_them(rows: list[int], pairs: list[tuple[int, int]]) -> None:
    kept = np.array(sorted(rows))
    rule = np.array([min(pair) for pair in pairs], dtype=np.int64), np.array([max(pair) for pair in pairs], dtype=np.int64)
    unknown = np.full(8, UNKNOWN)
    whole = Constraints(np.arange(8), unknown, must=rule)
    part = whole.of(kept)
    assert list(part.once) == kept.tolist()
    found = {(int(kept[a]), int(kept[b])) for a, b in zip(*part.must, strict=True)}
    assert found == {(min(pair), max(pair)) for pair in pairs if set(pair) <= set(rows)}


joins_drawn = st.lists(st.tuples(st.floats(1.25, 15), st.integers(1, 50)), min_size=1, max_size=20)


@given(joins_drawn, st.floats(0.001, 0.3), st.floats(0.001, 0.3))
@example([(2.0, 3), (1.25, 1), (1.375, 1)], 0.25, 0.125)
def test_who_allows_more_false_links_gets_no_higher_threshold(joins: list[tuple[float, int]], one: float, other: float) -> None:
    some = np.array(joins, dtype=np.float64)
    low, high = sorted((one, other))
    assert thresholds.threshold(some, false_at_most=high) <= thresholds.threshold(some, false_at_most=low)


def test_without_a_single_join_the_lowest_threshold_is_kept() -> None:
    assert thresholds.threshold(np.zeros((0, 2)), false_at_most=0.03) == thresholds.LOWEST


def test_only_groups_of_two_dates_that_no_slip_makes_one_are_looked_at_again() -> None:
    born = ["1948-11-23", "1975-06-02", None, "1948-11-23", "1948-11-32", None, "1960-01-01", "1991-12-30"]
    coded = Coded.of(pa.array(born, pa.string()))
    assert list(second_look.suspects(np.array([0, 0, 0, 3, 3, 3, 6, 6]), coded)) == [0, 1, 2]


def test_a_model_is_the_same_after_it_was_kept() -> None:
    draw = np.random.default_rng(3)
    rows: list[dict[str, str | None]] = [
        {name: str(draw.choice(VALUES[name])) if draw.random() < 0.9 else None for name in VALUES if name != "organisation"}
        for _ in range(60)
    ]
    records = records_of(rows)
    model = learn("person", records).model
    again = models_of(model_tables({"person": model}, {}))["person"]
    a, b = np.triu_indices(records.count, 1)
    variants = variants_of(records)
    assert list(again.weights(variants, a, b)) == list(model.weights(variants, a, b))
    assert [key.name for key in again.keys] == [key.name for key in model.keys]
    assert digest_of({"person": again}) == digest_of({"person": model})
