"""`unequal decide` on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Terminal
from tests.flow.reaching import write_bakery


@pytest.fixture
def bakery(tmp_path: Path, monkeypatch) -> Terminal:
    write_bakery(tmp_path / "bakery")
    for name, value in {"SHOP": "key", "PRINTER": "https://print.example/", "SECRET": "thirty-two bytes of a shared key"}.items():
        monkeypatch.setenv(name, value)
    return Terminal(tmp_path / "bakery")


def test_where_no_policy_acts_in_a_batch_nobody_is_sent_to_ask_why(bakery: Terminal) -> None:
    for name in ("bread_club", "cake"):
        bakery("policies", "retire", name, "--as", "finn")
    for more in ((), ("--why",), ("--budget", "100")):
        told = bakery("decide", "--dry-run", *more).out
        assert "No policy acts in a batch." in told
        assert "--why" not in told


def test_a_base_is_decided_on_and_handed_over_as_a_file(bakery: Terminal, tmp_path: Path) -> None:
    would = bakery("decide", "--dry-run", "--policy", "bread_club")
    assert "Customers whom each policy would reach" in would.out
    found = bakery("decide", "--policy", "bread_club", "--out", str(tmp_path / "club.csv"))
    assert "bread_club" in found.out
    with (tmp_path / "club.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert f"Written: {tmp_path / 'club.csv'}, {len(rows)} rows" in found.out
    told = json.loads(bakery("decide", "--policy", "bread_club", "--json").out)
    assert (told["treated"], told["looked_at"], told["sent"]) == (0, 39, 0), "nobody is reached twice within thirty days"
    assert "says unequal decide --dry-run --why" in bakery("decide", "--dry-run", "--policy", "bread_club").out
    asked = ("decide", "--dry-run", "--policy", "bread_club", "--why")
    assert "The customer has had it as often as is allowed." in bakery(*asked).out
    reasons = json.loads(bakery(*asked, "--json").out)["why_not"]
    assert {one["fell"]: one["customers"] for one in reasons}["policy_limit"] == len(rows)
    plan = json.loads(bakery("decide", "--dry-run", "--budget", "9", "--capacity", "email=5", "--json").out)["plan"]
    assert {one["limit"] for one in plan["limits"]} >= {"budget", "email"}
    assert "One more EUR of it brings" in bakery("decide", "--dry-run", "--budget", "2").out
    for wrong in (
        ("--budget", "-1"),
        ("--capacity", "email"),
        ("--capacity", "email=1.5"),
        ("--fair", "home=2"),
        ("--budget", "9", "--policy", "cake"),
    ):
        bakery("decide", *wrong, code=2)
    assert "by --out or by --to" in bakery("decide", "--out", "a.csv", "--to", "printer", code=2).err
    assert "LIV611" in bakery("decide", "--channel", "web", code=1).err
    delivered = json.loads(bakery("decide", "--channel", "email", "--where", "sales < 50", "--json").out)
    assert delivered["sent"] == delivered["treated"] > 0
    assert len((bakery.folder / ".unequal" / "delivered" / "email.jsonl").read_text(encoding="utf-8").splitlines()) == delivered["sent"]


def test_why_messages_were_not_received_is_printed(bakery: Terminal, monkeypatch) -> None:
    monkeypatch.setenv("PRINTER", "http://169.254.169.254/")
    assert "LIV602" in bakery("decide", "--channel", "letter", "--to", "printer", code=1).err
    refused = bakery("decide", "--channel", "letter").out
    assert "given up. LIV602" in refused
    monkeypatch.setenv("PRINTER", "http://127.0.0.1:9/")
    told = json.loads(bakery("decide", "--channel", "letter", "--to", "printer", "--json").out)
    assert told["treated"] > 0, "the contacts that were given up are given back"
    assert [(one["status"], one["why"][:6], one["messages"]) for one in told["not_received"]] == [("waiting", "LIV603", 1)]


def test_a_crm_is_told_of_its_records_in_a_folder(bakery: Terminal, tmp_path: Path) -> None:
    found = bakery("export", "crm", "--for", "hubspot", "--out", str(tmp_path / "hubspot"))
    assert "upserts" in found.out
    assert (tmp_path / "hubspot" / "upserts.csv").read_text(encoding="utf-8").startswith("Record ID,Unequal customer ID,")
    bakery("export", "crm")
    assert (bakery.folder / ".unequal" / "crm" / "export.json").exists()
    assert "leave the narrowing out" in bakery("export", "crm", "--where", "sales > 1", code=2).err
    assert "LIV621" in bakery("export", "crm", "--for", "salesforce", code=1).err
