"""The SQL half of reading names and addresses into parts: plain forms, which most values have.

A rule here settles a value only where Python (featuring.parts_of) comes to the same; a law test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from unequal.identity.letters import DIGRAPHS
from unequal.identity.name_words import SPECIAL_IN_FAMILY, SPECIAL_IN_FULL, SPECIAL_IN_GIVEN, either
from unequal.identity.organisations import CONNECTING, FORMS
from unequal.identity.places import AUSTRALIAN, STATES
from unequal.identity.street_words import COMPOUND, ENDS, FLOORS, TOWN, UNITS, WORDS

_WORDS: Final = "^[a-z]+( [a-z]+)*$"
_TITLED: Final = "(?:(?:mr|mrs|ms|miss|dr) )*"
_IN_ORDER: Final = f"^{_TITLED}([a-z]+(?: [a-z]+)*) ([a-z]+)$"
_FAMILY_FIRST: Final = f"^{_TITLED}([a-z]+), ?([a-z]+(?: [a-z]+)*)$"
_ONE_FORM: Final = {"inc": "inc", "incorporated": "inc", "llc": "llc", "ltd": "ltd", "limited": "ltd", "corp": "corp", "corporation": "corp",
                    "gmbh": "gmbh", "plc": "plc", "llp": "llp"}  # fmt: skip
_FORM_WORDS: Final = either({word for way in FORMS for word in way}, CONNECTING)
_STREET: Final = "([a-z]{2,}(?: [a-z]{2,})*) ([a-z]{2,})"
_LINE: Final = f"^(?:([0-9]+[a-z]?) )?{_STREET}$"
_UNIT: Final = "(?:(?:apt|unit|suite|ste|flat) |# ?)"
_STATE: Final = "|".join(sorted(set(STATES.values())))
_ADDRESS: Final = (
    rf"^([0-9]+[a-z]?) {_STREET}, (?:{_UNIT}([0-9]+[a-z]?), )?([a-z]{{2,}}(?: [a-z]{{2,}})*), ({_STATE})"
    r"(?: ([0-9]{5})(?:-[0-9]{4})?)?$"
)
_STREET_WORDS: Final = either(WORDS, UNITS, FLOORS, ["ground", "basement", "rear"])
_ENDING: Final = {kind: sorted(word for word, short in WORDS.items() if short == kind and len(word) > 1) for kind in sorted(ENDS)}
_CODE_IN_TWO: Final = "^[0-9a-z]{3,4} [0-9][a-z]{2}$|^[a-z][0-9][a-z] ?[0-9][a-z][0-9]$|^[a-z]{1,2}[0-9][0-9a-z]?[0-9][a-z]{2}$"


_FORMED: Final = f"^([a-z]{{2,}}(?: [a-z]{{2,}})*) ({'|'.join(_ONE_FORM)})$"
_TOWN_WORDS: Final = either(TOWN)

PIECES: Final[dict[str, dict[str, tuple[str, int]]]] = {
    "full_name": {"given": (_IN_ORDER, 1), "family": (_IN_ORDER, 2), "turned_family": (_FAMILY_FIRST, 1), "turned_given": (_FAMILY_FIRST, 2)},
    "organisation_name": {"name": (_FORMED, 1), "form": (_FORMED, 2)},
    "street": {"number": (_LINE, 1), "name": (_LINE, 2), "last": (_LINE, 3)},
    "address": {
        "number": (_ADDRESS, 1), "name": (_ADDRESS, 2), "last": (_ADDRESS, 3), "unit": (_ADDRESS, 4), "city": (_ADDRESS, 5), "region": (_ADDRESS, 6),
        "postcode": (_ADDRESS, 7),
    },
    "unit": {"number": (f"^{_UNIT}?([0-9]+[a-z]?)$", 1)},
}  # fmt: skip
"""What is cut out of a value before it is looked at: pattern and group."""

Pieces = Mapping[str, Any]
"""The pieces of a value by name, empty where the pattern does not fit; the value itself is named `value`."""


@dataclass(frozen=True)
class Read:
    """What SQL makes of a value.

    Args:
        settled: whether it can; else Python reads the value.
        parts: features where it is settled; those that are absent are null. Where it is not settled they mean nothing.
    """

    settled: ir.BooleanValue
    parts: dict[str, ir.StringValue]


def pieces_of(attribute: str, value: ir.StringValue) -> Pieces:
    """The pieces of a value: worked out apart, for each is looked at several times."""
    return {"value": value, **{name: value.re_extract(pattern, group) for name, (pattern, group) in PIECES.get(attribute, {}).items()}}


def given_name(of: Pieces) -> Read:
    """Given names that are words alone."""
    return Read(_bare(of["value"], SPECIAL_IN_GIVEN), {"given": of["value"]})


def family_name(of: Pieces) -> Read:
    """Family names that are words alone."""
    return Read(_bare(of["value"], SPECIAL_IN_FAMILY), {"family": of["value"]})


def full_name(of: Pieces) -> Read:
    """Whole names of two words or more, or with one comma; common titles in front."""
    turned = of["turned_family"] != ""
    given, family = turned.ifelse(of["turned_given"], of["given"]), turned.ifelse(of["turned_family"], of["family"])
    both = of["given"] + " " + of["family"] + " " + of["turned_given"] + " " + of["turned_family"]
    plain = ((of["family"] != "") | turned) & ~both.re_search(SPECIAL_IN_FULL) & ~both.re_search(DIGRAPHS)
    return Read(plain, {"given": given, "family": family})


def organisation_name(of: Pieces) -> Read:
    """Words alone, or words and one well-known legal form."""
    formed = of["form"] != ""
    name = formed.ifelse(of["name"], of["value"])
    short = _mapped(of["form"], {short: [way for way, found in _ONE_FORM.items() if found == short] for short in _ONE_FORM.values()})
    plain = name.re_search("^[a-z]{2,}( [a-z]{2,})*$") & ~name.re_search(_FORM_WORDS) & ~name.re_search(DIGRAPHS)
    return Read(plain, {"organisation": name, "legal_form": formed.ifelse(short, None)})


def street(of: Pieces) -> Read:
    """A number, or none, and two words or more."""
    return Read(_is_street(of), {"house_number": of["number"].nullif(""), "street": _street(of)})


def address(of: Pieces) -> Read:
    """Number, street, a flat or none, town, state and ZIP as it is written in the USA."""
    town = city({"value": of["city"]})
    parts = {"house_number": of["number"], "street": _street(of), "unit": of["unit"].nullif(""), "city": of["city"], "region": of["region"],
             "postcode": of["postcode"].nullif("")}  # fmt: skip
    return Read(_is_street(of) & town.settled, parts)


def unit(of: Pieces) -> Read:
    """A number behind a usual word, or alone."""
    return Read(of["number"] != "", {"unit": of["number"]})


def postcode(of: Pieces) -> Read:
    """Digits, a ZIP with its four, and the codes of the United Kingdom and Canada."""
    value = of["value"]
    zip_and_four = value.re_search("^[0-9]{5}-[0-9]{4}$")
    settled = zip_and_four | value.re_search("^[0-9]{3,6}$") | value.re_search(_CODE_IN_TWO)
    return Read(settled, {"postcode": zip_and_four.ifelse(value.substr(0, 5), value.replace(" ", ""))})


def city(of: Pieces) -> Read:
    """Words alone, none of them one that is often abbreviated."""
    return Read(_bare(of["value"], _TOWN_WORDS), {"city": of["value"]})


def region(of: Pieces) -> Read:
    """Two letters, or the three of an Australian state."""
    letters = "|".join(sorted(word for word in set(AUSTRALIAN.values()) if len(word) > 2))  # noqa: PLR2004 -- two are settled anyway
    settled = of["value"].re_search(f"^([a-z]{{2}}|{letters})$") & ~of["value"].re_search(DIGRAPHS)
    return Read(settled, {"region": of["value"]})


def country(of: Pieces) -> Read:
    """Two letters."""
    return Read(of["value"].re_search("^[a-z]{2}$") & (of["value"] != "uk"), {"country": of["value"]})


def gender(of: Pieces) -> Read:
    """One letter that is the same in most languages."""
    return Read(of["value"].re_search("^[mf]$"), {"gender": of["value"]})


def suffix(of: Pieces) -> Read:
    """Nothing: there are few to read."""
    return Read(of["value"].isnull(), {})


READ: Final[dict[str, Callable[[Pieces], Read]]] = {
    "given_name": given_name, "family_name": family_name, "full_name": full_name, "suffix": suffix, "organisation_name": organisation_name,
    "address": address, "street": street, "unit": unit, "postcode": postcode, "city": city, "region": region, "country": country,
    "gender": gender,
}  # fmt: skip
"""How each attribute is read; the keys are those of featuring.PARTS."""


def _bare(value: ir.StringValue, special: str) -> ir.BooleanValue:
    return value.re_search(_WORDS) & ~value.re_search(special) & ~value.re_search(DIGRAPHS)


def _is_street(of: Pieces) -> ir.BooleanValue:
    """Whether the words of a street are plain: at most the last of them is one that is abbreviated."""
    name, last = of["name"], of["last"]
    every = sorted({word for words in _ENDING.values() for word in words})
    line = name + " " + last
    known = (last != "") & ~line.re_search(DIGRAPHS) & ~line.re_search(f"({'|'.join(COMPOUND)})( |$)")
    return known & ~name.re_search(_STREET_WORDS) & (last.isin(every) | ~last.re_search(_STREET_WORDS))


def _street(of: Pieces) -> ir.StringValue:
    words: ir.StringValue = of["name"] + " " + _mapped(of["last"], _ENDING)
    return words


def _mapped(word: ir.StringValue, shorts: Mapping[str, Iterable[str]]) -> ir.StringValue:
    cases = [(word.isin(sorted(ways)), ibis.literal(short)) for short, ways in sorted(shorts.items())]
    return ibis.cases(*cases, else_=word)
