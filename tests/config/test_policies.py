"""Policies are read with the care that the config is: every mistake told once, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from unequal.config.policies import load_policies, read_policy
from unequal.terms.errors import ConfigError, Problems

SEAT = """\
policy: seat
issue: retention
group: travel
action: upgrade
objective: keep
channels:
  web: {text: "Sit in front."}
effect: {uplift: "0.03", margin: {of: value_expected, times: "0.10"}}
cost: "18.00"
"""


def problem(old: str, new: str) -> str:
    assert old in SEAT
    with pytest.raises(Problems) as refused:
        read_policy(SEAT.replace(old, new), "policies/seat.yaml")
    (found,) = refused.value.problems
    return str(found)


def test_a_policy_is_held_out_from_some_and_assumed_until_it_is_measured():
    declared = read_policy(SEAT, "policies/seat.yaml", version=3)
    assert (declared.policy.holdout, declared.policy.effect.measured, declared.version, declared.text) == ("0.05", False, 3, SEAT)
    assert declared.where("cost") == "seat.cost (policies/seat.yaml:9)"


ENDING = 'ending: {notice_days: 60, appeal: "Write to us."}'


@pytest.mark.parametrize(
    ("old", "new", "code", "meant"),
    [
        ("objective:", "objectiv:", "CFG010", "did you mean objective?"),
        ("objective: keep", "objective: hold", "CFG014", "end_gracefully"),
        ('cost: "18.00"', "cost: 18.00", "CFG013", 'write it in quotes: "18.00"'),
        ('"0.10"}', '"a tenth"}', "CFG014", "number in quotes"),
        ("action: upgrade\n", "", "CFG011", "add action"),
        ("effect: {", "effect: {measured: true, ", "CFG014", "measured_on"),
        ("objective: keep", "objective: end_gracefully", "CFG014", "significant: true"),
        ("objective: keep", "objective: end_gracefully\nsignificant: true", "CFG014", "notice and appeal"),
        ("objective: keep", f"objective: end_gracefully\nsignificant: true\n{ENDING}", "CFG014", "takes_service_away: true"),
        ("objective: keep", f"objective: end_gracefully\nsignificant: true\ntakes_service_away: true\n{ENDING}", "CFG014", "how to appeal"),
        ("objective: keep", f"objective: keep\n{ENDING}", "CFG014", "leave ending out"),
        ("objective: keep", "objective: keep\ncredit: true", "CFG014", "significant: true"),
        ("objective: keep", 'objective: keep\ncredit: true\nsignificant: true\ncounts: {household: "0.5"}', "CFG014", "household"),
        ("objective: keep", 'objective: keep\nholdout: "0"', "CFG014", "more than 0"),
        (
            "effect: {uplift",
            'effect: {variants: [{when: orders > 1, uplift: "-1.01"}], uplift',
            "CFG014",
            "uplift of -1.01: it must be from -1 to 1",
        ),
        ('"0.10"}', '"0.10"}, variants: [{when: orders > 1, uplift: "1e9"}]', "CFG014", "uplift"),
        (
            "effect: {",
            'effect: {variants: [{when: orders > 1, uplift: "100.1"}], measured: true, measured_on: 2026-01-01, ',
            "CFG014",
            "to 100",
        ),
        ("objective: keep", "objective: keep\ntrigger: {delay_minutes: 30}", "CFG014", "on, or on_day"),
    ],
)
def test_a_mistake_in_a_policy_is_told_once_and_at_its_place(old, new, code, meant):
    found = problem(old, new)
    assert found.startswith(code)
    assert "policies/seat.yaml:" in found
    assert meant in found


def test_aliases_are_refused_in_policies_too():
    with pytest.raises(Problems, match="CFG003"):
        read_policy(SEAT + "title: &a x\nowner: *a\n", "policies/seat.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "policy: seat" + " " * 70_000])
def test_what_is_no_policy_at_all_is_refused(text):
    with pytest.raises(ConfigError, match=r"CFG00[12]"):
        read_policy(text, "policies/seat.yaml")


def test_a_folder_of_policies_is_read_by_name_and_one_that_is_not_there_holds_none(tmp_path: Path):
    (tmp_path / "b.yaml").write_text(SEAT, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(SEAT.replace("policy: seat", "policy: zebra"), encoding="utf-8")
    assert [one.policy.policy for one in load_policies(tmp_path)] == ["seat", "zebra"]
    assert load_policies(tmp_path / "nothing") == ()


def test_two_policies_of_one_name_and_every_other_mistake_are_told_at_once(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SEAT, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SEAT, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(SEAT.replace("keep", "hold"), encoding="utf-8")
    (tmp_path / "d.yaml").write_bytes(b"policy: \xff")
    with pytest.raises(Problems) as refused:
        load_policies(tmp_path)
    assert [one.code for one in refused.value.problems] == ["CFG082", "CFG014", "CFG001"]
