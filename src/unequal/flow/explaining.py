"""A decision made again from what it was made from."""

from __future__ import annotations

from typing import Any

import orjson

from unequal import storage, treatments
from unequal.flow import deciding, recalling
from unequal.flow.policy_desk import Active, PolicyDesk
from unequal.terms.errors import LiveError
from unequal.version import __version__


def explain(state: storage.state.LiveState, policies: PolicyDesk, decision_id: str) -> dict[str, Any]:
    """A decision, made again from what it was made from, with every candidate and why it fell.

    Raises:
        LiveError: LIV104, there is no such decision; LIV105, the rules that it was made by are not kept; LIV304, made again it comes out
            otherwise: this version of Unequal decides by other rules than the one that made it; LIV501, the customer was erased.
    """
    row = state.contacts.decision(decision_id)
    if row.inputs == "{}":
        raise LiveError("LIV501", "what a decision was made from was erased", where=f"decision {decision_id}",
                        do="nothing: the customer was erased; what the contact cost and brought stays")  # fmt: skip
    versions = policies.made_by(row.versions)
    made_by, rules = policies.as_of(versions["rules"], versions["policies"])
    moment = recalling.moment_of(row.inputs, rules)
    active = Active(0, made_by, rules, versions["rules"], versions["policies"], "", {})
    chosen = treatments.choose(moment, made_by, rules, every=True)
    again = deciding.text_of(deciding.response_of(decision_id, moment, chosen, active))
    if again != row.response:
        raise LiveError("LIV304", "a decision comes out otherwise when it is made again", where=f"decision {decision_id}",
                        seen=f"made by {versions['unequal']}, this is {__version__}", do="explain it by the version that made it")  # fmt: skip
    told = deciding.explanation_of(row, versions, moment, chosen, state.contacts.outcomes(decision_id))
    return {**told, "inputs": {**told["inputs"], "standing": _standing(orjson.loads(row.inputs)), "told": orjson.loads(row.response)}}


def _standing(inputs: dict[str, Any]) -> dict[str, Any]:
    """What the state held of the customer, as it was written down with the decision."""
    held = ("purpose", "contacts", "consents", "preferences", "asked", "arms", "spent", "tier")
    return {name: inputs[name] for name in held if name in inputs}
