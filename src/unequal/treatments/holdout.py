"""Whom a policy leaves out, so that its effect can be measured: drawn once, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil
from typing import Any, Final

from unequal.terms.ids import SEPARATOR
from unequal.treatments.shapes import Arm

_DIGITS: Final = 13
_PARTS: Final = 16**_DIGITS


def lot(policy: str, customer_id: str) -> Fraction:
    """A number from 0 up to 1 that belongs to a policy and a customer: as good as random, and always the same.

    It does not depend on the policy's version, so that a mended text holds out the same customers.

    >>> lot("front_seat", "c_1") == lot("front_seat", "c_1")
    True
    """
    return Fraction(_drawn(policy, customer_id), _PARTS)


def _drawn(policy: str, customer_id: str) -> int:
    digest = hashlib.md5(f"{policy}{SEPARATOR}{customer_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_DIGITS], 16)


@cache
def _below(share: Decimal) -> int:
    """The first whole number of parts that is not below a share of them all."""
    return ceil(Fraction(share) * _PARTS)


def lots(policy: str, drawn: Sequence[str], share: Decimal) -> Any:
    """Of many units whether the lot holds them out; a numpy array of true and false. The same as `arm_of` of each, some times as fast."""
    import numpy as np

    # The first 13 digits are less than a number where the first 7 bytes are less than 16 times it.
    edge, begins = (_below(share) << 4).to_bytes(8, "big"), f"{policy}{SEPARATOR}".encode()
    digest = hashlib.md5
    found = [b"\0" + digest(begins + one.encode(), usedforsecurity=False).digest()[:7] < edge for one in drawn]
    return np.array(found, bool)


def arm_of(policy: str, unit: str, share: Decimal) -> Arm:
    """How the lot falls: `held_out` for about `share` of all units. Who is held out at a share is held out at any larger one.

    Args:
        policy: whose lot it is.
        unit: what is drawn: the customer's id, or that of the household.
        share: held out, from 0 to 1.

    Source: a hash of policy and unit is how experiments are kept sticky without a table; Kohavi, Tang and Xu, Trustworthy Online
    Controlled Experiments (2020), chapter 4.
    """
    return "held_out" if is_drawn(policy, unit, share) else "treated"


def is_drawn(policy: str, customer_id: str, share: Decimal) -> bool:
    """Whether a customer is among the share that a lot draws; who is drawn at a share is drawn at any larger one."""
    return _drawn(policy, customer_id) < _below(share)
