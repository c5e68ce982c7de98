"""Laws of roll-ups: whatever stands to whatever, every dollar is counted once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from unequal.customer_base import rollups
from unequal.customer_base.rollups import Tie
from unequal.terms.money import from_units

IDS = st.sampled_from([f"c_{letter}" for letter in "abcdefgh"])
TIES = st.lists(
    st.builds(
        Tie, IDS, IDS, st.sampled_from([0.1, 1.0, 1 / 3, 2.5, 1e-9]),
        st.none() | st.integers(0, 3).map(lambda day: date(2026, 1, 1) + timedelta(day)), st.booleans(),
    ),
    max_size=30,
)  # fmt: skip
MAKERS = (rollups.by_ultimate_parent, rollups.by_employer, rollups.by_introducer)
AMOUNTS = st.dictionaries(IDS | st.sampled_from(["unassigned", "level:market"]), st.integers(-(10**14), 10**14), max_size=10)


def sums_of(amounts: dict[str, int]) -> list[dict[str, object]]:
    return [
        {"customer_id": name, "amount": from_units(units), "entries": 1, "is_customer": name.startswith("c_")}
        for name, units in amounts.items()
    ]


@given(TIES, AMOUNTS, st.sampled_from(MAKERS))
def test_every_roll_up_comes_to_what_the_ledger_holds(ties: list[Tie], amounts: dict[str, int], shares_of) -> None:
    rows = rollups.rolled_up(sums_of(amounts), shares_of(ties), "in none").to_pylist()
    assert sum((row["amount"] + row["elsewhere"] for row in rows), Decimal(0)) == from_units(sum(amounts.values()))
    assert sum((row["elsewhere"] for row in rows), Decimal(0)) == from_units(sum(v for k, v in amounts.items() if not k.startswith("c_")))
    assert len({row["value"] for row in rows}) == len(rows)


@given(TIES, st.randoms(use_true_random=False), st.sampled_from(MAKERS))
def test_the_order_in_which_ties_are_told_does_not_matter(ties: list[Tie], chance, shares_of) -> None:
    # One pair told twice with two weights counts by the larger: that is the same whichever comes first.
    shuffled = list(ties)
    chance.shuffle(shuffled)
    assert shares_of(ties) == shares_of(shuffled)


@given(TIES)
def test_nobody_stands_above_whom_he_stands_below(ties: list[Tie]) -> None:
    kept = rollups.without_circles(ties)
    above: dict[str, set[str]] = {}
    for tie in kept:
        above.setdefault(tie.other, set()).add(tie.one)
    for start in above:
        level: set[str] = {start}
        for _ in range(10):
            level = {up for one in level for up in above.get(one, ())}
            assert start not in level


@given(TIES)
def test_an_ultimate_parent_is_its_own(ties: list[Tie]) -> None:
    shares = rollups.by_ultimate_parent(ties)
    for units in shares.values():
        (root,) = units
        assert shares[root] == {root: 1}


@given(st.integers(-(10**18), 10**18), st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_parts_make_the_whole_and_none_is_off_by_more_than_one(units: int, weights: list[int]) -> None:
    parts = rollups.split(units, weights)
    assert sum(parts) == units
    assert all(abs(part * sum(weights) - units * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True))


@given(st.integers(1, 10**6), st.integers(1, 8))
def test_equal_shares_differ_by_one_unit_at_most_and_the_first_have_more(units: int, many: int) -> None:
    parts = rollups.split(units, [1] * many)
    assert parts == sorted(parts, reverse=True)
    assert max(Counter(parts)) - min(Counter(parts)) <= 1
