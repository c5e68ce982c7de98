"""Who may do what: one table of functions. What does not stand here is denied to everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from unequal.access.callers import Caller
from unequal.terms.errors import AccessError

ROLES: Final[Mapping[str, str]] = {
    "viewer": "looks at customers and policies; personal fields are masked",
    "analyst": "looks at customers, decisions and policies; personal fields are masked",
    "policy_author": "writes policies, previews them, and approves those of others",
    "steward": "merges and looks after records; sees personal fields and gives a reason",
    "privacy_officer": "answers requests for access, erasure and objection; sees personal fields and gives a reason",
    "administrator": "lets people and keys in and reads the audit; sees no customer",
    "agent": "serves one customer at a time; sees what the purpose needs, never profit, lifetime value or a band's name",
}
"""The roles of people, each with what it is for."""

ALONE: Final = frozenset({"agent"})
"""Roles that nobody holds beside another: what a second role shows, an agent must not see."""

KEY_KINDS: Final[Mapping[str, str]] = {
    "ingest": "brings the events of one source, and reads nothing",
    "service": "uses the functions, and sees the classes of fields, that it is scoped for",
}


@dataclass(frozen=True)
class Function:
    """One thing that can be done.

    Args:
        what: in words.
        roles: who may; `ingest` and `service` are kinds of keys, `anyone` needs no credential, `signed_in` is every person.
        is_told: whether each use goes into the audit.
    """

    what: str
    roles: frozenset[str]
    is_told: bool = False


def _for(what: str, *roles: str, is_told: bool = False) -> Function:
    return Function(what, frozenset(roles), is_told)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "health.read": _for("whether the server is well", "anyone"),
    "set_up": _for("the first person comes in by the set-up token", "anyone"),
    "session.open": _for("sign in", "anyone"),
    "session.own": _for("see one's own session and end it", "signed_in"),
    "people.manage": _for("let people in and out, and give them roles", "administrator"),
    "keys.manage": _for("make and revoke keys", "administrator"),
    "audit.read": _for("read the audit and take its head out", "administrator", "privacy_officer"),
    "events.write": _for("bring events", "ingest", "service"),
    "events.quarantined": _for("see the events that were not taken in", "steward", "administrator", "service"),
    "customers.read": _for("see one customer", "viewer", "analyst", "policy_author", "steward", "privacy_officer", "agent", "service"),
    "customers.look_up": _for("find a customer by an identifier", "steward", "privacy_officer", "agent", "service"),
    "portal.read": _for("see for which organisations a customer may act, with their terms, spend and authorisations", "service"),
    "decisions.make": _for("ask what to do for a customer", "agent", "service"),
    "contacts.route": _for("ask where a contact is to go: queue, priority, skills, and what to offer instead of waiting", "service"),
    "decisions.read": _for("see why a decision was made", "analyst", "policy_author", "privacy_officer", "service"),
    "agent_page.read": _for("serve a customer: see who it is, what to do now and what may be given", "agent"),
    "goodwill.give": _for("give a customer something at one's discretion", "agent", is_told=True),
    "goodwill.read": _for("see what agents gave and did otherwise, and why", "analyst", "policy_author", "service"),
    "host_tasks.read": _for(
        "see for whom hosts have something to do; agents see their own tasks", "analyst", "policy_author", "agent", "service"
    ),
    "host_tasks.finish": _for("say what came of a host's task; agents of their own", "agent", "service", is_told=True),
    "host_tasks.plan": _for("make tasks for hosts", "policy_author", "service", is_told=True),
    "outcomes.write": _for("say what came of a decision", "agent", "service"),
    "consents.write": _for("record a consent, its withdrawal or an objection", "agent", "privacy_officer", "service", is_told=True),
    "preferences.write": _for("record what a customer prefers", "agent", "privacy_officer", "service"),
    "answers.write": _for("record what a customer answered", "agent", "service"),
    "policies.read": _for("see policies", "viewer", "analyst", "policy_author", "privacy_officer", "administrator", "service"),
    "policies.write": _for("submit a version of a policy", "policy_author", is_told=True),
    "policies.preview": _for("see whom a policy would reach and what it would cost", "policy_author", "analyst"),
    "policies.approve": _for("let another's policy act", "policy_author", is_told=True),
    "policies.retire": _for("stop a policy, one's own too", "policy_author", is_told=True),
    "policies.revert": _for("go back to an earlier version of a policy", "policy_author", is_told=True),
}
"""Every function and who may use it."""

SCOPES: Final = frozenset(name for name, function in FUNCTIONS.items() if "service" in function.roles)
"""Functions that a service key may be scoped for."""


def may(function: str, roles: frozenset[str], scopes: frozenset[str]) -> bool:
    """Whether roles, or a service key's scopes, allow a function; denied by default.

    >>> may("decisions.make", frozenset({"agent"}), frozenset()), may("keys.manage", frozenset({"agent"}), frozenset())
    (True, False)
    >>> may("no.such", frozenset({"administrator"}), frozenset())
    False
    """
    rule = FUNCTIONS.get(function)
    if rule is None:
        return False
    granted = rule.roles & roles
    if granted == {"service"}:
        return function in scopes
    return bool(granted) or "anyone" in rule.roles or ("signed_in" in rule.roles and bool(roles & ROLES.keys()))


def check(caller: Caller, function: str) -> None:
    """Let a caller use a function, or not.

    Raises:
        AccessError: ACC001, it is a stranger, and the function is not for everybody; ACC002, his roles do not allow it.
    """
    if may(function, caller.roles, caller.scopes):
        return
    if not caller.roles:
        raise stranger()
    raise AccessError("ACC002", "you may not do this", seen=f"{function}; you are {', '.join(sorted(caller.roles))}",
                      do="ask an administrator for a role, or for a key with the scope, that allows it")  # fmt: skip


def stranger() -> AccessError:
    """Nobody is known by what was shown, or nothing was shown; which of the two is not told."""
    return AccessError("ACC001", "it is not known who asks", do="sign in, or send a key that is in force")


def checked_roles(roles: Iterable[str]) -> frozenset[str]:
    """Roles that a person may have together.

    Raises:
        AccessError: ACC009, there is no such role, none is given, or one that nobody holds beside another has company.
    """
    given = frozenset(roles)
    unknown = sorted(given - ROLES.keys())
    if unknown or not given:
        raise AccessError("ACC009", "a person cannot have these roles", seen=f"no such role: {', '.join(unknown)}" if unknown else "none",
                          do=f"give of {', '.join(ROLES)}")  # fmt: skip
    if given & ALONE and len(given) > 1:
        raise AccessError("ACC009", "a person cannot have these roles", seen=", ".join(sorted(given)),
                          do="an agent is nothing else beside: what another role shows, agents must not see")  # fmt: skip
    return given
