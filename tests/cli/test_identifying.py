"""`unequal identify` and `unequal explain match`: what is typed, and what is told."""

from __future__ import annotations

import json


def test_a_caller_is_identified_with_the_reasons(unequal):
    found = json.loads(unequal("identify", "email=bert@bakery.example", "full_name=Bert Brook", "--json").out)
    bert = json.loads(unequal("customer", "crm:2", "--json").out)["customer_id"]
    assert [row["customer_id"] for row in found["candidates"]] == [bert]
    (candidate,) = found["candidates"]
    bits = candidate["prior"] + candidate["taken_off"] + sum(row["bits"] + row["rarity"] for row in candidate["reasons"])
    assert abs(bits - candidate["weight"]) < 1e-9
    told = unequal("identify", "email=bert@bakery.example", "full_name=Bert Brook").out
    assert found["words"] in told
    assert f"unequal customer {bert}" in told
    assert "bert@bakery.example" in told


def test_a_value_that_says_nothing_is_passed_over_and_told(unequal):
    assert "Passed over: phone, not valid" in unequal("identify", "phone=none of yours", "full_name=Nobody Atall").out


def test_what_cannot_be_asked_is_told_in_plain_words(unequal):
    assert "IDN020 nobody can be looked up by that" in unequal("identify", "full name Bert", code=1).err
    assert "IDN020" in unequal("identify", "shoe_size=44", code=1).err
    assert unequal("identify", code=2).err


def test_two_records_are_shown_side_by_side_and_the_weight_part_by_part(unequal):
    told = unequal("explain", "match", "crm:1", "crm:3").out
    assert "crm:1 and crm:3: one customer: linked by their weight." in told
    for text in ("ann@bakery.example", "ANN@bakery.example", "any two records", "households and namesakes", "runs link from"):
        assert text in told
    found = json.loads(unequal("explain", "match", "crm:1", "crm:3", "--json").out)
    assert abs(sum(row["bits"] + row["rarity"] for row in found["parts"]) - found["weight"]) < 1e-9
    assert "takes 2 of these, not 1" in unequal("explain", "match", "crm:1", code=2).err
