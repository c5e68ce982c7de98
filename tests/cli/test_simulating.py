"""`unequal simulate routing` on the command line."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Terminal
from tests.flow.test_simulating import calling_company
from tests.worlds import made_once


@pytest.fixture(scope="module")
def called(tmp_path_factory) -> Terminal:
    return Terminal(made_once(tmp_path_factory, "calling-company", calling_company))


def test_every_class_is_printed_under_every_discipline_with_what_is_assumed(called: Terminal) -> None:
    found = called("simulate", "routing", "--agent-hour", "30", "--replications", "3").out
    for words in (
        "first come",
        "strict",
        "guard 90 s",
        "ageing",
        "cμ/θ",
        "gold",
        "base",
        "fraud",
        "What a day costs, EUR",
        "patience",
        "A guard of 90 s",
    ):
        assert words in found
    assert "by phone, the mean of 10" in found


def test_disciplines_agents_and_seed_are_as_asked_and_json_holds_what_is_printed(called: Terminal) -> None:
    asked = ("simulate", "routing", "--agent-hour", "30", "--replications", "3", "--discipline", "strict", "--discipline", "guard", "--guard", "45",
             "--agents", "3", "--agents", "5", "--patience", "60", "--reserved", "gold=1", "--json")  # fmt: skip
    first, again = (json.loads(called(*asked).out) for _ in range(2))
    assert first == again
    assert {row["discipline"] for row in first["classes"]} == {"strict", "guard 45 s"}
    assert [row["agents"] for row in first["staffing"]] == [3, 5]
    assert first["classes"][0]["abandonment"].keys() == {"expected", "low", "high"}


def test_what_cannot_be_played_says_so_without_a_stack_trace(called: Terminal) -> None:
    assert "CTC011" in called("simulate", "routing", "--replications", "2", code=1).err
    assert "channels: phone" in called("simulate", "routing", "--channel", "fax", code=1).err
    assert "is not in the range" in called("simulate", "routing", "--agents", "0", code=2).err
    assert "no number of zero or more" in called("simulate", "routing", "--agent-hour", "much", code=2).err
    assert "not CLASS=NUMBER" in called("simulate", "routing", "--reserved", "gold", code=2).err
