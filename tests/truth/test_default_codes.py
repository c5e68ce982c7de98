"""Defaults that are planted are found, and clean fields are left alone; the weights were set on other worlds than these."""

from __future__ import annotations

import numpy as np
import pytest
from tests.truth.made_codes import field

from unequal import demo, flow
from unequal.customer_base.codes.evidence import Verdict, judge
from unequal.customer_base.codes.looking import AT_LEAST

FIRST_SEED = 100_000
FIELDS = 200


def judged(seed: int, *, planted: bool) -> tuple[Verdict | None, int | None]:
    made = field(seed, planted=planted)
    return judge(made.codes, {"agent": made.agent}, made.contexts), made.default


def test_fewer_than_one_clean_field_in_a_hundred_is_called_a_default():
    found = [judged(FIRST_SEED + seed, planted=False)[0] for seed in range(FIELDS)]
    assert sum(one is not None and one.score >= AT_LEAST for one in found) <= FIELDS // 100


def test_of_planted_defaults_nineteen_in_twenty_come_first_with_a_score_of_one_half_and_more():
    found = [judged(FIRST_SEED + seed, planted=True) for seed in range(FIELDS)]
    assert np.mean([one is not None and one.value == default and one.score >= 0.5 for one, default in found]) >= 0.95
    assert np.mean([one is not None and one.value == default and one.score >= AT_LEAST for one, default in found]) >= 0.90


def test_a_score_is_as_likely_right_as_it_says():
    scores, right = [], []
    for seed in range(FIELDS):
        for planted in (False, True):
            one, default = judged(FIRST_SEED + seed, planted=planted)
            if one is not None:
                scores.append(one.score)
                right.append(one.value == default)
    high = np.array(scores) >= 0.5
    assert np.mean(np.array(right)[high]) == pytest.approx(np.mean(np.array(scores)[high]), abs=0.04)


def test_meridian_finds_both_planted_defaults_every_hurried_agent_and_no_other_field(small_meridian):
    """END_REASON_DEFAULT and the first code of the desk's form; `picks_first` is what the world was made with."""
    with flow.open_base(flow.open_project(small_meridian, {})) as opened:
        fields = opened.engine.fetch(opened.base.table("code_field"))
        peers = opened.engine.fetch(opened.base.table("code_peer"))
    assert {(row["source"], row["field"], row["value"]) for row in fields if row["verdict"] == "default"} == {
        ("tickets", "reason_code", "GENERAL"), ("services", "end_reason", "OTHER"),
    }  # fmt: skip
    agents = {row["peer"]: row for row in peers if row["field"] == "reason_code" and row["grouping"] == "agent"}
    truth = demo.Truth(small_meridian).table("agent").to_pylist()
    hurried = {row["agent"] for row in truth if row["picks_first"] > 0.5}
    assert hurried <= {name for name, row in agents.items() if row["is_prone"]}
