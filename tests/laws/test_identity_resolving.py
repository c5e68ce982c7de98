"""What holds for whole small bases, whatever their records say: sources that know nobody twice, and stewards' words."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unequal.config import Project
from unequal.identity import resolving
from unequal.identity.resolving import Known, Resolved, resolved

PROJECT = Project.model_validate(
    {
        "project": "made", "reporting_currency": "EUR", "time_zone": "Etc/UTC", "identity": {"shared_by_at_most": 4},
        "sources": {
            "crm": {"read": "crm.csv", "records": {"id": "id", "attributes": {"email": "mail"}, "keys": {"card": "card"}}},
            "billing": {"read": "billing.csv", "records": {"id": "id", "deduplicated": True}},
            "shop": {"read": "shop.csv", "records": {"id": "id", "deduplicated": True}},
        },
    }
)  # fmt: skip
ONCE = ("billing", "shop")
Row = dict[str, Any]
Pair = tuple[int, int]

row = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["crm", "billing", "shop"]),
        "kind": st.sampled_from(["person", "person", "person", "organisation"]),
        "given": st.sampled_from([None, "ann", "anne", "bob"]),
        "family": st.sampled_from([None, "lee", "leigh", "doe"]),
        "birth_date": st.sampled_from([None, "1970-02-01", "1948-11-23"]),
        "email": st.sampled_from([None, "ann@lee.com", "bob@doe.com"]),
        "phone": st.sampled_from([None, "+12125550187", "+12125550188"]),
        "organisation": st.sampled_from([None, "bike world"]),
        "key_card": st.sampled_from([None, None, "7", "8"]),
        "generation": st.sampled_from([None, None, 1, 2]),
        "is_test": st.sampled_from([False] * 9 + [True]),
    }
)
bases = st.lists(row, min_size=2, max_size=9)
TEXTS = ("given", "family", "birth_date", "email", "phone", "organisation", "key_card")


def known_of(rows: list[Row], same: list[Pair] = [], different: list[Pair] = []) -> Known:  # noqa: B006
    """In the order given, which is that of their names."""
    numbers = pa.array(range(len(rows)), pa.int64())
    sources, kinds = ([each[name] for each in rows] for name in ("source", "kind"))
    records = pa.table(
        {"number": numbers, "source": sources, "record_id": [f"r{at}" for at in range(len(rows))], "kind": kinds, "is_test": [each["is_test"] for each in rows]}
    )  # fmt: skip
    features = pa.table(
        {
            "number": numbers, "source": sources, "kind": kinds, "generation": pa.array([each["generation"] for each in rows], pa.int64()),
            **{name: pa.array([each[name] for each in rows], pa.string()) for name in TEXTS},
        }
    )  # fmt: skip
    others = pa.table({"number": pa.array([], pa.int64()), "feature": pa.array([], pa.string()), "value": pa.array([], pa.string())})
    words = [(a, b, "same") for a, b in same] + [(a, b, "different") for a, b in different]
    verdicts = pa.table(
        {"a": pa.array([a for a, _, _ in words], pa.int64()), "b": pa.array([b for _, b, _ in words], pa.int64()), "verdict": pa.array([said for _, _, said in words], pa.string())}
    )  # fmt: skip
    return Known(records, features, others, verdicts)


def together(rows: list[Row], same: list[Pair] = [], different: list[Pair] = []) -> Resolved:  # noqa: B006
    return resolved(known_of(rows, same, different), PROJECT, {}, resolving.budget_of(PROJECT))


def of_one_mind(words: list[tuple[int, int, bool]], count: int, truth: list[int]) -> tuple[list[Pair], list[Pair]]:
    """Words that agree with each other, for they follow from who is who in truth."""
    pairs = sorted({(min(a, b) % count, max(a, b) % count) for a, b, _ in words})
    pairs = [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]
    return [(a, b) for a, b in pairs if truth[a] == truth[b]], [(a, b) for a, b in pairs if truth[a] != truth[b]]


def sayings() -> st.SearchStrategy[tuple[list[Row], list[Pair], list[Pair]]]:
    words = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans()), max_size=6)
    truth = st.lists(st.integers(0, 3), min_size=9, max_size=9)
    return st.tuples(bases, words, truth).map(lambda drawn: (drawn[0], *of_one_mind(drawn[1], len(drawn[0]), drawn[2])))


def says(source: str, **what: Any) -> Row:
    return {"source": source, "kind": "person", "generation": None, "is_test": False, **dict.fromkeys(TEXTS), **what}


@settings(max_examples=25)
@example(
    [says("billing", key_card="7"), says("crm", key_card="7", email="ann@lee.com"), says("billing", email="ann@lee.com", key_card="7")]
)
@example(
    [says("billing", key_card="7"), says("crm", key_card="7", kind="organisation"), says("billing", key_card="7", kind="organisation")]
)
@given(bases)
def test_two_ids_of_a_source_that_knows_nobody_twice_are_never_one_customer(rows: list[Row]) -> None:
    """Whatever they share, a declared key too, and whoever stands between them, of another kind too."""
    label = together(rows).label
    for source in ONCE:
        held = [label[at] for at, each in enumerate(rows) if each["source"] == source]
        assert len(held) == len(set(held))


@settings(max_examples=25)
@given(bases)
def test_test_accounts_are_customers_of_their_own(rows: list[Row]) -> None:
    label = together(rows).label
    assert all((label == label[at]).sum() == 1 for at, each in enumerate(rows) if each["is_test"])


@settings(max_examples=25)
@given(bases)
def test_a_junior_and_a_senior_of_one_kind_are_one_only_where_a_key_ties_them(rows: list[Row]) -> None:
    label = together([each | {"key_card": None} for each in rows]).label
    for (a, one), (b, other) in itertools.combinations(enumerate(rows), 2):
        if {one["generation"], other["generation"]} == {1, 2}:
            assert label[a] != label[b]


@settings(max_examples=40)
@given(sayings())
def test_a_steward_s_words_hold_in_who_is_one_customer(drawn: tuple[list[Row], list[Pair], list[Pair]]) -> None:
    """Who is said to be the same is one customer, against sources and test accounts too; who is different is two, keys or not."""
    rows, same, different = drawn
    found = together(rows, same, different)
    assert all(found.label[a] == found.label[b] for a, b in same)
    assert all(found.label[a] != found.label[b] for a, b in different)
    assert list(found.label) == [int(np.flatnonzero(found.label == name)[0]) for name in found.label]
    edges = {(int(row["record_id_a"][1:]), int(row["record_id_b"][1:])): row for row in found.edges.to_pylist()}
    for word, links in ((same, True), (different, False)):
        for pair in word:
            assert edges[pair]["basis"] == "verdict"
            assert edges[pair]["links"] == links
            assert edges[pair]["refused_because"] == (None if links else "verdict")


@settings(max_examples=25)
@given(sayings())
def test_words_of_same_alone_join_whole_customers_and_split_none(drawn: tuple[list[Row], list[Pair], list[Pair]]) -> None:
    """Persons alone: across kinds, a customer that has grown may hold who keeps it from another of the other kind."""
    rows, same, _ = drawn
    rows = [each | {"kind": "person"} for each in rows]
    before, after = together(rows).label, together(rows, same).label
    assert all(after[record] == after[before[record]] for record in range(len(rows)))
    joined = {frozenset((int(before[a]), int(before[b]))) for a, b in same}
    if all(len(pair) == 1 for pair in joined):
        assert list(after) == list(before)


@settings(max_examples=15)
@given(bases, st.randoms(use_true_random=False))
def test_words_of_same_in_any_order_come_to_the_same(rows: list[Row], random: Any) -> None:
    pairs = list(itertools.combinations(range(min(len(rows), 4)), 2))
    shuffled = random.sample(pairs, len(pairs))
    assert list(together(rows, pairs).label) == list(together(rows, shuffled).label)
    assert len(set(together(rows, pairs).label[: min(len(rows), 4)].tolist())) == 1
