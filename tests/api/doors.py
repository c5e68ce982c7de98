"""Clients of the API in the process: somebody of every role signed in, and keys of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.access.doors import CALLERS, SmallWorld, gate

from unequal.access import Gate, csrf_of, permissions
from unequal.api import application

ADDRESS = "https://testserver"
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/setup"): {"token": "x", "name": "first", "password": "correct horse battery"},
    ("POST", "/v1/session"): {"name": "nobody", "password": "correct horse battery"},
    ("POST", "/v1/people"): {"name": "somebody new", "password": "correct horse battery", "roles": ["viewer"]},
    ("PATCH", "/v1/people/{person_id}"): {"roles": ["viewer"]},
    ("POST", "/v1/keys"): {"name": "k", "kind": "ingest", "source": "shop"},
    ("POST", "/v1/audit/check"): {"heads": []},
    ("POST", "/v1/batch"): {"batch": [{"type": "track", "messageId": "m", "event": "Order Completed", "userId": "u"}]},
    ("POST", "/v1/decide"): {"channel": "web", "customer_id": "c_1", "purpose": "service"},
    ("POST", "/v1/route"): {"channel": "phone", "customer_id": "c_1", "skill": "billing", "waited_seconds": 30},
    ("POST", "/v1/route/{adapter}"): {"attributes": {"channel": "phone", "customer_id": "c_1"}},
    ("POST", "/v1/decisions/{decision_id}/outcome"): {"kind": "accepted"},
    ("POST", "/v1/host-tasks/{task_id}/outcome"): {"outcome": "kept"},
    ("POST", "/v1/host-tasks/plan"): {},
    ("POST", "/v1/decisions/{decision_id}/goodwill"): {"goodwill_id": "gift-one", "amount": "5.00", "reason": "Late delivery"},
    ("POST", "/v1/customers/{customer_id}/consents"): {"purpose": "marketing", "status": "granted", "evidence": "box on the form"},
    ("POST", "/v1/customers/{customer_id}/preferences"): {"name": "channel", "value": "email"},
    ("POST", "/v1/customers/{customer_id}/answers"): {"question": "q", "answer": "a", "channel": "web"},
    ("POST", "/v1/policies"): {"text": "name: p"},
    **{("POST", f"/v1/policies/{{name}}/{act}"): {"version": 1} for act in ("preview", "approve", "revert")},
    **{("POST", f"/v1/{kind}"): {"messageId": "m", "userId": "u"} for kind in ("identify", "track", "page", "screen", "group", "alias")},
}
"""A good body for every route that takes one."""
QUERIES = {
    "/v1/customers": {"kind": "customer_id", "value": "one"},
    "/v1/batch": {"source": "shop"},
    "/v1/goodwill": {"since": "2026-03-01T00:00:00Z"},
} | {f"/v1/{kind}": {"source": "shop"} for kind in ("identify", "track", "page", "screen", "group", "alias")}
PATHS = {
    "{adapter}": "tasks",
    "{customer_id}": "c_1",
    "{decision_id}": "d_1",
    "{task_id}": "t_1",
    "{name}": "p",
    "{person_id}": "person_x",
    "{key_id}": "key_x",
}


def credentials(door: Gate) -> dict[str, dict[str, Any]]:
    """What each caller shows, by who he is: headers of a request."""
    shown: dict[str, dict[str, Any]] = {"anonymous": {}}
    for role in permissions.ROLES:
        door.members.add(f"a {role}", "no password", [role], by="test")
        shown[role] = signed_in(door, role)
    for who, caller in CALLERS.items():
        if caller.name.startswith("key:"):
            kind = next(iter(caller.roles))
            _, secret = door.members.add_key(who, kind, by="test", days=30, scopes=caller.scopes, source=caller.source)
            shown[who] = {"authorization": f"Bearer {secret}"}
    return shown


def signed_in(door: Gate, role: str) -> dict[str, Any]:
    """Headers of a new session of whoever has a role."""
    token = door.members.open_session(door.members.named(f"a {role}"))
    return {"cookie": f"__Host-unequal={token}", "x-csrf-token": csrf_of(token)}


class Client:
    """Requests to an application in the process, one after the other."""

    def __init__(self, app: Any, runner: asyncio.Runner, address: str, door: Gate) -> None:
        self.app, self.door, self._runner = app, door, runner
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url=ADDRESS)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        # Each request is of somebody else, so no cookie is kept from one to the next.
        self._client.cookies.clear()
        return self._runner.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


@contextmanager
def client_of(folder: Path, *, world: SmallWorld | None = None, address: str = "192.0.2.1", **more: Any) -> Iterator[tuple[Client, Gate]]:
    """A client, and the gate behind it."""
    door = gate(folder, **more)
    app = application(world or SmallWorld(), door)
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        yield Client(app, runner, address, door), door
        runner.run(lifespan.__aexit__(None, None, None))
