"""How the amounts on a chart are written, whatever they are amounts of."""

from __future__ import annotations

from decimal import Decimal

from unequal.terms.amounts import count_text, money_text, share_text

_LETTERS_OF_A_CURRENCY = 3


def is_money(unit: str | None) -> bool:
    """Whether a unit is the ISO code of a currency.

    >>> is_money("USD"), is_money("share"), is_money("weeks"), is_money(None)
    (True, False, False, False)
    """
    return unit is not None and len(unit) == _LETTERS_OF_A_CURRENCY and unit.isalpha() and unit.isupper()


def written(amount: Decimal, unit: str | None) -> str:
    """An amount in its unit: money short, shares in percent, everything else as a count.

    >>> written(Decimal("-1318204.55"), "USD"), written(Decimal("0.1234"), "share"), written(Decimal(1200), "customers")
    ('−$1.32M', '12.3%', '1,200')
    """
    if unit is not None and is_money(unit):
        return money_text(amount, unit)
    if unit == "share":
        return share_text(amount)
    return f"{amount:,.2f}".replace("-", "−") if amount != amount.to_integral_value() else count_text(int(amount))
