"""Values that look like facts and are none: sentinels, placeholders, a form's default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from unequal.sources.meanings import Meaning

Kind = Literal["no_value", "placeholder", "sentinel_date", "sentinel_number", "form_default"]


@dataclass(frozen=True)
class Sentinel:
    """A value to be doubted.

    Args:
        value: as the source holds it.
        rows: how many rows hold it, of those looked at.
        share: of the filled rows.
        kind: why it is doubted.
    """

    value: str
    rows: int
    share: float
    kind: Kind


NO_VALUE: Final = frozenset(
    {
        "unknown", "n/a", "n.a.", "na", "#n/a", "null", "none", "nan", "nil", "(null)", "\\n", "-", "--", "---", ".", "?", "??", "x", "xx", "xxx", "tbd", "tba",
        "not available", "not provided", "not applicable", "not specified", "unspecified", "undefined", "no value", "missing", "empty", "blank", "unbekannt", "k.a.",
        "k. a.", "keine angabe", "ohne", "inconnu", "desconocido", "sconosciuto", "onbekend", "no email", "no phone", "#ref!", "#value!", "#name?", "#div/0!",
    }
)  # fmt: skip
"""Texts that mean nothing was entered."""

_PLACEHOLDER_MAIL: Final = re.compile(
    r"(?:test|tests|noreply|no-reply|none|unknown|na|n/a|no|noemail|no\.email|nomail|email|mail|abc|asdf|xx+|a|dummy|fake|example|anonymous|donotreply)@.+"
    r"|.+@(?:test|none|no|noemail|unknown|invalid|localhost|nowhere)(?:\.[a-z]+)?",
    re.IGNORECASE,
)
_TEST_NAME: Final = re.compile(r"(?:test|testing|tester|dummy|asdf+|xxx+|fake|do not use)(?:\b.*)?", re.IGNORECASE)
_DATES: Final = frozenset(
    {
        "1900-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "0001-01-01", "1800-01-01",
        "9999-12-31", "9999-01-01", "2099-12-31", "2999-12-31", "3000-01-01", "2100-01-01", "0000-00-00",
    }
)  # fmt: skip
_DATES_THAT_HAPPENED: Final = frozenset({"1970-01-01", "1960-01-01", "1901-01-01", "1980-01-01", "2000-01-01"})
"""Where clocks and form fields begin: doubted only where they are far more frequent than other days."""
_NUMBER: Final = re.compile(r"-?(?:9{5,}|1{6,}|0{4,}|1234567(?:8(?:90?)?)?|12345)(?:\.0+)?|-(?:1|9{2,})")
_PHONE: Final = re.compile(r"\D*(\d)(?:\D*\1){6,}\D*|\D*0?1\D*2\D*3\D*4\D*5\D*6\D*7.*")
_IDENTIFYING: Final = frozenset({Meaning.EMAIL, Meaning.PHONE, Meaning.TAX_ID, Meaning.BIRTH_DATE})
_NEVER_A_DEFAULT: Final = frozenset(
    {Meaning.COUNTRY, Meaning.CURRENCY, Meaning.BOOLEAN, Meaning.GENDER, Meaning.QUANTITY, Meaning.NUMBER, Meaning.TITLE, Meaning.REGION}
)
_INITIALS: Final = frozenset({Meaning.GENDER, Meaning.MIDDLE_NAME, Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.BOOLEAN})
_COUNTED: Final = frozenset({Meaning.MONEY, Meaning.QUANTITY})
_TIMES_USUAL: Final = 5.0
_IMPLAUSIBLE_IDENTIFIER: Final = 0.005
_IMPLAUSIBLE_SHARE: Final = 0.25
_TIMES_THE_NEXT: Final = 3.0
_FEWEST_VALUES: Final = 5
_FEWEST_ROWS: Final = 20
_FEWEST_SHARERS: Final = 5


def sentinels_of(
    frequent: Sequence[tuple[str, int]], *, meaning: Meaning, filled: int, distinct: int, iso: dict[str, str]
) -> tuple[Sentinel, ...]:
    """The values of a column that are to be doubted, most frequent first.

    Args:
        frequent: values with rows, most frequent first.
        meaning: what the column means.
        filled: rows with a value.
        distinct: distinct values.
        iso: for a column of dates, its values as YYYY-MM-DD.
    """
    found = [
        Sentinel(value, rows, rows / filled if filled else 0.0, kind)
        for value, rows in frequent
        if (kind := _kind(value, meaning, iso, times_usual=rows * distinct / filled if filled else 0.0)) is not None
    ]
    default = _form_default(frequent, meaning, filled, distinct)
    if default and default.value not in {each.value for each in found}:
        found.append(default)
    return tuple(sorted(found, key=lambda each: (-each.rows, each.value)))


def _kind(value: str, meaning: Meaning, iso: dict[str, str], times_usual: float) -> Kind | None:
    lower = value.lower()
    if lower in NO_VALUE and not (meaning in _INITIALS and len(lower) == 1):
        return "no_value"
    if iso.get(value, "")[:10] in _DATES_THAT_HAPPENED and times_usual > _TIMES_USUAL:
        return "sentinel_date"
    if iso.get(value, "") in _DATES or lower in _DATES or lower.startswith("0000-00-00"):
        return "sentinel_date"
    if meaning == Meaning.EMAIL and _PLACEHOLDER_MAIL.fullmatch(value):
        return "placeholder"
    if meaning == Meaning.PHONE and _PHONE.fullmatch(value):
        return "placeholder"
    if meaning in (Meaning.FULL_NAME, Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.ORGANISATION_NAME) and _TEST_NAME.fullmatch(value):
        return "placeholder"
    numeric = meaning in (Meaning.ID, Meaning.TAX_ID, Meaning.POSTCODE, Meaning.QUANTITY, Meaning.MONEY, Meaning.NUMBER, Meaning.CATEGORY)
    if numeric and _NUMBER.fullmatch(value) and not (meaning in _COUNTED and (value.startswith("-") or value == "12345")):
        return "sentinel_number"
    return None


def _form_default(frequent: Sequence[tuple[str, int]], meaning: Meaning, filled: int, distinct: int) -> Sentinel | None:
    """The most frequent value, where it stands out as only a value that nobody chose does.

    An identifier on more than one row in 200 is nobody's. A code on a quarter of the rows, three
    times as frequent as the next, among five or more, is what a form was opened with.
    """
    entered = [each for each in frequent if each[0].lower() not in NO_VALUE]
    if not entered or filled < _FEWEST_ROWS:
        return None
    value, rows = entered[0]
    following = entered[1][1] if len(entered) > 1 else 0
    share = rows / filled
    stands_out = rows >= _TIMES_THE_NEXT * max(following, 1)
    if meaning in _IDENTIFYING:
        doubted = share > _IMPLAUSIBLE_IDENTIFIER and rows >= _FEWEST_SHARERS and stands_out
    elif meaning in _NEVER_A_DEFAULT or (meaning == Meaning.MONEY and float_or_zero(value) == 0):
        doubted = False
    else:
        doubted = share > _IMPLAUSIBLE_SHARE and distinct >= _FEWEST_VALUES and stands_out
    return Sentinel(value, rows, share, "form_default") if doubted else None


def float_or_zero(value: str) -> float:
    """A value as a float, zero where it is none."""
    try:
        return float(value)
    except ValueError:
        return 0.0
