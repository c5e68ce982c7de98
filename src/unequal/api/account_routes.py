"""Routes for people, keys, sessions and the audit."""

from __future__ import annotations

from typing import Any

from unequal.access import Caller, csrf_of
from unequal.api import shapes
from unequal.api.credentials import COOKIE, check_origin
from unequal.api.routing import Call, address, route
from unequal.version import __version__


@route("GET", "/v1/health", "health.read", answer=shapes.Well, needs_live=False)
def health(_call: Call) -> Any:
    """Whether the server is well."""
    return {"status": "ok", "version": __version__}


@route("POST", "/v1/setup", "set_up", body=shapes.SetUp, answer=shapes.Person, status=201, needs_live=False)
def set_up(call: Call) -> Any:
    """The first person, an administrator, comes in by the set-up token."""
    return _person(call.accounts.set_up(call.caller, call.body.token, call.body.name, call.body.password))


@route("POST", "/v1/session", "session.open", body=shapes.Credentials, answer=shapes.Session, status=201, needs_live=False)
def sign_in(call: Call) -> Any:
    """Sign in: a cookie holds the session."""
    check_origin(call.request)
    token = call.accounts.sign_in(call.caller, call.body.name, call.body.password, address(call))
    call.cookies[COOKIE] = token
    return _session(call, Caller(f"person:{call.body.name}", frozenset({"viewer"})), token)


@route("GET", "/v1/session", "session.own", answer=shapes.Session, needs_live=False)
def session(call: Call) -> Any:
    """Who is signed in."""
    return _session(call, call.caller, call.request.cookies.get(COOKIE, ""))


@route("DELETE", "/v1/session", "session.own", status=204, needs_live=False)
def sign_out(call: Call) -> Any:
    """Sign out."""
    call.accounts.sign_out(call.caller, call.request.cookies.get(COOKIE, ""))
    call.cookies[COOKIE] = None


@route("GET", "/v1/people", "people.manage", answer=shapes.People, needs_live=False)
def people(call: Call) -> Any:
    """Everybody who may sign in, or might once."""
    return {"people": [{**_person(person), **_from(row)} for person, row in call.accounts.everybody(call.caller)]}


@route("POST", "/v1/people", "people.manage", body=shapes.NewPerson, answer=shapes.Person, status=201, needs_live=False)
def add_person(call: Call) -> Any:
    """Let somebody in."""
    return _person(call.accounts.add_person(call.caller, call.body.name, call.body.password, call.body.roles))


@route("PATCH", "/v1/people/{person_id}", "people.manage", body=shapes.PersonChange, status=204, needs_live=False)
def change_person(call: Call) -> Any:
    """Change somebody's roles, standing or password; his sessions end."""
    given = call.body
    call.accounts.change_person(
        call.caller, call.path["person_id"], roles=given.roles, is_disabled=given.is_disabled, password=given.password
    )


@route("GET", "/v1/keys", "keys.manage", answer=shapes.Keys, needs_live=False)
def keys(call: Call) -> Any:
    """Every key, without its secret."""
    return {"keys": [_key(key) for key in call.accounts.keys(call.caller)]}


@route("POST", "/v1/keys", "keys.manage", body=shapes.NewKey, answer=shapes.KeyMade, status=201, needs_live=False)
def add_key(call: Call) -> Any:
    """Make a key; its secret is shown this once."""
    given = call.body
    key, secret = call.accounts.add_key(call.caller, given.name, given.kind, days=given.days, scopes=given.scopes, source=given.source)
    return {**_key(key), "secret": secret}


@route("DELETE", "/v1/keys/{key_id}", "keys.manage", status=204, needs_live=False)
def revoke_key(call: Call) -> Any:
    """Revoke a key."""
    call.accounts.revoke_key(call.caller, call.path["key_id"])


@route("GET", "/v1/audit", "audit.read", query=shapes.Page, answer=shapes.Audit, needs_live=False)
def audit(call: Call) -> Any:
    """Entries of the audit, in order."""
    return {"entries": call.accounts.audit(call.caller, after=call.query.after, limit=call.query.limit)}


@route("GET", "/v1/audit/head", "audit.read", answer=shapes.Head, needs_live=False)
def audit_head(call: Call) -> Any:
    """The audit's head, to be kept elsewhere."""
    return call.accounts.audit_head(call.caller)


@route("POST", "/v1/audit/check", "audit.read", body=shapes.Heads, answer=shapes.AuditFaults, needs_live=False)
def check_audit(call: Call) -> Any:
    """Whether the audit is whole, by itself and by heads that were kept."""
    return {"faults": call.accounts.check_audit(call.caller, call.body.heads)}


def _session(call: Call, caller: Caller, token: str) -> dict[str, Any]:
    return {"person": _person(call.accounts.who(caller)), "csrf_token": csrf_of(token)}


def _person(person: Any) -> dict[str, Any]:
    """A person without his password's hash."""
    kept = ("person_id", "name", "created_at", "disabled_at")
    return {**{name: getattr(person, name) for name in kept}, "roles": person.roles.split()}


def _from(row: Any) -> dict[str, Any]:
    """By which directory somebody comes, as whom, and when last; nothing of all this where he has a password."""
    return {name: getattr(row, name, None) for name in ("issuer", "subject", "signed_in_at")}


def _key(key: Any) -> dict[str, Any]:
    """A key without its secret's hash."""
    kept = ("key_id", "name", "kind", "source", "created_by", "created_at", "expires_at", "revoked_at")
    return {**{name: getattr(key, name) for name in kept}, "scopes": key.scopes.split()}
