"""What somebody may give a customer: dollars and cents."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from unequal.terms.errors import LiveError

_CENT: Final = Decimal("0.01")
_TOO_MUCH: Final = 10**9


def check_gift(amount: Decimal) -> None:
    """Refuse what could not be given, before anything is done with it: to write 1e999999999 in full takes a gigabyte.

    >>> check_gift(Decimal("999999999.99"))

    Raises:
        LiveError: LIV404, an amount is not above zero, has parts of a cent, or is a thousand million or more.
    """
    if not (amount.is_finite() and 0 < amount < _TOO_MUCH and amount == amount.quantize(_CENT)):
        raise LiveError("LIV404", "that is no amount that could be given", seen=str(amount)[:40], do="write dollars and cents above zero")
