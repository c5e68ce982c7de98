"""`unequal playbook`: lists, writes a policy, says what the config lacks."""

from __future__ import annotations

import json

import yaml

from unequal.config.policies import read_policy
from unequal.treatments.playbook import missing, plays, service_levels


def test_ready_policies_are_listed_with_what_they_do(unequal):
    told = unequal("playbook").out
    for name, play in plays().items():
        assert name in told
        assert play.about.endswith((".", "?"))
    assert {one["policy"] for one in json.loads(unequal("playbook", "--json").out)} == {*plays(), *service_levels()}


def test_levels_of_service_are_told_as_a_section_and_no_policy_is_written(unequal_changing):
    told = unequal_changing("playbook", "tiers_telecom").out
    assert yaml.safe_load(told.split("lacks for it:", 1)[1])["live"]["tiers"] == service_levels()["tiers_telecom"].needs["tiers"]
    assert not (unequal_changing.folder / "policies" / "tiers_telecom.yaml").exists()


def test_a_policy_is_written_with_what_the_config_lacks_and_never_over_somebodys_work(unequal_changing):
    told = unequal_changing("playbook", "cart_reminder").out
    file = unequal_changing.folder / "policies" / "cart_reminder.yaml"
    assert read_policy(file.read_text(), "cart_reminder.yaml").policy.policy == "cart_reminder"
    lacks = yaml.safe_load(told.split("lacks for it:", 1)[1])["live"]
    assert lacks == plays()["cart_reminder"].needs
    file.write_text("mine")
    assert unequal_changing("playbook", "cart_reminder", code=1).err.startswith("CFG095")
    assert file.read_text() == "mine"
    assert unequal_changing("playbook", "no_such", code=1).err.startswith("CFG096")
    (written,) = json.loads(unequal_changing("playbook", "cart_reminder", "--force", "--json").out)
    assert written["live_lacks"] == plays()["cart_reminder"].needs


def test_what_a_project_says_itself_is_not_called_missing():
    needs = {"channels": {"email": {"outbound": True}}, "context": {"mood": {"type": "text"}}}
    assert missing(needs, {"channels": {"email": {"outbound": False, "cost": "1"}, "fax": {}}, "context": {}}) == {
        "context": {"mood": {"type": "text"}}
    }
    assert missing(needs, needs) == {}


def test_the_file_of_a_play_bears_the_name_of_its_policy():
    for name, play in plays().items():
        assert read_policy(play.text, f"{name}.yaml").policy.policy == name
