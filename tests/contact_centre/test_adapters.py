"""Webhooks as contact-centre systems send them: read as questions where a contact goes, and answered in their own words."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from unequal.contact_centre.adapters import ADAPTERS
from unequal.terms.errors import ContactCentreError

NOON = datetime(2026, 3, 2, 12)
ROUTED = {
    "customer_id": "c_1", "queue": "care", "priority": 32000, "level": "urgent", "skills": ["bereavement", "billing"], "answer_in_seconds": 8,
    "guard_at": "2026-03-02T12:01:18Z", "offer": None,
}  # fmt: skip
TASK = {
    "task_id": "WT-1", "task_channel": "voice", "age": "12",
    "attributes": '{"from": "+17025550187", "skill": "billing", "language": "en", "floors": ["bereavement", "rich"], "call_id": "CA-9"}',
}  # fmt: skip
TICKET = {
    "ticket": {
        "id": 35436, "type": "question", "created_at": "2026-03-02T12:30:00+01:00", "via": {"channel": "email"}, "tags": ["vip", "safety"],
        "requester": {"external_id": None, "email": "ann@example.com", "phone": "+17025550187", "locale": "en-US"},
    }
}  # fmt: skip


def test_a_task_is_asked_about_by_its_attributes_and_gets_a_priority_and_no_timeout():
    tasks = ADAPTERS["tasks"]
    assert tasks.asked(TASK, NOON) == {
        "channel": "voice", "kind": "phone", "value": "+17025550187", "skill": "billing", "language": "en", "waited_seconds": 12,
        "tried_self_service": False, "context": {"bereavement": True},
    }  # fmt: skip
    told = tasks.told(TASK, ROUTED)
    assert (told["priority"], told["attributes"]["call_id"], told["attributes"]["unequal"]["answer_in_seconds"]) == (32000, "CA-9", 8)
    assert told["attributes"]["unequal"]["skills"] == ["bereavement", "billing"]
    assert "timeout" not in told, "a task is cancelled when its timeout is over, and a customer who waits too long is not to be"


def test_a_ticket_is_asked_about_by_its_requester_and_gets_a_priority_a_group_and_tags():
    tickets = ADAPTERS["tickets"]
    assert tickets.asked(TICKET, NOON) == {
        "channel": "email", "kind": "email", "value": "ann@example.com", "skill": "question", "language": "en-US", "waited_seconds": 1800,
        "context": {"safety": True},
    }  # fmt: skip
    assert tickets.told(TICKET, ROUTED) == {
        "ticket": {"id": 35436, "priority": "urgent", "group": "care", "tags": ["vip", "safety", "skill_bereavement", "skill_billing"]}
    }


@pytest.mark.parametrize("words", ["vip bereavement", "vip,bereavement", " vip, bereavement ", ["vip", 5, "bereavement"]])
def test_words_of_floors_are_found_in_a_list_and_in_one_text(words):
    tasks, tickets = ADAPTERS["tasks"], ADAPTERS["tickets"]
    assert tasks.asked({"attributes": {"floors": words}}, NOON)["context"] == {"bereavement": True}
    assert tickets.asked({"ticket": {"tags": words}}, NOON)["context"] == {"bereavement": True}
    assert tickets.told({"ticket": {"tags": words}}, {"level": "urgent"})["ticket"]["tags"] == ["vip", "bereavement"]


@pytest.mark.parametrize("words", [5, True, None, {"bereavement": True}])
def test_what_holds_no_words_has_no_floor_and_no_tags(words):
    assert ADAPTERS["tickets"].asked({"ticket": {"tags": words}}, NOON)["context"] == {}
    assert ADAPTERS["tickets"].told({"ticket": {"tags": words}}, {"level": "normal"})["ticket"]["tags"] == []


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(130.5, 130), ("130.5", 130), ("12", 12), (10**30, 86_400), (1e300, 86_400), (-3.5, 0), (float("nan"), 0), (True, 0), ("1e3", 0)],
)
def test_seconds_are_read_from_any_number_and_nothing_else(age, seconds):
    assert ADAPTERS["tasks"].asked({"age": age}, NOON)["waited_seconds"] == seconds


def test_what_is_sent_back_can_be_written_whatever_numbers_and_depths_were_sent():
    sent = {"attributes": '{"conversation_id": 123456789012345678901234, "parts": ' + "[" * 98 + "]" * 98 + "}"}
    ADAPTERS["tasks"].asked(sent, NOON)
    assert b'"conversation_id":1.2345678901234' in orjson.dumps(ADAPTERS["tasks"].told(sent, ROUTED))
    assert ADAPTERS["tickets"].told({"ticket": {"id": [35436]}}, ROUTED)["ticket"]["id"] is None


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("tasks", {"attributes": "no json"}),
        ("tasks", {"attributes": "[1]"}),
        ("tasks", {"attributes": '{"name": "Zo\\ud83d"}'}),
        ("tasks", {"attributes": '{"amount": NaN}'}),
        ("tasks", {"attributes": '{"parts": ' + "[" * 300 + "]" * 300 + "}"}),
        ("tickets", {}),
        ("tickets", {"ticket": "35436"}),
    ],
)
def test_what_is_no_task_or_ticket_is_refused(name, sent):
    with pytest.raises(ContactCentreError, match="CTC033"):
        ADAPTERS[name].asked(sent, NOON)


def test_what_says_nothing_of_whose_it_is_is_nobodys():
    assert ADAPTERS["tasks"].asked({"age": "soon"}, NOON)["waited_seconds"] == 0
    assert "kind" not in ADAPTERS["tickets"].asked({"ticket": {"created_at": "yesterday", "requester": {"email": "\0"}}}, NOON)
