"""Policies, moments and customers for tests: small, and changed by keyword."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import yaml

from unequal import treatments
from unequal.config.policies import Declared, Moments, read_policy
from unequal.treatments.shapes import Chosen, Happened, Moment, Profile, Standing

D = Decimal
AT = datetime(2026, 1, 31, 12)
TYPES = {
    "band": "string", "band_is_stable": "boolean", "orders": "int64", "value_expected": "float64", "contribution": "decimal(28, 4)",
    "household_others_expected": "float64", "through_others_expected": "float64", "wedding_on": "date", "religion": "string", "household_id": "string",
}  # fmt: skip
COLUMNS = {name: at for at, name in enumerate(TYPES)}
ROW = {
    "band": "top", "band_is_stable": True, "orders": 5, "value_expected": 800.0, "contribution": D("200.0000"),
    "household_others_expected": 200.0, "through_others_expected": 40.0, "wedding_on": None, "religion": None, "household_id": None,
}  # fmt: skip
MOMENTS: dict[str, Any] = {
    "channels": {
        "web": {"outbound": False},
        "phone": {"outbound": False},
        "email": {"outbound": True},
        "letter": {"outbound": True, "cost": "0.80"},
    },
    "purposes": {"marketing": {"consent": "needed_outbound", "direct_marketing": True}, "service": {"consent": "not_needed"}},
    "assumed": {"counts": "0.5", "budget": "1000.00"},
}


def policy(name: str = "seat", **changed: Any) -> Declared:
    """A policy for everybody in every channel, measured, that gains 10 and costs 1."""
    keys: dict[str, Any] = {
        "policy": name, "issue": "retention", "group": "travel", "action": "upgrade", "objective": "keep",
        "channels": {channel: {"text": "Sit in front."} for channel in MOMENTS["channels"]},
        "effect": {"uplift": "0.10", "margin": "100.00", "measured": True, "measured_on": "2025-12-31"}, "cost": "1.00", "holdout": "0.000001",
    }  # fmt: skip
    return read_policy(yaml.safe_dump({**keys, **changed}, sort_keys=False), f"policies/{name}.yaml")


ENDING: dict[str, Any] = {
    "objective": "end_gracefully", "significant": True, "takes_service_away": True,
    "ending": {"notice_days": 60, "appeal": "Write to us: a person answers."},
    "channels": {channel: {"text": "We part in 60 days. Write to us: a person answers."} for channel in MOMENTS["channels"]},
}  # fmt: skip
"""What a policy that ends service says."""


def effect(uplift: str, margin: Any, **more: Any) -> dict[str, Any]:
    """A measured effect."""
    return {"uplift": uplift, "margin": margin, "measured": True, "measured_on": "2025-12-31", **more}


def made(declared: Sequence[Declared], **moments: Any) -> tuple[treatments.Policies, treatments.Rules]:
    """Policies and rules made ready."""
    return treatments.ready(
        declared, Moments.model_validate({**MOMENTS, **moments}), types=TYPES, time_zone="Europe/Berlin", protected=["religion"],
        events=["order", "complaint"], currency="USD",
    )  # fmt: skip


def at_moment(
    channel: str = "web", *, row: Mapping[str, Any] | None = None, standing: Standing | None = None, context: Mapping[str, Any] | None = None,
    at: datetime = AT, customer: str = "c_1", happened: Mapping[str, Sequence[datetime]] | None = None, purpose: Any = "marketing",
) -> Moment:  # fmt: skip
    """A moment of a customer."""
    values = tuple({**ROW, **(row or {})}.values())
    return Moment(Profile(customer, values, COLUMNS, Happened(happened or {})), standing or Standing(), channel, context or {}, at, purpose)


def chosen(declared: Declared | Sequence[Declared], moment: Moment | None = None, **moments: Any) -> Chosen:
    """What is chosen, with every candidate told."""
    several = [declared] if isinstance(declared, Declared) else declared
    return treatments.choose(moment or at_moment(), *made(several, **moments))


def fell(found: Chosen, name: str = "seat") -> str | None:
    """Why a policy fell; None where it won."""
    return next(one.fell for one in found.candidates if one.policy == name)


def days_ago(days: float) -> datetime:
    """So many days before the moment."""
    return AT - timedelta(days=days)
