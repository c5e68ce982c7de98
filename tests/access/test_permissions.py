"""Who may do what and see which field: written out here a second time, so that a change of the tables is meant."""

from __future__ import annotations

import pytest
from tests.access.doors import CALLERS, filled

from unequal.access import fields, permissions
from unequal.access.permissions import check, checked_roles
from unequal.terms.errors import AccessError

OPEN = {"health.read", "set_up", "session.open"}
MAY = {
    "viewer": {"customers.read", "policies.read"},
    "analyst": {"customers.read", "policies.read", "policies.preview", "decisions.read", "goodwill.read", "host_tasks.read"},
    "policy_author": {
        "customers.read", "decisions.read", "policies.read", "policies.write", "policies.preview", "policies.approve", "policies.retire",
        "policies.revert", "goodwill.read", "host_tasks.read", "host_tasks.plan",
    },
    "steward": {"customers.read", "customers.look_up", "events.quarantined"},
    "privacy_officer": {
        "customers.read", "customers.look_up", "decisions.read", "policies.read", "audit.read", "consents.write", "preferences.write",
    },
    "administrator": {"people.manage", "keys.manage", "audit.read", "events.quarantined", "policies.read"},
    "agent": {
        "customers.read", "customers.look_up", "decisions.make", "outcomes.write", "consents.write", "preferences.write", "answers.write",
        "agent_page.read", "goodwill.give", "host_tasks.read", "host_tasks.finish",
    },
    "ingest": {"events.write"},
    "service": {
        "events.write", "events.quarantined", "customers.read", "customers.look_up", "decisions.make", "decisions.read", "outcomes.write",
        "consents.write", "preferences.write", "answers.write", "policies.read", "goodwill.read", "contacts.route", "host_tasks.read", "portal.read",
        "host_tasks.finish", "host_tasks.plan",
    },
    "service without scopes": set(),
    "anonymous": set(),
}  # fmt: skip
SEES = {
    ("viewer", "analysis"): {"reference", "worth", "band", "contact", "dealings", "ours"},
    ("analyst", "analysis"): {"reference", "worth", "band", "contact", "dealings", "ours", "household"},
    ("policy_author", "analysis"): {"reference", "worth", "band", "contact", "dealings", "ours", "household"},
    ("steward", "analysis"): {"reference", "worth", "band", "contact", "dealings", "ours"},
    ("steward", "stewardship"): {"reference", "worth", "band", "contact", "dealings", "ours", "household", "personal", "raw"},
    ("privacy_officer", "analysis"): {"reference", "contact", "dealings", "ours"},
    ("privacy_officer", "privacy"): {"reference", "contact", "dealings", "ours", "household", "personal", "raw"},
    ("administrator", "analysis"): {"reference", "ours"},
    ("administrator", "stewardship"): {"reference", "ours"},
    ("agent", "service"): {"reference", "personal", "contact", "dealings"},
    ("agent", "marketing"): {"reference", "contact"},
    ("agent", "analysis"): set(),
    ("service without scopes", "service"): {"reference"},
    ("ingest", "service"): set(),
    ("anonymous", "service"): set(),
}


@pytest.mark.parametrize("who", MAY)
def test_each_role_may_do_what_is_written_here_and_nothing_else(who: str) -> None:
    caller = CALLERS[who]
    signed_in = {"session.own"} if who in permissions.ROLES else set()
    allowed = {name for name in permissions.FUNCTIONS if permissions.may(name, caller.roles, caller.scopes)}
    assert allowed == MAY[who] | OPEN | signed_in


@pytest.mark.parametrize(("who", "purpose"), SEES)
def test_each_role_sees_what_is_written_here_and_nothing_else(who: str, purpose: str) -> None:
    assert fields.seen_classes(CALLERS[who].roles, CALLERS[who].scopes, purpose) == SEES[who, purpose]


@pytest.mark.parametrize("purpose", [*fields.PURPOSES, "no such purpose"])
def test_an_agent_never_sees_worth_band_or_household(purpose: str) -> None:
    assert not fields.seen_classes(frozenset({"agent"}), frozenset(), purpose) & {"worth", "band", "household", "ours", "raw"}


def test_a_function_that_stands_in_no_table_is_denied_to_everybody() -> None:
    assert not any(permissions.may("no.such", caller.roles, caller.scopes) for caller in CALLERS.values())


def test_a_stranger_is_asked_who_he_is_and_somebody_known_is_told_he_may_not() -> None:
    with pytest.raises(AccessError, match="ACC001"):
        check(CALLERS["anonymous"], "customers.read")
    with pytest.raises(AccessError, match="ACC002"):
        check(CALLERS["agent"], "policies.approve")


def test_every_class_of_fields_has_its_meaning_and_its_readers() -> None:
    assert set(fields.CLASSES) == set(fields.READERS)
    assert {field_class for lines in fields.FIELDS.values() for field_class in lines.values()} == set(fields.CLASSES)
    assert {role for readers in fields.READERS.values() for role in readers} <= set(permissions.ROLES)
    assert {role for function in permissions.FUNCTIONS.values() for role in function.roles} <= {
        *permissions.ROLES, *permissions.KEY_KINDS, "anyone", "signed_in",
    }  # fmt: skip


@pytest.mark.parametrize("document", fields.FIELDS)
def test_a_field_that_stands_in_no_list_is_masked_even_for_whoever_sees_everything(document: str) -> None:
    everything = frozenset(fields.CLASSES)
    made = filled(document)
    assert fields.masked(document, made, everything) == {name: value for name, value in made.items() if name != "shoe_size"}
    assert fields.hidden_classes(document, made, everything) == ["unlisted"]
    assert fields.masked(document, made, frozenset()) == {}


def test_a_line_for_one_field_wins_over_the_line_for_its_section() -> None:
    made = {"attributes": {"country": "US", "email": "ann@example.com", "more": {"country": "x"}}}
    assert fields.masked("customer", made, frozenset({"reference"})) == {"attributes": {"country": "US"}}


def test_an_absent_section_is_no_fault() -> None:
    assert fields.masked("customer", {"attributes": None, "worth": None, "contacts": []}, frozenset({"contact"})) == {"contacts": []}


@pytest.mark.parametrize("kind", ["email", "phone", "loyalty_no", "attributes.birth_date", "worth.expected"])
def test_what_is_masked_is_no_filter(kind: str) -> None:
    assert fields.refused_filters([kind, "customer_id"], frozenset({"reference"})) == [kind]


def test_roles_that_nobody_may_have_together_or_that_do_not_exist_are_refused() -> None:
    assert checked_roles(["viewer", "steward"]) == {"viewer", "steward"}
    for wrong in (["agent", "analyst"], ["king"], []):
        with pytest.raises(AccessError, match="ACC009"):
            checked_roles(wrong)
