"""What holds for groups of records and for customer ids, whatever the records."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unequal.identity.customer_ids import NONE, assign_ids
from unequal.identity.matching.grouping import MUST, NEVER, grouped

RECORDS = 9
LINK_FROM = 1.25

Square = np.ndarray
"""The weight of every pair of records, both ways."""


def ints(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@st.composite
def squares(draw: st.DrawFn, *, must: bool = True) -> Square:
    """Weights of all pairs, some of them by rule; MUST is drawn from parts that NEVER never cuts."""
    size = RECORDS * (RECORDS - 1) // 2
    bits = np.array(draw(st.lists(st.integers(-40, 40), min_size=size, max_size=size))) / 4
    never = np.array(draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))) == 0
    part = ints(draw(st.lists(st.integers(0, 6), min_size=RECORDS, max_size=RECORDS)))
    one, other = np.triu_indices(RECORDS, 1)
    together = (part[one] == part[other]) & must
    found = np.zeros((RECORDS, RECORDS))
    found[one, other] = np.where(together, MUST, np.where(never, NEVER, bits))
    return found + found.T


def labels(square: Square, order: np.ndarray | None = None) -> np.ndarray:
    """Groups of records, of all pairs in some order."""
    one, other = np.triu_indices(len(square), 1)
    in_turn = np.arange(len(one)) if order is None else order
    a, b = one[in_turn], other[in_turn]
    return grouped(len(square), a, b, square[a, b], lambda left, right: square[left, right], link_from=LINK_FROM).label


@given(squares())
def test_no_group_holds_a_pair_that_never_can_be_one(square: Square) -> None:
    label = labels(square)
    together = label[:, None] == label[None, :]
    assert not (together & (square == NEVER)).any()


@given(squares())
def test_what_must_be_one_is_one_where_nothing_forbids_it(square: Square) -> None:
    label = labels(square)
    for a, b in zip(*np.nonzero(square == MUST), strict=True):
        # The two sides of a pair that stays apart hold somebody who never can be one with somebody of the other.
        sides = np.ix_(label == label[a], label == label[b])
        assert label[a] == label[b] or (square[sides] == NEVER).any()


@given(squares(must=False))
def test_no_two_groups_that_agree_on_average_are_left_apart(square: Square) -> None:
    label = labels(square)
    held = [np.flatnonzero(label == name) for name in np.unique(label)]
    capped = np.where(square == NEVER, NEVER, np.clip(square, -12, 12))
    tied = np.array([(square[members] >= LINK_FROM).any() for members in held])
    for at, one in enumerate(held):
        for place, other in enumerate(held[:at]):
            if tied[at] and tied[place]:
                assert capped[np.ix_(one, other)].mean() < LINK_FROM


@given(squares(), st.randoms(use_true_random=False))
def test_the_order_of_pairs_decides_nothing(square: Square, random: object) -> None:
    order = list(range(RECORDS * (RECORDS - 1) // 2))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert list(labels(square)) == list(labels(square, np.array(order)))


@given(squares())
def test_a_group_is_called_after_its_lowest_record(square: Square) -> None:
    label = labels(square)
    assert list(label) == [int(min(np.flatnonzero(label == label[record]))) for record in range(RECORDS)]


@given(squares(), squares())
def test_what_has_nothing_to_do_with_some_records_changes_nothing_of_them(square: Square, stranger: Square) -> None:
    both = np.full((2 * RECORDS, 2 * RECORDS), -9.0)
    both[:RECORDS, :RECORDS], both[RECORDS:, RECORDS:] = square, stranger
    found = labels(both)
    assert list(found[:RECORDS]) == list(labels(square))
    assert list(found[RECORDS:] - RECORDS) == list(labels(stranger))


def test_a_chain_of_weak_links_makes_no_crowd_of_strangers() -> None:
    square = np.full((RECORDS, RECORDS), -9.0)
    for at in range(RECORDS - 1):
        square[at, at + 1] = square[at + 1, at] = 2.0
    label = labels(square)
    assert max(np.bincount(label)) == 2


def test_a_thousand_records_of_one_identifier_are_one_group_at_once() -> None:
    """So many that every pair of them would not be weighed, tied like beads by pairs that must be one."""
    count = 1000
    a = np.arange(count - 1)
    found = grouped(count, a, a + 1, np.full(count - 1, MUST), lambda one, _: np.full(len(one), -3.0), link_from=LINK_FROM)
    assert not found.label.any()


def test_a_crowd_tied_by_rule_still_keeps_apart_who_never_can_be_one() -> None:
    count = 1000
    a = np.arange(count - 1)

    def weigh(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        ends = (np.minimum(one, other) == 0) & (np.maximum(one, other) == count - 1)
        return np.where(ends, NEVER, np.where(np.abs(one - other) == 1, MUST, -3.0))

    found = grouped(count, a, a + 1, weigh(a, a + 1), weigh, link_from=LINK_FROM)
    assert found.label[0] != found.label[count - 1]
    assert len(np.unique(found.label)) == 2


partitions = st.lists(st.integers(0, 5), min_size=1, max_size=14)


def heads_of(partition: list[int]) -> np.ndarray:
    first: dict[int, int] = {}
    return ints([first.setdefault(part, record) for record, part in enumerate(partition)])


@given(partitions, st.data())
def test_ids_are_inherited_once_and_by_the_rule(partition: list[int], data: st.DataObject) -> None:
    records = len(partition)
    label = heads_of(partition)
    before = ints(data.draw(st.lists(st.integers(NONE, 4), min_size=records, max_size=records)))
    founded = ints(data.draw(st.lists(st.integers(0, 2), min_size=5, max_size=5)))
    found = assign_ids(label, before, founded)
    heads = [int(head) for head in np.unique(label)]
    heirs = [int(found.heir[head]) for head in heads if found.heir[head] != NONE]
    assert len(heirs) == len(set(heirs)), "one id, one customer"
    for customer in range(5):
        sizes = {head: int(np.sum((before == customer) & (label == head))) for head in heads}
        if not any(sizes.values()):
            assert found.leads_to[customer] == customer
            continue
        largest = min(head for head in heads if sizes[head] == max(sizes.values()))
        assert found.leads_to[customer] == found.heir[largest], "a customer goes where most of its records are"
        assert (int(founded[found.heir[largest]]), int(found.heir[largest])) <= (int(founded[customer]), customer), "the oldest stays"


@given(partitions)
def test_the_same_partition_again_keeps_every_id(partition: list[int]) -> None:
    label = heads_of(partition)
    codes = {head: code for code, head in enumerate(np.unique(label))}
    before = ints([codes[head] for head in label])
    found = assign_ids(label, before, ints([0] * len(codes)))
    assert [int(found.heir[head]) for head in label] == list(before)
    assert list(found.leads_to) == list(range(len(codes)))
