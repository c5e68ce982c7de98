"""Routes for policies."""

from __future__ import annotations

from typing import Any

from unequal.api import shapes
from unequal.api.routing import Call, route


@route("GET", "/v1/policies", "policies.read", answer=shapes.Policies)
def policies(call: Call) -> Any:
    """Every policy."""
    return {"policies": call.desk.policies(call.caller)}


@route("POST", "/v1/policies", "policies.write", body=shapes.PolicyText, answer=shapes.Policy, status=201)
def submit(call: Call) -> Any:
    """Submit a version of a policy, which does not act yet."""
    return call.desk.submit(call.caller, call.body.text)


@route("GET", "/v1/policies/{name}", "policies.read", answer=shapes.Policies)
def versions(call: Call) -> Any:
    """Every version of a policy, the newest first."""
    return {"policies": call.desk.policy(call.caller, call.path["name"])}


@route("POST", "/v1/policies/{name}/preview", "policies.preview", body=shapes.PolicyVersion, answer=shapes.Policy)
def preview(call: Call) -> Any:
    """Whom a version would reach, for how many dollars at what cost."""
    return call.desk.preview(call.caller, call.path["name"], call.body.version)


@route("POST", "/v1/policies/{name}/approve", "policies.approve", body=shapes.PolicyVersion, answer=shapes.Policy)
def approve(call: Call) -> Any:
    """Let another's version act."""
    return call.desk.approve(call.caller, call.path["name"], call.body.version)


@route("POST", "/v1/policies/{name}/retire", "policies.retire", answer=shapes.Policy)
def retire(call: Call) -> Any:
    """Stop a policy at once: no version of it acts any more."""
    return call.desk.retire(call.caller, call.path["name"])


@route("POST", "/v1/policies/{name}/revert", "policies.revert", body=shapes.PolicyVersion, answer=shapes.Policy)
def revert(call: Call) -> Any:
    """Let an earlier version act again."""
    return call.desk.revert(call.caller, call.path["name"], call.body.version)
