"""A quota of time is simulated by what haste was seen to do: time saved, less repeats, less what customers who come again then bring."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.answers import quotas


def asked(*, slope: float = 0.001, a_repeat: float = 2.0) -> quotas._Asked:
    return quotas._Asked(1000.0, 800.0, 0.01, 300.0, (slope / 2, slope, slope * 2), a_repeat)


def test_a_quota_worked_by_hand() -> None:
    """1,000 contacts lose 50 seconds each at a cent: 500. 800 matters x .05 come again: 40, of 3 dollars of time and 2 of value each."""
    row = quotas._row(asked(), 300.0, 0.4, 50.0)
    told = {name: row[f"{name}_expected"] for name in ("time_saved", "repeat_cost", "value_lost", "net")}
    assert told == {"time_saved": Decimal(500), "repeat_cost": Decimal(120), "value_lost": Decimal(80), "net": Decimal(300)}
    assert row["repeats_expected"] == pytest.approx(40)
    assert (row["net_low"], row["net_high"]) == (Decimal(100), Decimal(400))


@given(saved=st.floats(0, 600), slope=st.floats(0, 0.01), a_repeat=st.floats(0, 500))
def test_what_is_left_is_the_time_less_what_repeats_cost_and_lies_within_its_range(saved: float, slope: float, a_repeat: float) -> None:
    row = quotas._row(asked(slope=slope, a_repeat=a_repeat), 300.0, 0.5, saved)
    left = row["time_saved_expected"] - row["repeat_cost_expected"] - row["value_lost_expected"]
    assert abs(left - row["net_expected"]) <= Decimal("0.02")
    assert row["net_low"] <= row["net_expected"] <= row["net_high"]


@given(saved=st.floats(1, 600), a_repeat=st.floats(0, 100))
def test_the_more_is_lost_with_each_repeat_the_less_a_quota_leaves(saved: float, a_repeat: float) -> None:
    little, much = (quotas._row(asked(a_repeat=one), 300.0, 0.5, saved)["net_expected"] for one in (a_repeat, a_repeat + 10))
    assert much < little
