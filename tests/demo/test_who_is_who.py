"""The truth about records, persons and relationships agrees with the inputs."""

import csv
import gzip
import json
import sqlite3
from collections import Counter

import pytest

from unequal import demo


def _csv(path, delimiter):
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines(), delimiter=delimiter))


def _json(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def ids(meridian):
    """Record ids as they stand in the files, by source."""
    data = meridian / "data"
    accounts = sqlite3.connect(data / "billing" / "billing.db").execute("SELECT account_no FROM accounts").fetchall()
    return {
        "shop_customers": [row["customer_no"] for row in _csv(data / "shop" / "customers.csv", ";")],
        "accounts": [row[0] for row in accounts],
        "callers": [row["caller_id"] for row in _csv(data / "support" / "callers.csv.gz", ",")],
        "web_users": [row["user_id"] for row in _json(data / "web" / "signups.jsonl")],
        "members": [row["member_no"] for row in _csv(data / "loyalty" / "members.tsv", "\t") if not row["member_no"].startswith("M99000")],
        "profiles": [row["handle"] for row in _json(data / "social" / "profiles.jsonl")],
        "organisations": [row["organisation_no"] for row in _csv(data / "office" / "organisations.csv", ",")],
        "contacts": [row["contact_no"] for row in _csv(data / "office" / "contacts.csv", ",")],
    }


def test_every_record_of_every_application_stands_once_in_the_truth(meridian, ids):
    truth = demo.Truth(meridian).table("record").select(["source", "record_id"]).to_pylist()
    for source, found in ids.items():
        assert Counter(row["record_id"] for row in truth if row["source"] == source) == Counter(found), source
    assert {row["source"] for row in truth} == set(ids)


def test_every_person_record_belongs_to_a_person_and_every_person_has_a_record(meridian):
    truth = demo.Truth(meridian)
    persons = set(truth.table("person")["person_id"].to_pylist())
    records = truth.table("record").to_pylist()
    assert {row["entity_id"] for row in records if row["kind"] == "person"} == persons
    organisations = set(truth.table("organisation")["organisation_id"].to_pylist())
    assert {row["entity_id"] for row in records if row["kind"] == "organisation"} == organisations


def test_applications_that_say_they_know_nobody_twice_do_not(meridian):
    records = demo.Truth(meridian).table("record").to_pylist()
    for source in ("accounts", "members", "organisations"):
        known = [row["entity_id"] for row in records if row["source"] == source]
        assert len(known) == len(set(known)), source
    shop = [row["entity_id"] for row in records if row["source"] == "shop_customers"]
    assert len(shop) > len(set(shop))


def test_twins_share_a_birthday_and_a_household_and_not_a_name(meridian):
    persons = {row["person_id"]: row for row in demo.Truth(meridian).table("person").to_pylist()}
    twins = [row for row in persons.values() if row["twin_id"]]
    assert len(twins) >= 10
    for row in twins:
        other = persons[row["twin_id"]]
        assert other["twin_id"] == row["person_id"]
        assert row["birth_date"] == other["birth_date"]
        assert row["given"] != other["given"]


def test_father_and_son_of_one_name_are_told_apart_by_suffix_and_birthday(meridian):
    persons = {row["person_id"]: row for row in demo.Truth(meridian).table("person").to_pylist()}
    juniors = [row for row in persons.values() if row["suffix"] == "Jr"]
    assert len(juniors) >= 5
    for row in juniors:
        father = persons[row["namesake_id"]]
        assert (father["given"], father["suffix"]) == (row["given"], "Sr")
        assert father["birth_date"] < row["birth_date"]


def test_relationships_and_referrals_point_to_who_exists(meridian):
    truth = demo.Truth(meridian)
    known = set(truth.table("person")["person_id"].to_pylist()) | set(truth.table("organisation")["organisation_id"].to_pylist())
    for name in ("relationship", "referral"):
        for row in truth.table(name).to_pylist():
            assert row["from_id"] in known, row
            assert row["to_id"] in known, row
            assert row["from_id"] != row["to_id"], row
    kinds = set(truth.table("relationship")["kind"].to_pylist())
    assert {"household_partner", "employer", "purchaser", "payer", "user", "influencer"} <= kinds


def test_who_refers_was_a_customer_before_whom_he_refers(meridian):
    truth = demo.Truth(meridian)
    joined = {row["customer_id"]: row["joined_on"] for row in truth.table("customer_process").to_pylist()}
    referred = [row for row in truth.table("referral").to_pylist() if row["kind"] == "referrer"]
    assert len(referred) > 50
    assert all(joined[row["from_id"]] < joined[row["to_id"]] for row in referred)
    assert {row["type"] for row in referred} == {1, 2}


def test_recorded_referrals_are_the_ones_in_the_loyalty_file(meridian):
    truth = demo.Truth(meridian)
    member = {row["record_id"]: row["entity_id"] for row in truth.table("record").to_pylist() if row["source"] == "members"}
    said = _csv(meridian / "data" / "loyalty" / "referrals.tsv", "\t")
    pairs = {(member[row["referrer_member_no"]], member[row["member_no"]]) for row in said}
    known = {(row["from_id"], row["to_id"]): row["recorded"] for row in truth.table("referral").to_pylist() if row["kind"] == "referrer"}
    assert pairs == {pair for pair, recorded in known.items() if recorded}
    assert len(pairs) < len(known)


def test_the_consultant_has_a_small_portfolio_and_rich_introductions(meridian):
    from unequal.demo.books import LINES

    truth = demo.Truth(meridian)
    profit = {row["customer_id"]: sum(row[line] for line in LINES[:6]) for row in truth.table("profit").to_pylist()}
    brought = Counter()
    for row in truth.table("referral").to_pylist():
        if row["kind"] == "introducer":
            brought[row["from_id"]] += profit.get(row["to_id"], 0)
    consultant, worth = brought.most_common(1)[0]
    assert worth > 20 * max(profit.get(consultant, 0), 1)


def test_a_tickets_true_reason_is_never_the_first_code_of_the_form(meridian):
    tickets = demo.Truth(meridian).table("ticket").to_pylist()
    assert all(row["reason"] != "GENERAL" for row in tickets)
    lazy = {row["agent"] for row in demo.Truth(meridian).table("agent").to_pylist() if row["picks_first"] > 0.5}
    share = {}
    for name, chosen in (("lazy", lazy), ("others", {row["agent"] for row in tickets} - lazy)):
        own = [row["recorded"] == "GENERAL" for row in tickets if row["agent"] in chosen and row["day"] < "2024-07-01"]
        share[name] = sum(own) / len(own)
    assert share["lazy"] > 0.55
    assert share["others"] < 0.15
