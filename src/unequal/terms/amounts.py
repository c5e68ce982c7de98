"""How amounts, counts and shares are written, in charts and on pages alike.

Amounts stay exact decimals until they are text; a minus is the true minus sign (U+2212),
before the currency's sign.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"

SIGN_OF_CURRENCY: Final[dict[str, str]] = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫",
    "NGN": "₦", "PHP": "₱", "UAH": "₴", "TRY": "₺", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$",
    "MXN": "MX$", "BRL": "R$",
}  # fmt: skip
"""Signs that are read without doubt; every other currency is written as its ISO code."""

_PLACES_OF_CURRENCY: Final[dict[str, int]] = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_ESTIMATE_DIGITS: Final = 6
_UNITS: Final = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
_FIRST_IN_THOUSANDS, _ALL = 10_000, 100
# From which size on a headline takes a unit. Each begins where the unit below would round up
# to a thousand of itself, so that $999,999 is $1.00M and not $1000k.
_HEADLINES: Final = tuple(
    (Decimal(least), Decimal(unit), places, letter)
    for least, unit, places, letter in (
        ("999995000000", "1e12", 2, "T"), ("999995000", "1e9", 2, "B"), ("999500", "1e6", 2, "M"),
        ("99950", "1e3", 0, "k"), ("9999.5", "1e3", 1, "k"), ("999.995", "1", 0, ""),
    )
)  # fmt: skip


def money_text(amount: Decimal | int, currency: str, *, signed: bool = False) -> str:
    r"""An amount short enough for a headline or a chart, rounded half away from zero.

    Args:
        amount: exact; a float is refused.
        currency: ISO code.
        signed: write a plus before a positive amount.

    >>> [money_text(Decimal(text), "USD") for text in ("-1318204.55", "325900", "32590", "3259.4", "816.48", "0")]
    ['−$1.32M', '$326k', '$32.6k', '$3,259', '$816.48', '$0']
    >>> money_text(Decimal("0.0012"), "EUR"), money_text(Decimal("999999.99"), "CHF")
    ('€0.0012', 'CHF\xa01.00M')
    """
    size = abs(_exact(amount))
    return _with_sign(_short(size, currency), amount, currency, signed=signed)


def exact_text(amount: Decimal | int, currency: str = "", *, places: int | None = None) -> str:
    """An amount in full, with thousands separated and a fixed number of decimals.

    Args:
        amount: exact; a float is refused.
        currency: ISO code; empty where the column's heading names it.
        places: decimals; by default the currency's own, four for an amount smaller than that can show.

    >>> exact_text(Decimal("-1540783.3100"), "USD"), exact_text(Decimal("9747747.934"), places=4)
    ('−$1,540,783.31', '9,747,747.9340')
    """
    size = abs(_exact(amount))
    text = _fixed(size, _places(size, currency) if places is None else places)
    return _with_sign(text, amount if Decimal(text.replace(",", "")) else 0, currency)


def count_text(count: int) -> str:
    """A whole number with thousands separated.

    >>> count_text(-36862)
    '−36,862'
    """
    return f"{MINUS if count < 0 else ''}{abs(count):,}"


def number_text(number: float) -> str:
    """A plain number to three significant digits, whole ones whole.

    >>> [number_text(number) for number in (0.012345, -1.5, 12.34, 1234.5, 7)]
    ['0.0123', '−1.5', '12.3', '1,234', '7']
    """
    if number == round(number) or abs(number) >= _ALL:
        return count_text(round(number))
    return f"{number:.3g}".replace("-", MINUS)


def estimate(number: float) -> float:
    """A forecast or chance to six decimals: finer than any is known, and without a float's own noise.

    >>> estimate(-546.7144000000001), estimate(8.752896915897868e-05)
    (-546.7144, 8.8e-05)
    """
    return round(number, _ESTIMATE_DIGITS)


def share_text(share: Decimal | float, *, padded: bool = False) -> str:
    """A share of one as a percentage with one decimal, never rounded into none or all.

    Args:
        share: 0.4513 is 45.1 %.
        padded: keep a decimal that is zero, so that a column of shares lines up.

    >>> [share_text(share) for share in (0.37, 0.2, -0.1431, 0.99996, -0.0003, 1.351)]
    ['37%', '20%', '−14.3%', '>99.9%', '−0.03%', '135.1%']
    """
    exact = Decimal(str(share)) * 100
    size = abs(exact).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    sign = MINUS if exact < 0 else ""
    if size == 0 and exact:
        finer = abs(exact).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        return f"{sign}{finer}%" if finer else f"{'>' if sign else '<'}{sign}0.01%"
    if size == _ALL and abs(exact) < _ALL:
        return f"{sign}>99.9%"
    return f"{sign}{size:,}%" if padded or size % 1 else f"{sign}{size:,.0f}%"


def round_ticks(low: Decimal, high: Decimal, *, at_most: int = 6) -> list[Decimal]:
    """Round values from `low` to `high`, zero among them where it lies between.

    Steps are 1, 2, 2.5 or 5 times a power of ten.

    >>> [str(tick) for tick in round_ticks(Decimal(0), Decimal("10610000"))]
    ['0', '2500000', '5000000', '7500000', '10000000']
    """
    span = high - low
    power = Decimal(10) ** ((span / at_most).adjusted())
    step = next(power * Decimal(by) for by in ("1", "2", "2.5", "5", "10", "20") if span / (power * Decimal(by)) <= at_most - 1)
    first = (low / step).to_integral_value(rounding=ROUND_FLOOR)
    first = first if first * step >= low else first + 1
    count = int((high / step).to_integral_value(rounding=ROUND_FLOOR) - first) + 1
    return [_plain((first + index) * step) for index in range(count)]


def tick_text(tick: Decimal, ticks: list[Decimal], currency: str) -> str:
    """An axis label in the unit that suits the largest tick, so that all labels line up.

    >>> ticks = [Decimal(0), Decimal(250000), Decimal(1000000)]
    >>> [tick_text(tick, ticks, "USD") for tick in ticks]
    ['$0', '$0.25M', '$1.00M']
    """
    if not tick:
        return _with_sign("0", 0, currency)
    largest = max(abs(other) for other in ticks)
    unit, letter = next(((unit, letter) for unit, letter in _UNITS if largest >= unit), (Decimal(1), ""))
    if letter == "k" and largest < _FIRST_IN_THOUSANDS:
        unit, letter = Decimal(1), ""
    needed = max(0, *(-int(_plain(other / unit).as_tuple().exponent) for other in ticks))
    places = max(needed, 2) if letter in ("M", "B") or (needed and not letter) else needed
    return _with_sign(f"{_fixed(abs(tick) / unit, places)}{letter}", tick, currency)


def _exact(amount: Decimal | int) -> Decimal:
    if isinstance(amount, float):
        raise TypeError(f"money is an exact decimal, not a float: {amount!r}")
    return Decimal(amount)


def _short(size: Decimal, currency: str) -> str:
    """The digits and the letter of a headline amount."""
    if not size:
        return "0"
    for least, unit, places, letter in _HEADLINES:
        if size >= least:
            return f"{_fixed(size / unit, places)}{letter}"
    return _fixed(size, _places(size, currency))


def _places(size: Decimal, currency: str) -> int:
    """The currency's decimals, or the ledger's four for an amount too small to show in them."""
    places = _PLACES_OF_CURRENCY.get(currency, 2)
    return 4 if 0 < size < Decimal(5).scaleb(-places - 1) else places


def _fixed(size: Decimal, places: int) -> str:
    return f"{size.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


def _plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if int(short.as_tuple().exponent) > 0 else short


def _with_sign(text: str, amount: Decimal | int, currency: str, *, signed: bool = False) -> str:
    minus = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    sign = SIGN_OF_CURRENCY.get(currency, f"{currency}{NO_BREAK}" if currency else "")
    return f"{minus}{sign}{text}"
