"""Webhooks as contact-centre systems send them: read as questions where a contact goes, and answered in their own words."""

from __future__ import annotations

from datetime import datetime

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


def test_a_task_is_asked_about_by_its_attributes_and_gets_a_priority_and_a_timeout():
    tasks = ADAPTERS["tasks"]
    assert tasks.asked(TASK, NOON) == {
        "channel": "voice", "kind": "phone", "value": "+17025550187", "skill": "billing", "language": "en", "waited_seconds": 12,
        "tried_self_service": False, "context": {"bereavement": True},
    }  # fmt: skip
    told = tasks.told(TASK, ROUTED)
    assert (told["priority"], told["timeout"], told["attributes"]["call_id"]) == (32000, 8, "CA-9")
    assert told["attributes"]["unequal"]["skills"] == ["bereavement", "billing"]


def test_a_ticket_is_asked_about_by_its_requester_and_gets_a_priority_a_group_and_tags():
    tickets = ADAPTERS["tickets"]
    assert tickets.asked(TICKET, NOON) == {
        "channel": "email", "kind": "email", "value": "ann@example.com", "skill": "question", "language": "en-US", "waited_seconds": 1800,
        "context": {"safety": True},
    }  # fmt: skip
    assert tickets.told(TICKET, ROUTED) == {
        "ticket": {"id": 35436, "priority": "urgent", "group": "care", "tags": ["vip", "safety", "skill_bereavement", "skill_billing"]}
    }


@pytest.mark.parametrize(
    ("name", "sent"),
    [("tasks", {"attributes": "no json"}), ("tasks", {"attributes": "[1]"}), ("tickets", {}), ("tickets", {"ticket": "35436"})],
)
def test_what_is_no_task_or_ticket_is_refused(name, sent):
    with pytest.raises(ContactCentreError, match="CTC033"):
        ADAPTERS[name].asked(sent, NOON)


def test_what_says_nothing_of_whose_it_is_is_nobodys():
    assert ADAPTERS["tasks"].asked({"age": "soon"}, NOON)["waited_seconds"] == 0
    assert "kind" not in ADAPTERS["tickets"].asked({"ticket": {"created_at": "yesterday", "requester": {"email": "\0"}}}, NOON)
