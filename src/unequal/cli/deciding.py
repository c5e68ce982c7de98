"""`explain decision`: what a decision was made from, made again, with every policy and why it fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from unequal import flow
from unequal.cli.printing import console, print_json, print_rows, safe

_MOMENTS_SHOWN: Final = 3


def explain_decision(directory: str, decision_id: str, *, as_json: bool) -> None:
    """Print a decision with its inputs, the versions it was made by, and every candidate."""
    found = flow.live.explain(flow.open_project(directory), decision_id)
    if as_json:
        print_json(found)
        return
    out, inputs = console(), found["inputs"]
    out.print(f"Decision {found['decision_id']} for {safe(found['customer_id'])} on {safe(found['channel'])}, {found['at']}")
    out.print("Made again from what it was made from, it comes out the same, letter by letter.")
    _print_told(inputs["told"])
    print_rows([_candidate(one) for one in found["candidates"]], title="Every policy, and why it fell")
    print_rows([_parts(one) for one in found["candidates"] if one["parts"]], title="What their dollars are made of")
    _print_versions(found["versions"])
    print_rows([{"column": name, "value": value} for name, value in inputs["profile"].items()], title="From the profile")
    print_rows([_happened(event, times) for event, times in sorted(inputs["happened"].items()) if times], title="What had happened")
    print_rows([{"said": name, "value": value} for name, value in inputs["context"].items()], title="What the channel said")
    _print_standing(inputs["standing"])
    print_rows(found["outcomes"], title="What came of it")


def _print_told(told: Mapping[str, Any]) -> None:
    """What the channel was answered."""
    treatment, question = told["treatment"], told["question"]
    lines = [
        f"Treatment: {treatment['policy']}, version {treatment['version']}: {treatment.get('text', '')}" if treatment else "Treatment: none"
    ]
    lines += [f"Question: {question['text']}"] if question else []
    lines += [f"Greeting: {told['greeting']}"] if told["greeting"] else []
    lines += [f"Tier: {told['tier']}"] if told["tier"] else []
    lines += [f"For a person to decide: {told['in_review']}"] if told["in_review"] else []
    for line in lines:
        console().print(safe(line))


def _candidate(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "policy": one["policy"], "version": one["version"], "dollars": _amount(one["dollars"]), "lever": _amount(one["lever"]),
        "arm": one["arm"], "fell": one["fell"] or "chosen", "because": one["because"] or "; ".join(one["reasons"]),
    }  # fmt: skip


def _parts(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"policy": one["policy"], "made_of": ", ".join(f"{name.replace('_', ' ')} {amount}" for name, amount in one["parts"].items())}


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _print_versions(versions: Mapping[str, Any]) -> None:
    run, action = versions["run"]
    acting = ", ".join(f"{name} {version}" for name, version in versions["policies"].items())
    console().print(f"By Unequal {versions['unequal']}, run {run}, stewards' actions up to {action}, rules {versions['rules'][:12]}")
    console().print(safe(f"Policies that acted, in their versions: {acting or 'none'}"))


def _happened(event: str, times: Sequence[str]) -> dict[str, Any]:
    return {"event": event, "times": len(times), "last": ", ".join(reversed(times[-_MOMENTS_SHOWN:]))}


def _print_standing(standing: Mapping[str, Any]) -> None:
    """What the state held of the customer."""
    for name, title, columns in (
        ("contacts", "Contacts on all channels", ("channel", "purpose", "policy", "at")),
        ("consents", "Consents and objections", ("purpose", "channel", "status", "at")),
        ("preferences", "Preferences", ("preference", "channel", "value", "at")),
        ("asked", "Questions asked", ("question", "at", "answer")),
    ):
        print_rows([dict(zip(columns, row, strict=True)) for row in standing[name]], title=title)
    print_rows([{"policy": name, "arm": arm} for name, arm in standing["arms"].items()], title="Lots drawn before")
