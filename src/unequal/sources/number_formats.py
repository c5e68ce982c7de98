"""Numbers in text: exactly the declared marks, signs and ways of writing a minus.

An engine's own cast would take 1e3, 0x1F and a leading plus; a contract says none of these.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from unequal.sources.arrow import Values, pc
from unequal.sources.contracts import Cast

PLACES: Final = 10
WHOLE_DIGITS: Final = 18
_SIGNS: Final = ("$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₫", "₴", "₪", "฿", "₱", "¢", "zł", "kr")
_SPACES: Final = " \u00a0\u202f"


def number_pattern(cast: Cast) -> str:
    """The regular expression that a whole text must match to be a number of this contract."""
    return "^(" + "|".join(_forms(cast)) + ")$"


@cache
def _forms(cast: Cast) -> tuple[str, ...]:
    number = _unsigned(cast)
    sign = re.escape(cast.currency_sign) if cast.currency_sign else ""
    before, after = (f"(?:{sign} ?)?", f"(?: ?{sign})?") if sign else ("", "")
    # A sign stands before the number or after it, never both.
    plain = f"(?:{before}{number}|{number}{after})" if sign else number
    forms = [plain]
    if "minus" in cast.negative:
        forms.append(f"-{plain}")
        if sign:
            forms.append(f"{sign} ?-{number}")
    if "parentheses" in cast.negative:
        forms.append(rf"\({plain}\)")
    if "trailing_minus" in cast.negative:
        forms.append(f"{before}{number}-{after}")
    return tuple(forms)


def _unsigned(cast: Cast) -> str:
    whole = rf"[0-9]{{1,{WHOLE_DIGITS}}}"
    if cast.thousands:
        mark = f"[{_SPACES}]" if cast.thousands == " " else re.escape(cast.thousands)
        whole = rf"(?:[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{1,5}}|{whole})"
    point = re.escape(cast.decimal)
    if cast.kind == "integer":
        return rf"{whole}(?:{point}0+)?"
    fraction = rf"[0-9]{{1,{PLACES}}}0*"
    return rf"(?:{whole}(?:{point}{fraction})?|{point}{fraction})"


def is_plain(cast: Cast) -> bool:
    """Whether numbers of this contract are written as Arrow reads them."""
    return (cast.decimal, cast.thousands, cast.currency_sign, cast.negative) == (".", "", None, ("minus",))


def canonical(texts: Values, cast: Cast) -> Values:
    """Numbers that fit the contract, as Arrow reads them: a leading minus, a point, no other marks."""
    if not is_plain(cast):
        texts = _without_marks(texts, cast)
    if cast.kind == "integer":
        return pc.replace_substring_regex(texts, r"\.0+$", "") if _any(pc.match_substring(texts, ".")) else texts
    if (pc.max(pc.binary_length(texts)).as_py() or 0) <= PLACES + 1:
        return texts
    long = pc.match_substring_regex(texts, rf"\.[0-9]{{{PLACES}}}0")
    return pc.replace_substring_regex(texts, rf"(\.[0-9]{{{PLACES}}})0+$", r"\1") if _any(long) else texts


def _without_marks(texts: Values, cast: Cast) -> Values:
    if cast.currency_sign:
        texts = pc.replace_substring(texts, cast.currency_sign, "")
    negative = pc.match_substring_regex(texts, r"[-(]")
    digits = pc.replace_substring_regex(texts, f"[^0-9{re.escape(cast.decimal)}]", "")
    if cast.decimal != ".":
        digits = pc.replace_substring(digits, cast.decimal, ".")
    return pc.if_else(negative, pc.binary_join_element_wise("-", digits, ""), digits)


def _any(mask: Values) -> bool:
    return bool(pc.any(mask).as_py())


_WAYS: Final = (
    (r"\(.*\)", "parentheses", "parentheses are not declared as a way of writing a minus"),
    (r".*-", "trailing_minus", "a trailing minus is not declared"),
    (r"-.*", "minus", "a leading minus is not declared"),
)


def why_no_number(text: str, cast: Cast) -> tuple[str, str]:
    """Reason code and words for a text that is no number of this contract."""
    trimmed = text.strip()
    seen = repr(trimmed[:60])
    signs = [sign for sign in _SIGNS if sign in trimmed and sign != cast.currency_sign]
    letters = re.fullmatch(r"[-(]?\s*([A-Z]{3})\s*[\d.,' ]+\)?|[-(]?[\d.,' ]+\s*([A-Z]{3})\)?", trimmed)
    if signs or (letters and (letters[1] or letters[2]) != cast.currency_sign):
        return "wrong_currency_sign", f"{seen} carries a sign; the contract says {cast.currency_sign or 'none'}"
    if re.fullmatch(r"[+-]?(nan|inf|infinity)", trimmed, re.IGNORECASE):
        return "not_a_number", f"{seen} is no number"
    if re.fullmatch(r"[+-]?[\d.,]+[eE][+-]?\d+", trimmed):
        return "not_a_number", f"{seen} is in scientific notation: the digits behind it are lost"
    for shape, way, words in _WAYS:
        if re.fullmatch(shape, trimmed) and way not in cast.negative:
            return "undeclared_negative", f"{seen}: {words}"
    digits = re.sub(r"[^0-9.]", "", trimmed.replace(cast.thousands or "\0", "").replace(cast.decimal, "."))
    if re.fullmatch(r"\d{19,}(\.\d*)?", digits):
        return "out_of_range", f"{seen} has more than {WHOLE_DIGITS} digits before the decimal mark"
    if cast.kind != "integer" and re.fullmatch(rf"\d*\.\d{{{PLACES + 1},}}", digits):
        return "too_precise", f"{seen} has more than {PLACES} places after the decimal mark"
    marks = f"decimal mark {cast.decimal!r}, thousands mark {cast.thousands!r}"
    return "not_a_number", f"{seen} is no {'whole number' if cast.kind == 'integer' else 'number'} with {marks}"
