"""A batch decides as the moment of contact does: by dollars, under the same limits, for the customer as he stands then."""

from __future__ import annotations

import csv
import json
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.flow.reaching import AT, CUSTOMERS, POLICIES, approve, moment_of_contact, of_record, open_bakery
from tests.flow.receiving import is_signed, receiving

from unequal.flow import audience_files, audiences, erasing
from unequal.flow.audiences import Audience, Wanted, decide_all
from unequal.flow.live import Asked, Live
from unequal.terms.errors import LiveError, PredicateError
from unequal.treatments.shapes import UNIVERSAL


def reached(found: Audience) -> dict[str, str]:
    return {row["customer_id"]: row["policy"] for row in found.rows}


def waiting(live: Live) -> int:
    return live.state.outbox.waiting()["waiting"]


def test_a_batch_treats_each_customer_by_what_brings_most_and_the_most_dollars_first(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = decide_all(live, Wanted(channel="email"))
        assert found.looked_at == CUSTOMERS - 1, "two records are one customer"
        assert len(found.rows) + found.held_out >= CUSTOMERS - 1
        rows = {row["customer_id"]: row for row in found.rows}
        # Cake: 5 - 0.51; the club: 10 % of the sales - 1.01, for those with 100 and more.
        poor, rich = rows.get(of_record(live, 3)), rows.get(of_record(live, 38))
        assert poor is None or (poor["policy"], poor["dollars"]) == ("cake", Decimal("4.49"))
        assert rich is None or (rich["policy"], rich["dollars"]) in {("bread_club", Decimal("36.99")), ("cake", Decimal("4.49"))}
        assert {row["policy"] for row in found.rows} == {"bread_club", "cake"}
        dollars = [row["dollars"] for row in found.rows]
        assert dollars == sorted(dollars, reverse=True)
        assert waiting(live) == len(found.rows)
        for row in found.rows:
            explained = live.explain(row["decision_id"])
            assert explained is not None
            assert explained["winner"]["policy"] == row["policy"]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        dry = decide_all(live, Wanted(), dry=True)
        assert waiting(live) == 0
        assert live.state.contacts.decisions(dry.rows[0]["customer_id"]) == []
        wet = decide_all(live, Wanted())
        assert reached(dry) == reached(wet)
        assert (dry.dollars, dry.cost, dry.held_out) == (wet.dollars, wet.cost, wet.held_out)


def test_a_batch_and_the_channels_keep_one_limit_together(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        met = of_record(live, 1)
        live.decide(Asked("email", met))
        found = decide_all(live, Wanted())
        assert met not in reached(found)
        again = decide_all(live, Wanted())
        # Who had the better one is offered the other, and then nobody is offered anything.
        assert set(reached(again)) <= {one for one, policy in reached(found).items() if policy == "bread_club"}
        assert decide_all(live, Wanted()).rows == []
        assert decide_all(live, Wanted()).held_out == decide_all(live, Wanted(), dry=True).held_out


def test_policies_that_wait_for_something_else_are_named_and_treat_nobody(bakery: Path) -> None:
    waiting = POLICIES["cake"].replace("policy: cake", "policy: cake_again")
    with moment_of_contact(bakery) as live:
        approve(live, waiting + "trigger: {on: order, delay_minutes: 30}\n")
        approve(
            live,
            POLICIES["cake"]
            .replace("policy: cake", "policy: cake_at_home")
            .replace("email:", "web:")
            .replace("holdout", "moments: [home]\nholdout"),
        )
        found = decide_all(live, Wanted(), dry=True)
        assert found.apart == ("cake_again", "cake_at_home")
        assert not {row["policy"] for row in found.rows} & set(found.apart)
        assert found.told()["apart"] == ["cake_again", "cake_at_home"]
        assert "bread_club" not in decide_all(live, Wanted(channel="letter"), dry=True).apart
        assert "cake" in decide_all(live, Wanted(channel="letter"), dry=True).apart
        assert decide_all(live, Wanted(policy="cake_again", channel="email"), dry=True).apart == ()


def test_a_budget_goes_to_those_who_are_worth_most(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        live.policies.retire("cake", by="finn")
        approve(live, POLICIES["bread_club"] + 'budget: "3.50"\n')
        dry, found = decide_all(live, Wanted(channel="email"), dry=True), decide_all(live, Wanted(channel="email"))
        assert reached(dry) == reached(found)
        assert len(found.rows) == 3, "a fourth would cost 1.01 more than is left"
        best = decide_all(live, Wanted(channel="email", where="sales >= 340"), dry=True)
        assert min(row["dollars"] for row in found.rows) >= Decimal("32.99") - 3
        assert best.rows == []
        assert sum(live.state.contacts.spent().values()) == found.cost <= Decimal("3.50")


def test_only_those_for_whom_the_policy_asked_for_is_best_are_reached(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        every = decide_all(live, Wanted(), dry=True)
        club = decide_all(live, Wanted(policy="bread_club"))
        assert reached(club) == {one: policy for one, policy in reached(every).items() if policy == "bread_club"}
        cake = decide_all(live, Wanted(policy="cake"), dry=True)
        assert set(reached(cake).values()) == {"cake"}


def test_who_is_held_out_is_written_down_so_that_the_effect_can_be_measured(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = decide_all(live, Wanted(policy="bread_club"))
        standing = [live.state.contacts.standing(one) for one in live.profiles.customers()]
        arms = Counter(one.arms.get("bread_club") for one in standing)
        assert arms["treated"] == len(found.rows)
        assert arms["held_out"] == found.held_out
        assert all(not one.contacts for one in standing if one.arms.get("bread_club") == "held_out")


def test_who_is_held_out_is_known_of_those_who_would_have_had_the_budget(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        live.policies.retire("cake", by="finn")
        approve(live, POLICIES["bread_club"].replace('holdout: "0.05"', 'holdout: "0.5"') + 'budget: "5.50"\n')
        found = decide_all(live, Wanted(channel="email"))
        arms = {one: live.state.contacts.standing(one).arms.get("bread_club") for one in live.profiles.customers()}
        least = min(row["dollars"] for row in found.rows)
        worth = {one: Decimal(str(live.profiles.known(one)[live.profiles.columns["sales"]])) / 10 - Decimal("1.01") for one in arms}
        assert found.held_out == sum(arm == "held_out" for arm in arms.values()) > 0
        assert {one for one, arm in arms.items() if arm is None} == {one for one in arms if worth[one] < least}


def test_a_batch_and_the_channels_hold_the_same_customers_out_of_all_marketing_and_say_so(bakery: Path) -> None:
    config = bakery / "unequal.yaml"
    config.write_text(config.read_text(encoding="utf-8") + '  experiments: {universal_holdout: "0.3"}\n', encoding="utf-8")
    with moment_of_contact(bakery) as live:
        everybody = list(live.profiles.customers())
        asked = {one: live.decide(Asked("email", one)) for one in everybody[:20]}
        found = decide_all(live, Wanted())
        arms = {one: live.state.contacts.standing(one).arms.get(UNIVERSAL) for one in everybody}
        held = {one for one, arm in arms.items() if arm == "held_out"}
        assert {"treated", "held_out"} <= set(arms.values())
        assert held.isdisjoint(reached(found))
        assert {one for one, told in asked.items() if told["treatment"] is None} >= held & set(asked)
        for one, told in asked.items():
            explained = live.explain(told["decision_id"])
            assert explained is not None
            fates = {each["fell"] for each in explained["candidates"]}
            assert ("universal_holdout" in fates) == (one in held)
            chance = Decimal(told["propensity"])
            assert Decimal("0.3") < chance < Decimal("0.34") if told["treatment"] is None else chance <= Decimal("0.693")


def test_what_happened_since_the_run_counts(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        rule = "count(order, 20 days) >= 1"
        assert decide_all(live, Wanted(where=rule), dry=True).looked_at == 0
        event = {"event": "Order Completed", "userId": "7", "messageId": "m", "timestamp": "2026-03-01T09:00:00Z"}
        live.ingest("shop", orjson.dumps(event), "track", AT)
        assert decide_all(live, Wanted(where=rule), dry=True).looked_at == 1


def test_whom_a_batch_is_for_may_be_said_by_what_no_policy_reads(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        place = live.profiles.columns["country"]
        assert place not in live.policies.active().rules.read_places
        rows = [live.profiles.row(one) for one in live.profiles.customers()]
        there = sum(row is not None and row[place] == "DE" for row in rows)
        assert there > 0
        assert decide_all(live, Wanted(where="country = 'DE'"), dry=True).looked_at == there
        assert decide_all(live, Wanted(where="country = 'US'"), dry=True).looked_at == 0


def test_who_objects_while_the_batch_is_at_work_is_not_reached(bakery: Path, monkeypatch) -> None:
    monkeypatch.setattr(audiences, "_TOGETHER", 1)
    with moment_of_contact(bakery) as live:
        who = next(iter(reached(decide_all(live, Wanted(), dry=True))))

        def objects(what: str, share: float) -> None:
            if what == "looking at customers" and share > 0.9:
                live.consent(who, purpose="marketing", channel=None, status="objected", at=AT, evidence="said so")

        audience = decide_all(live, Wanted(), tell=objects)
        assert who not in reached(audience)


def test_customers_who_move_all_the_while_are_each_reached_once(bakery: Path, monkeypatch) -> None:
    monkeypatch.setattr(audiences, "AT_ONCE", 5)
    with moment_of_contact(bakery) as live:
        every, over = live.profiles.customers(), threading.Event()

        def talk() -> None:
            number = 0
            while not over.is_set():
                number += 1
                live.prefer(every[number % len(every)], name="topic:trains", value="never", channel="web", at=AT, source="told")

        talker = threading.Thread(target=talk)
        talker.start()
        try:
            found = decide_all(live, Wanted(policy="cake"))
        finally:
            over.set()
            talker.join()
        assert found.rows
        contacts = {one: len(live.state.contacts.standing(one).contacts) for one in every}
        assert contacts == {one: int(one in reached(found)) for one in every}


def test_an_audience_goes_to_a_webhook_in_parts_with_the_decisions_that_it_tells_of(bakery: Path, monkeypatch) -> None:
    monkeypatch.setattr(audiences, "AT_ONCE", 10)
    with receiving() as receiver, moment_of_contact(bakery, printer=receiver.url) as live:
        found = decide_all(live, Wanted(webhook="printer"))
        assert live.sender.send_waiting(live.state, AT) == waiting(live) + len(receiver.received)
        assert len(set(receiver.keys)) == len(receiver.keys) >= len(found.rows) // 10
        parts = [json.loads(body) for _, body in receiver.received]
        assert all(is_signed(headers, body) for headers, body in receiver.received)
        assert {part["audience_id"] for part in parts} == {found.audience_id}
        told = [row for part in parts for row in part["customers"]]
        assert {row["customer_id"]: row["policy"] for row in told} == reached(found)
        assert len(told) == len(found.rows)


def test_an_audience_that_waits_goes_on_without_him_who_is_erased_meanwhile(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = decide_all(live, Wanted(webhook="printer"))
        erased = found.rows[0]["customer_id"]
    project = open_bakery(bakery)
    erasing.erase(project, erased, actor="cli:jo")
    with receiving() as printer, moment_of_contact(bakery, printer=printer.url) as live:
        live.sender.send_waiting(live.state, AT)
    told = [row for _, body in printer.received for row in json.loads(body)["customers"]]
    assert {row["customer_id"] for row in told} == {row["customer_id"] for row in found.rows} - {erased}


def test_a_channel_with_a_webhook_sends_each_message_there(bakery: Path) -> None:
    with receiving() as receiver, moment_of_contact(bakery, printer=receiver.url) as live:
        found = decide_all(live, Wanted(policy="bread_club", channel="letter"))
        assert live.sender.send_waiting(live.state, AT) == len(found.rows) == len(receiver.received)
        assert set(receiver.keys) == {row["decision_id"] for row in found.rows}


def written(live: Live, path: Path) -> Audience:
    with audience_files.AudienceFile(path) as file:
        found = decide_all(live, Wanted(as_file=True), keep=file.keep)
        file.finish(found)
    return found


def test_an_audience_in_a_file_is_safe_to_open_in_a_spreadsheet(bakery: Path, tmp_path: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = written(live, tmp_path / "audience.csv")
        assert waiting(live) == 0, "the file is the delivery"
    with (tmp_path / "audience.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["customer_id"] for row in rows] == [row["customer_id"] for row in found.rows]
    assert {row["subject"] for row in rows} == {"'=Bread, every week", ""}
    assert Decimal(rows[0]["dollars"]) == found.rows[0]["dollars"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audience.csv", "bakery"]


def test_an_audience_in_json_has_its_amounts_in_words(bakery: Path, tmp_path: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = written(live, tmp_path / "audience.json")
    document = json.loads((tmp_path / "audience.json").read_text(encoding="utf-8"))
    assert document["audience_id"] == found.audience_id
    assert [Decimal(row["dollars"]) for row in document["customers"]] == [row["dollars"] for row in found.rows]


def test_an_audience_that_is_broken_off_leaves_those_who_were_reserved_and_the_next_one_has_the_rest(
    bakery: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(audiences, "AT_ONCE", 10)
    with moment_of_contact(bakery) as live:
        whole = reached(decide_all(live, Wanted(policy="cake"), dry=True))

        def breaks_off(what: str, _share: float) -> None:
            if what == "deciding":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), audience_files.AudienceFile(tmp_path / "a.csv") as file:
            decide_all(live, Wanted(policy="cake", as_file=True), tell=breaks_off, keep=file.keep)
        part: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / "a.csv.part").read_text(encoding="utf-8").splitlines()]
        assert 0 < len(part) <= 10
        rest = decide_all(live, Wanted(policy="cake", as_file=True))
        assert {row["customer_id"] for row in part} | set(reached(rest)) == set(whole)
        assert not {row["customer_id"] for row in part} & set(reached(rest))


@pytest.mark.parametrize(("wanted", "code"), [
    (Wanted(policy="nobody"), "LIV612"), (Wanted(channel="pigeon"), "LIV610"), (Wanted(channel="web"), "LIV611"),
    (Wanted(webhook="nobody"), "LIV600"),
])  # fmt: skip
def test_what_cannot_be_decided_is_refused_before_anybody_is_looked_at(bakery: Path, wanted: Wanted, code: str) -> None:
    with moment_of_contact(bakery) as live, pytest.raises(LiveError, match=code):
        decide_all(live, wanted)


@pytest.mark.parametrize("rule", ["sales > 1; DROP TABLE contact", "home = 'DE'"])
def test_a_rule_that_is_hostile_or_reads_what_is_protected_is_refused(bakery: Path, rule: str) -> None:
    with moment_of_contact(bakery) as live, pytest.raises(PredicateError):
        decide_all(live, Wanted(where=rule))


def test_a_file_that_is_neither_csv_nor_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LiveError, match="LIV613"):
        audience_files.AudienceFile(tmp_path / "audience.xlsx")


def test_limits_end_with_their_days(bakery: Path) -> None:
    now = [AT]
    with moment_of_contact(bakery, clock=lambda: now[0]) as live:
        first = decide_all(live, Wanted(policy="cake"))
        assert not decide_all(live, Wanted(policy="cake")).rows
        now[0] = AT + timedelta(days=31)
        assert reached(decide_all(live, Wanted(policy="cake"))) == reached(first)


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest/meta-data/", "http://no-such-host.invalid/"])
def test_nobody_is_reserved_for_a_webhook_that_nothing_can_be_sent_to(bakery: Path, address: str) -> None:
    with moment_of_contact(bakery, printer=address) as live:
        with pytest.raises(LiveError, match=r"LIV602|LIV603"):
            decide_all(live, Wanted(webhook="printer"))
        assert waiting(live) == 0
        assert live.state.contacts.spent() == {}


def test_a_message_that_is_led_inside_is_given_up_at_once_and_gives_its_contact_back(bakery: Path) -> None:
    with moment_of_contact(bakery, printer="http://169.254.169.254/") as live:
        found = decide_all(live, Wanted(policy="bread_club", channel="letter"))
        assert live.sender.send_waiting(live.state, AT) == 0
        assert live.state.outbox.waiting() == {"waiting": 0, "sent": 0, "failed": len(found.rows)}
        assert {one.status for row in found.rows for one in live.state.contacts.contacts(row["customer_id"])} == {"released"}
        assert sum(live.state.contacts.spent().values()) == 0
        ((status, why, count),) = live.state.outbox.unreceived(found.at)
        assert (status, why[:6], count) == ("failed", "LIV602", len(found.rows))
