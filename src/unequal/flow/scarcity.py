"""What does not reach for all customers in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Scarce:
    """What does not reach for all.

    Args:
        budget: all treatments and contacts together cost no more.
        capacity: of each channel (`phone`), policy (`policy:NAME`) or value of an attribute (`host:ann`) how many customers at most.
        fair: an attribute, and the share of every other group's rate at which each of its groups is treated at the least.
    """

    budget: Decimal | None = None
    capacity: Mapping[str, int] = field(default_factory=dict)
    fair: tuple[str, Decimal] | None = None
