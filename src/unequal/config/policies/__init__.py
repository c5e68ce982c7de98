"""Policies: one YAML file each, read into a frozen `Policy`; and what holds at every moment of contact, whatever the policy (`Moments`)."""

from unequal.config.hosts import Hosts
from unequal.config.moments import FLOOR_CLASSES, Case, FloorClass, Moments, Question
from unequal.config.policies.files import Declared, load_policies, read_policy
from unequal.config.policies.policy import MOST_MEASURED, Effect, Multiple, Policy, PolicyLimit, Trigger
from unequal.config.routing import Queue, Routing
from unequal.config.tiers import Tier

__all__ = [
    "FLOOR_CLASSES", "MOST_MEASURED", "Case", "Declared", "Effect", "FloorClass", "Hosts", "Moments", "Multiple", "Policy", "PolicyLimit",
    "Question", "Queue", "Routing", "Tier", "Trigger", "load_policies", "read_policy",
]  # fmt: skip
