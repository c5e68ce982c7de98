"""Phone numbers in E.164: by SQL where the numbering plan's own patterns settle it, else by libphonenumber.

The patterns that SQL uses are taken from libphonenumber's metadata of the default region, so
that a number means the same whichever way it was read; a law test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import ibis
import ibis.expr.types as ir
import phonenumbers
from phonenumbers import PhoneMetadata

_MARKS: Final = r"[ ()./\-]"
_KINDS: Final = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip


@dataclass(frozen=True)
class NumberingPlan:
    """What SQL must know of a region to read its numbers.

    Args:
        country_code: "49".
        before: pattern of what is dialled before the national number.
        national: pattern of national numbers.
        whole: pattern of a number as it is dialled, without marks; its one group is the national number.
        unsettled: pattern of numbers that only libphonenumber can read; "" where there is none.
    """

    country_code: str
    before: str
    national: str
    whole: str
    unsettled: str


@cache
def numbering_plan(region: str) -> NumberingPlan | None:
    """The plan of a region by its ISO 3166 code; None where libphonenumber knows none.

    >>> numbering_plan("DE").country_code
    '49'
    """
    own = PhoneMetadata.metadata_for_region(region)
    if own is None or own.country_code is None:
        return None
    code = str(own.country_code)
    abroad = own.international_prefix or ""
    # A trunk prefix that is digits is cut off; any other rewrites the number in ways that SQL leaves alone.
    trunks = _alternatives(own.national_prefix_for_parsing or "")
    plain, other = [trunk for trunk in trunks if trunk.isdigit()], [trunk for trunk in trunks if not trunk.isdigit()]
    before = [rf"\+{code}", *([f"{abroad}{code}"] if abroad.isdigit() else []), *plain]
    valid = "|".join(_valid_patterns(own.country_code))
    return NumberingPlan(
        country_code=code,
        before=f"^(?:{'|'.join(before)})",
        national=f"^(?:{valid})$",
        whole=f"^(?:{'|'.join(before)})?({valid})$",
        unsettled=f"^(?:{'|'.join(other)})" if other else "",
    )


def phone_in_sql(value: ir.StringValue, plan: NumberingPlan | None) -> ir.StringValue:
    """A plain number of the default region in E.164; null where SQL cannot say, which is not yet a no."""
    if plan is None:
        return ibis.null("string")
    dialled = value.re_replace(_MARKS, "")
    bare = dialled.re_replace(plan.before, "")
    # To cut out a group costs ten times what it costs to look, and only a number that begins like a prefix needs it.
    national = ibis.cases(
        (bare.re_search(plan.national), bare), (dialled.re_search(plan.whole), dialled.re_extract(plan.whole, 1).nullif("")), else_=None
    )
    known = ibis.literal(f"+{plan.country_code}") + national
    return known if not plan.unsettled else dialled.re_search(plan.unsettled).ifelse(None, known)


def phone(text: str, region: str | None) -> str | None:
    """A number in E.164, with its extension where there is one; None where no phone could have it.

    >>> phone("(212) 555-0187 x12", "US"), phone("555-0187", "US"), phone("+44 20 7946 0958", None)
    ('+12125550187;ext=12', None, '+442079460958')
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern outside all parentheses.

    >>> _alternatives("(183[12])|0")
    ['(183[12])', '0']
    """
    parts, depth = [""], 0
    for sign in pattern:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part]


def _valid_patterns(country_code: int) -> list[str]:
    """Patterns of the national numbers that are in use, of all regions that share a country code."""
    patterns: dict[str, None] = {}
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[country_code]:
        metadata = PhoneMetadata.metadata_for_region(region)
        kinds = [getattr(metadata, kind, None) for kind in _KINDS]
        patterns.update({kind.national_number_pattern: None for kind in kinds if kind is not None and kind.national_number_pattern})
    return list(patterns)
