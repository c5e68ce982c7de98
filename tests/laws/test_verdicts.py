"""Verdicts hold in who is together, whatever the evidence."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unequal.identity.clustering import UNKNOWN, Ends, across, closed, components, joined

RECORDS = 12

Pairs = list[tuple[int, int]]

pairs = st.lists(
    st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(lambda pair: pair[0] < pair[1]), max_size=12, unique=True
)


def ends(some: Pairs) -> Ends:
    return np.array([a for a, _ in some], dtype=np.int64), np.array([b for _, b in some], dtype=np.int64)


@st.composite
def said(draw: st.DrawFn) -> tuple[Pairs, Pairs]:
    """Pairs that must, and pairs that must not be one; they agree with each other, for they are drawn from a true partition."""
    truth = draw(st.lists(st.integers(0, 3), min_size=RECORDS, max_size=RECORDS))
    drawn = draw(pairs)
    return [(a, b) for a, b in drawn if truth[a] == truth[b]], [(a, b) for a, b in drawn if truth[a] != truth[b]]


def evident(links: Pairs, different: Ends) -> np.ndarray:
    """Groups by evidence, which holds to what is different: link after link, each as far as nobody forbids it."""
    label = np.arange(RECORDS)
    for a, b in links:
        both = np.where(label == label[b], label[a], label)
        if not (both[different[0]] == both[different[1]]).any():
            label = both
    return components(RECORDS, np.arange(RECORDS), np.array([np.flatnonzero(label == name)[0] for name in label]))


def with_verdicts(links: Pairs, same: Pairs, different: Pairs) -> np.ndarray:
    apart = closed(RECORDS, ends(same), ends(different))
    return joined(evident(links, apart), ends(same), apart, ends(links))


@given(pairs, said())
def test_what_must_be_one_is_one_and_what_must_not_is_not(links: Pairs, words: tuple[Pairs, Pairs]) -> None:
    same, different = words
    label = with_verdicts(links, same, different)
    assert all(label[a] == label[b] for a, b in same)
    assert all(label[a] != label[b] for a, b in different)
    assert list(label) == [int(min(np.flatnonzero(label == label[record]))) for record in range(RECORDS)]


@given(pairs, said())
def test_words_of_same_alone_join_whole_customers_and_split_none(links: Pairs, words: tuple[Pairs, Pairs]) -> None:
    before = components(RECORDS, *ends(links))
    found = with_verdicts(links, words[0], [])
    every = [*links, *words[0]]
    assert list(found) == list(components(RECORDS, *ends(every)))
    assert all(found[record] == found[before[record]] for record in range(RECORDS))


@given(pairs, said())
def test_a_link_is_broken_only_between_customers_that_hold_two_who_are_different(links: Pairs, words: tuple[Pairs, Pairs]) -> None:
    same, different = words
    label = with_verdicts(links, same, different)
    for a, b in links:
        sides = {label[a], label[b]}
        assert len(sides) == 1 or any({label[one], label[other]} == sides for one, other in different)


@given(said())
def test_who_is_the_same_as_one_is_different_from_whom_that_one_is_different_from(words: tuple[Pairs, Pairs]) -> None:
    same, different = words
    whole = components(RECORDS, *ends(same))
    expected = {
        (a, b)
        for a in range(RECORDS)
        for b in range(a + 1, RECORDS)
        if any({whole[a], whole[b]} == {whole[one], whole[other]} for one, other in different)
    }
    assert set(zip(*closed(RECORDS, ends(same), ends(different)), strict=True)) == expected


@given(pairs, pairs, said(), st.lists(st.integers(UNKNOWN, 2), min_size=RECORDS, max_size=RECORDS))
def test_an_identifier_across_kinds_joins_neither_who_is_different_nor_two_ids_of_a_source_without_duplicates(
    links: Pairs, bridges: Pairs, words: tuple[Pairs, Pairs], once: list[int]
) -> None:
    same, different = words
    apart = closed(RECORDS, ends(same), ends(different))
    before = with_verdicts(links, same, different)
    source = np.array(once)
    found = across(before, ends(bridges), apart, source)
    assert all(found[a] != found[b] for a, b in different)
    assert all(found[record] == found[before[record]] for record in range(RECORDS)), "whole customers are joined"
    for a, b in bridges:
        one, other = found == found[a], found == found[b]
        held = [set(source[side].tolist()) - {UNKNOWN} for side in (one, other)]
        refused = held[0] & held[1] or (one[apart[0]] & other[apart[1]]).any() or (other[apart[0]] & one[apart[1]]).any()
        assert found[a] == found[b] or refused
    for record in np.unique(found):
        of_whole = [set(source[before == name].tolist()) - {UNKNOWN} for name in np.unique(before[found == record])]
        assert sum(map(len, of_whole)) == len(set().union(*of_whole)), "no source without duplicates meets itself"
