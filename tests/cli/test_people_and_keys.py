"""People and keys from the command line, and the audit of what was done."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.flow.looking import edit

from unequal.cli import main

WORDS = "correct horse battery"


@pytest.fixture
def unequal(tmp_path: Path):
    """Run a command in a project that has nothing but a config."""
    (tmp_path / "unequal.yaml").write_text(
        'project: bakery\nreporting_currency: EUR\ntime_zone: Europe/Berlin\nsources:\n  crm: {read: "c.csv", records: {id: no}}\n'
    )

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["-C", str(tmp_path), *arguments])
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_key_for_events_of_a_source_that_is_not_declared_says_that_they_are_refused(unequal) -> None:
    assert "live.sources declares no shop" in unequal("keys", "ingest", "shop").stderr


def test_keys_are_made_listed_without_their_secret_and_revoked(unequal) -> None:
    made = unequal("keys", "ingest", "shop").stdout
    secret = made.splitlines()[-1]
    assert re.fullmatch(r"uneq_ingest_[\w-]{43}", secret)
    unequal("keys", "service", "desk", "--scope", "decisions.make", "--scope", "fields.contact", "--days", "30")
    listed = json.loads(unequal("keys", "list", "--json").stdout)
    assert [(key["name"], key["kind"], key["source"], key["scopes"]) for key in listed] == [
        ("shop", "ingest", "shop", ""),
        ("desk", "service", None, "decisions.make fields.contact"),
    ]
    assert secret not in unequal("keys", "list").stdout
    unequal("keys", "revoke", listed[0]["key_id"])
    assert "ACC012" in unequal("keys", "revoke", listed[0]["key_id"], code=1).stderr
    assert "ACC013" in unequal("keys", "service", "desk", "--scope", "keys.manage", code=1).stderr


def test_people_are_added_and_changed_and_the_audit_holds_who_did_it(unequal) -> None:
    unequal("people", "add", "jo", "--role", "steward", "--role", "viewer", "--password", WORDS)
    (jo,) = json.loads(unequal("people", "list", "--json").stdout)
    assert (jo["name"], jo["roles"], jo["disabled_at"]) == ("jo", "steward viewer", None)
    assert "ACC009" in unequal("people", "add", "ann", "--role", "agent", "--role", "viewer", "--password", WORDS, code=1).stderr
    unequal("people", "change", jo["person_id"], "--out")
    assert json.loads(unequal("people", "list", "--json").stdout)[0]["disabled_at"] is not None
    told = json.loads(unequal("people", "audit", "--json").stdout)
    assert [(entry["action"], entry["detail"]) for entry in told["entries"]] == [
        ("people.manage", "added as steward viewer"),
        ("people.manage", "access taken away"),
    ]
    assert all(entry["actor"].startswith("cli:") for entry in told["entries"])
    head = f"{told['head']['number']}:{told['head']['seal']}"
    assert "The audit is whole" in unequal("people", "audit", "--head", head).stdout
    assert "entry 2 is not what a head says" in unequal("people", "audit", "--head", f"2:{'0' * 64}", code=1).stdout
    unequal("people", "audit", "--head", "nonsense", code=2)


def test_serving_refuses_an_address_that_others_can_listen_to(unequal) -> None:
    assert "API007" in unequal("serve", "--host", "0.0.0.0", code=1).stderr


def test_serving_refuses_rules_by_which_nobody_could_be_met(unequal_changing) -> None:
    edit(unequal_changing.folder / "unequal.yaml", ("storage:", "live: {tiers: {gold: {words: x, when: nope > 1}}}\nstorage:"))
    told = unequal_changing("serve", code=1)
    assert "PRD008" in told.err
    assert "live.tiers.gold.when (unequal.yaml:" in told.err
    assert "Serving on" not in told.out
