"""The verbs of the moment of contact, each behind its permission, and what they show behind the masks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from unequal.access.allowing import allowed
from unequal.access.callers import Caller
from unequal.access.fields import PURPOSES, REASON_NEEDED, hidden_classes, masked, refused_filters, seen_classes
from unequal.access.gate import Gate
from unequal.access.verbs import Asking, Document, LiveVerbs, RouteAsking, Taken
from unequal.terms.errors import AccessError
from unequal.terms.gifts import check_gift

_LONGEST_REASON: Final = 500
_BY_KEY: Final = "ask by customer_id, or use a key with the scope fields.personal"
_OPEN: Final = frozenset({"channel", "channels", "currency", "goodwill", "time_zone"})
"""Of an agent's sheet what tells nothing of the customer."""
_OF_CUSTOMER: Final = frozenset({"customer_id", "asked_id", "kind", "as_of", "attributes", "contact_points", "preferences", "consents", "contacts",
                                 "events", "orders", "cases"})  # fmt: skip
"""Of the customer what serving one contact needs, of which the masks take out what the agent may not see."""
_Found = TypeVar("_Found")


class Desk:
    """What can be done for customers, by whom, and what of it he sees.

    Args:
        live: the moment of contact.
        gate: for the audit.
    """

    def __init__(self, live: LiveVerbs, gate: Gate) -> None:
        self._live, self._members = live, gate.members

    # Events

    @allowed("events.write")
    def ingest(self, caller: Caller, source: str | None, body: bytes, kind: str | None, received_at: datetime) -> Sequence[Taken]:
        """Take events in: for the source of an ingest key, or for the one that a service key names."""
        if caller.source is not None and source not in (None, caller.source):
            raise AccessError("ACC002", "you may not do this", seen=f"events of {source}; the key is of {caller.source}",
                              do="use the key of that source")  # fmt: skip
        own = caller.source or source
        if own is None:
            raise AccessError("ACC013", "it is not said of which source the events are", do="use an ingest key, or name the source")
        return self._live.ingest(own, body, kind, received_at)

    @allowed("events.quarantined")
    def quarantined(
        self, caller: Caller, *, source: str | None = None, quarantined_for: str | None = None, after: int = 0, limit: int = 100,
        purpose: str | None = None, reason: str = "",
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Events that were not taken in; what was sent only for a purpose that shows it."""
        shown = self._shown(caller, "events.quarantined", source or "", purpose, reason)
        found = self._live.quarantined(source=source, reason=quarantined_for, after=after, limit=limit)
        return [masked("quarantined", event, shown) for event in found]

    # Customers

    @allowed("customers.read")
    def profile(self, caller: Caller, customer_id: str, *, purpose: str | None = None, reason: str = "") -> dict[str, Any]:
        """One customer: the fields that the caller may see for the purpose, and which classes of fields he may not."""
        shown = self._shown(caller, "customers.read", customer_id, purpose, reason)
        found = _there(self._live.profile(customer_id), "customer", customer_id)
        return {**masked("customer", found, shown), "masked": hidden_classes("customer", found, shown)}

    @allowed("customers.look_up")
    def lookup(self, caller: Caller, kind: str, value: str, *, purpose: str | None = None, reason: str = "") -> dict[str, Any]:
        """Who an identifier may be. An agent is told one customer, or how many it may be: never a list."""
        shown = self._shown(caller, "customers.look_up", f"by {kind}", purpose, reason)
        if refused_filters([kind], shown):
            do = "name a purpose that shows it, or ask somebody who may see it"
            raise _not_to_be_searched(kind, do if caller.is_person else _BY_KEY)
        found = list(self._live.lookup(kind, value))
        told = found if len(found) == 1 or "agent" not in caller.roles else []
        return masked("found", {"customer_ids": told, "candidates": len(found)}, shown)

    @allowed("portal.read")
    def organisations(self, caller: Caller, customer_id: str) -> list[dict[str, Any]]:
        """What the portal of business customers shows whoever is logged in: the organisations for which he may act, and nothing of others."""
        shown = seen_classes(caller.roles, caller.scopes, "service")
        return [masked("organisation", one, shown) for one in _there(self._live.portal(customer_id), "customer", customer_id)]

    # Decisions

    @allowed("decisions.make")
    def decide_soon(self, caller: Caller, asking: Asking) -> Future[dict[str, Any]]:
        """What to do for a customer now."""
        purpose = asking.purpose
        shown = seen_classes(caller.roles, caller.scopes, purpose)
        _check_identifier(caller, asking.kind)
        return self._live.decide_soon(replace(asking, author=caller.name), lambda found: masked("decision", found, shown))

    @allowed("contacts.route")
    def route_soon(self, caller: Caller, asking: RouteAsking) -> Future[dict[str, Any]]:
        """Where a contact goes."""
        shown = seen_classes(caller.roles, caller.scopes, "service")
        _check_identifier(caller, asking.kind)
        return self._live.route_soon(asking, lambda found: masked("route", found, shown))

    @allowed("decisions.read")
    def explain(self, caller: Caller, decision_id: str, *, purpose: str | None = None, reason: str = "") -> dict[str, Any]:
        """A decision, and why every other candidate fell."""
        shown = self._shown(caller, "decisions.read", decision_id, purpose, reason)
        return masked("explanation", _there(self._live.explain(decision_id), "decision", decision_id), shown)

    @allowed("outcomes.write")
    def record_outcome(self, caller: Caller, /, decision_id: str, **outcome: Any) -> None:
        """What came of a decision; see LiveVerbs.record_outcome."""
        _there(self._live.record_outcome(decision_id, author=caller.name, **outcome) or None, "decision", decision_id)

    # Agents

    @allowed("agent_page.read")
    def sheet(self, caller: Caller, customer_id: str, channel: str | None = None) -> dict[str, Any]:
        """What an agent's page tells of a contact: of the customer and the decision only what he may see."""
        shown = seen_classes(caller.roles, caller.scopes, "service")
        found = _there(self._live.agents.sheet(customer_id, channel=channel, agent=caller.name), "customer", customer_id)
        return {
            **{name: part for name, part in found.items() if name in _OPEN},
            "customer": masked("customer", {name: part for name, part in found["customer"].items() if name in _OF_CUSTOMER}, shown),
            "decision": masked("decision", found["decision"], shown),
        }  # fmt: skip

    @allowed("goodwill.give")
    def give_goodwill(self, caller: Caller, /, decision_id: str, **given: Any) -> None:
        """Give a customer something at one's discretion; see AgentVerbs.give_goodwill."""
        check_gift(given["amount"])
        self._members.tell(caller.name, "goodwill.give", decision_id, f"{given['amount']:f} {given['reason']}"[:_LONGEST_REASON])
        _there(self._live.agents.give_goodwill(decision_id, agent=caller.name, **given) or None, "decision", decision_id)

    @allowed("goodwill.read")
    def goodwill(self, _caller: Caller, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """What agents gave and did otherwise, by agent, kind and reason."""
        return [dict(one) for one in self._live.agents.measured(since=since, until=until)]

    # Hosts

    @allowed("host_tasks.read")
    def host_tasks(self, caller: Caller, /, *, host: str | None = None, after: str | None = None, **asked: Any) -> list[dict[str, Any]]:
        """Tasks of hosts, of an agent his own; the order tells what is at stake to those alone who may see it. See HostVerbs.tasks."""
        shown = seen_classes(caller.roles, caller.scopes, "service")
        if host is not None and refused_filters(["host"], shown, "host_task"):
            raise _not_to_be_searched("host", "leave it out, or use a key with the scope fields.contact")
        found = self._live.hosts.tasks(person=_works_off(caller), by_stake="worth" in shown, host=host, after=after, **asked)
        return [masked("host_task", one, shown) for one in _there(found, "task", after or "")]

    @allowed("host_tasks.finish")
    def finish_host_task(self, caller: Caller, /, task_id: str, *, outcome: str) -> None:
        """What came of a host's task, of an agent's own; see HostVerbs.finish."""
        is_there = self._live.hosts.finish(task_id, outcome=outcome, person=_works_off(caller), author=caller.name)
        _there(is_there or None, "task", task_id)
        # Told afterwards: of two who say it at once one is refused, and the audit must not say that he did it too.
        self._members.tell(caller.name, "host_tasks.finish", task_id, outcome)

    @allowed("host_tasks.plan")
    def plan_host_tasks(self, caller: Caller) -> dict[str, Any]:
        """New tasks for hosts, and how many customers have none."""
        shown = seen_classes(caller.roles, caller.scopes, "service")
        found = self._live.hosts.plan(by_stake="worth" in shown)
        self._members.tell(caller.name, "host_tasks.plan", "", f"{len(found['made'])} made")
        return {**found, "made": [masked("host_task", one, shown) for one in found["made"]]}

    # What customers say

    @allowed("consents.write")
    def consent(self, caller: Caller, /, customer_id: str, *, evidence: str, **given: Any) -> None:
        """A consent given or withdrawn, or an objection, with who recorded it; see LiveVerbs.consent."""
        self._members.tell(caller.name, "consents.write", customer_id, f"{given['purpose']} {given['status']}")
        told = f"{evidence} (recorded by {caller.name})"
        _there(self._live.consent(customer_id, evidence=told, **given) or None, "customer", customer_id)

    @allowed("preferences.write")
    def prefer(self, caller: Caller, /, customer_id: str, **given: Any) -> None:
        """What a customer prefers; see LiveVerbs.prefer."""
        _there(self._live.prefer(customer_id, source=caller.name, **given) or None, "customer", customer_id)

    @allowed("answers.write")
    def answer(self, _caller: Caller, /, customer_id: str, **given: Any) -> None:
        """What a customer answered; see LiveVerbs.answer."""
        _there(self._live.answer(customer_id, **given) or None, "customer", customer_id)

    # Policies

    @allowed("policies.read")
    def policies(self, caller: Caller) -> list[dict[str, Any]]:
        """Every policy."""
        return [self._policy(caller, policy) for policy in self._live.policies.listed()]

    @allowed("policies.read")
    def policy(self, caller: Caller, name: str) -> list[dict[str, Any]]:
        """Every version of a policy, the newest first."""
        return [self._policy(caller, version) for version in _there(self._live.policies.versions(name) or None, "policy", name)]

    @allowed("policies.write")
    def submit(self, caller: Caller, text: str) -> dict[str, Any]:
        """A new version of a policy, which does not act yet."""
        written = self._live.policies.submit(text, author=caller.name)
        self._members.tell(caller.name, "policies.write", f"{written.get('name')} {written.get('version')}")
        return self._policy(caller, written)

    @allowed("policies.preview")
    def preview(self, caller: Caller, name: str, version: int) -> dict[str, Any]:
        """Whom a version would reach and what it would cost."""
        return self._policy(caller, _there(self._live.policies.preview(name, version), "policy", f"{name} {version}"))

    @allowed("policies.approve")
    def approve(self, caller: Caller, name: str, version: int) -> dict[str, Any]:
        """Let another's version act."""
        self._members.tell(caller.name, "policies.approve", f"{name} {version}")
        return self._policy(caller, _there(self._live.policies.approve(name, version, by=caller.name), "policy", f"{name} {version}"))

    @allowed("policies.retire")
    def retire(self, caller: Caller, name: str) -> dict[str, Any]:
        """Stop a policy at once; its author may, too, for it takes nothing from a customer."""
        self._members.tell(caller.name, "policies.retire", name)
        return self._policy(caller, self._live.policies.retire(name, by=caller.name))

    @allowed("policies.revert")
    def revert(self, caller: Caller, name: str, version: int) -> dict[str, Any]:
        """Let an earlier version act again."""
        self._members.tell(caller.name, "policies.revert", f"{name} {version}")
        return self._policy(caller, _there(self._live.policies.revert(name, version, by=caller.name), "policy", f"{name} {version}"))

    def _policy(self, caller: Caller, policy: Document) -> dict[str, Any]:
        return masked("policy", policy, seen_classes(caller.roles, caller.scopes, "analysis"))

    def _shown(self, caller: Caller, function: str, subject: str, purpose: str | None, reason: str) -> frozenset[str]:
        """Which classes of fields a caller sees for a purpose; a person's reason, where one is needed, goes into the audit first."""
        purpose = purpose or ("service" if caller.roles & {"agent", "service"} else "analysis")
        shown = seen_classes(caller.roles, caller.scopes, purpose) if purpose in PURPOSES else frozenset()
        if not shown:
            raise AccessError(
                "ACC015", "this is no purpose of yours", seen=purpose[:40], do=f"name one of {', '.join(_purposes_of(caller))}"
            )
        if purpose in REASON_NEEDED and caller.is_person and "personal" in shown:
            if not reason.strip():
                raise AccessError("ACC004", "personal fields are shown with a reason only", seen=f"purpose {purpose}",
                                  do="say why, in words; the audit keeps it")  # fmt: skip
            self._members.tell(caller.name, function, subject, f"{purpose}: {reason[:_LONGEST_REASON]}")
        return shown


def _check_identifier(caller: Caller, kind: str | None) -> None:
    if kind is not None and refused_filters([kind], seen_classes(caller.roles, caller.scopes, "service")):
        raise _not_to_be_searched(kind, _BY_KEY)


def _not_to_be_searched(seen: str, do: str) -> AccessError:
    return AccessError("ACC003", "what you may not see you may not search, filter or sort by", seen=seen, do=do)


def _works_off(caller: Caller) -> str | None:
    """Whose tasks alone a caller sees: an agent never gets a list of customers but of those whom he looks after."""
    return caller.name.removeprefix("person:") if "agent" in caller.roles else None


def _purposes_of(caller: Caller) -> list[str]:
    return [purpose for purpose in PURPOSES if seen_classes(caller.roles, caller.scopes, purpose)]


def _there(found: _Found | None, what: str, name: str) -> _Found:
    if found is None:
        raise AccessError("ACC012", f"there is no such {what}", seen=name[:100], do="look at its spelling")
    return found
