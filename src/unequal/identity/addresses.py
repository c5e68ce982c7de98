"""Addresses, in columns or as one text: number, street, flat, postcode, town, region and country.

The forms are those of the countries that most customers' files hold: the number before the street or behind it, the
postcode before the town or behind the region. What cannot be told stays in the street, so that equal texts stay equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from anyascii import anyascii

from unequal.identity.letters import folded_family
from unequal.identity.places import COUNTRIES, REGIONS, STATES
from unequal.identity.street_words import COMPOUND, ENDS, FLOORS, TOWN, UNITS, WORDS
from unequal.identity.texts import composed

_NUMBER: Final = r"[0-9]+[a-z]?(?:[-/][0-9]+[a-z]?)?"
_NUMBER_FIRST: Final = re.compile(rf"^({_NUMBER})(?: ([a-d])(?= [a-z]{{2}}))?(?: 1/2)? (.+)$")
_NUMBER_LAST: Final = re.compile(r"^(.*[a-z].*?),? ([0-9]+(?: ?[a-z])?(?: ?[-/+] ?[0-9]+ ?[a-z]?)*)$")
_NUMBER_INSIDE: Final = re.compile(r"^[a-z]{3,}(?: [a-z]+)* ([0-9]+[a-z]?) ([a-z]+(?: [a-z]+)+)$")
_PO_BOX: Final = re.compile(
    r"\b(?:p ?o ?box|post office box|postfach|apartado|casilla|boite postale|bp|gpo box|locked bag) ?#?([0-9]+[0-9 ]*)\b"
)
_KEYWORDS: Final = "|".join(sorted(UNITS | FLOORS, key=lambda word: (-len(word), word)))
_UNIT_ID: Final = r"(?:[0-9]+[a-z]?(?:[-/][0-9a-z]+)?|[a-z][0-9]+|[a-z])"
_UNIT_BEHIND: Final = re.compile(rf"^(.*?)[ ,]*(?:\b(?:{_KEYWORDS})\b[ #]*|# ?)({_UNIT_ID})$")
_UNIT_BEFORE: Final = re.compile(rf"^(?:(?:{_KEYWORDS}) #?|#)({_UNIT_ID})(?:[ ,/]+|$)(.*)$")
_UNIT_SLASH: Final = re.compile(rf"^(?:(?:{_KEYWORDS}) #?)?([0-9]+[a-z]?)/([0-9]+[a-z]?(?:-[0-9]+)?) ([a-z].*)$")
_FLOOR: Final = re.compile(rf"^(?:[0-9]+(?:st|nd|rd|th)? (?:{'|'.join(sorted(FLOORS))})|ground floor|basement|rear)$")
_WHOLE_UNIT: Final = re.compile(rf"^(?:(?:{_KEYWORDS}) #?|# ?)?({_UNIT_ID})$")

_NATIONS: Final = frozenset(["england", "scotland", "wales", "northern ireland"])
_LETTERS: Final = 3
"""A name that is longer is no abbreviation."""
_UK: Final = r"[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}"
_CANADA: Final = r"[a-z][0-9][a-z] ?[0-9][a-z][0-9]"
_DUTCH: Final = r"[0-9]{4} ?[a-z]{2}"
_PLAIN_CODE: Final = r"[0-9]{4,6}"
_CODE_BEHIND: Final = re.compile(
    rf"^(.*?)[ ,]*\b({_UK}|{_CANADA}|[0-9]{{5}}-[0-9]{{4}}|[0-9]{{3}}-[0-9]{{4}}|[0-9]{{5}}-[0-9]{{3}}|{_PLAIN_CODE})$"
)
_CODE_BEFORE: Final = re.compile(
    rf"^(?:[a-z]{{1,2}}-)?({_DUTCH}(?= )|[0-9]{{3}} [0-9]{{2}}|[0-9]{{4}}-[0-9]{{3}}|[0-9]{{2}}-[0-9]{{3}}|{_PLAIN_CODE}) (.*[a-z].*)$"
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts, each in its key form; "" where not told."""

    house_number: str = ""
    street: str = ""
    unit: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


def postcode(text: str) -> str:
    """A postcode as it is compared: letters and digits; a US ZIP without its four, a German one without its D.

    >>> postcode("89111-1234"), postcode("SW1A 1AA"), postcode("D-12345"), postcode("010 01")
    ('89111', 'sw1a1aa', '12345', '01001')
    """
    words = " ".join(_words(_shown(text)))
    prefixed = re.match("^[a-z]{1,3} ([0-9]{4,6})$", words)
    letters = prefixed[1] if prefixed else words.replace(" ", "")
    return letters[:5] if re.match("^[0-9]{9}$", letters) else letters


def city(text: str) -> str:
    r"""A town's name as it is compared.

    >>> city("Saint Louis"), city("M\u00fcnchen") == city("Muenchen")
    ('st louis', True)
    """
    return " ".join(TOWN.get(word, folded_family(word)) for word in _words(_shown(text)))


def region(text: str) -> str:
    """A region: its letters where it is a state of the USA, Australia or Canada, else its name.

    >>> region("New York"), region("N.S.W."), region("Bavaria")
    ('ny', 'nsw', 'bavaria')
    """
    words = " ".join(_words(_shown(text)))
    short = re.sub("^(us|au|ca) (?=[a-z]{2,3}$)", "", words)
    return REGIONS.get(short) or REGIONS.get(short.replace(" ", "")) or " ".join(map(folded_family, short.split()))


def country(text: str) -> str:
    """A country in ISO 3166, small letters, or what was written where it is none that we know.

    >>> country("U.K."), country("Deutschland"), country("Ruritania")
    ('gb', 'de', 'ruritania')
    """
    words = " ".join(_words(_shown(text)))
    return COUNTRIES.get(words) or COUNTRIES.get(words.removeprefix("the ").replace(" ", "")) or words


def unit(text: str) -> str:
    """A flat's number, or the words of whatever stands in its place.

    >>> unit("Apt 12b"), unit("# 4"), unit("Rose Cottage")
    ('12b', '4', 'rose cottage')
    """
    shown = " ".join(map(folded_family, re.sub("[^0-9a-z/-]+", " ", _shown(text)).split()))
    found = re.match(rf"^(?:(?:{_KEYWORDS}) )*({_UNIT_ID})$", shown)
    return found[1] if found else shown


def street(text: str) -> Address:
    r"""The house number, street and flat of one line.

    >>> street("12 North Maple Street, Apt. 4")
    Address(house_number='12', street='n maple st', unit='4', postcode='', city='', region='', country='')
    >>> street("Lindenstra\u00dfe 12 a").street, street("Lindenstr. 12a").house_number
    ('lindenstr', '12a')
    """
    return _street(_segments(text))


def address(text: str) -> Address:
    """The parts of an address in one text.

    >>> address("123 Main Street, Las Vegas NV 89132-1234")
    Address(house_number='123', street='main st', unit='', postcode='89132', city='las vegas', region='nv', country='')
    >>> address("Flat 4, 12 High St, London SW1A 1AA, UK")
    Address(house_number='12', street='high st', unit='4', postcode='sw1a1aa', city='london', region='', country='gb')
    """
    segments = _segments(text)
    segments, nation = _without_country(segments)
    segments, code = _without_postcode(segments)
    if not nation and len(segments) > 1 and len(segments[-1]) > _LETTERS:
        segments, nation = _without_country(segments)
    segments, area = _without_region(segments)
    if not code:  # the postcode may stand before the region
        segments, code = _without_postcode(segments)
    lines, town = _without_town(segments)
    found = _street(lines)
    return replace(found, postcode=postcode(code), city=city(town), region=area, country=nation)


def _shown(text: str) -> str:
    return composed(re.sub("['`.]", " ", anyascii(composed(text)).lower()).replace('"', " "))


def _words(text: str) -> list[str]:
    return re.sub("[^0-9a-z]+", " ", text).split()


def _segments(text: str) -> list[str]:
    """The parts between commas and the like, in small Latin letters; none is empty."""
    latin = re.sub(r"\s*[;\r\n|]\s*", ", ", anyascii(composed(text)).lower())
    latin = re.sub("c/ ?(?=[a-z])", "calle ", latin)
    return [
        part for part in (composed(re.sub("[^0-9a-z#/+-]+", " ", part.replace("'", ""))).strip(" -/+") for part in latin.split(",")) if part
    ]


def _without_country(segments: list[str]) -> tuple[list[str], str]:
    """The country that the last part names, whole or, by a long name, at its end."""
    if len(segments) > 1 and segments[-1] in _NATIONS:
        return segments, COUNTRIES[segments[-1]]
    if len(segments) > 1 and segments[-1] in COUNTRIES and segments[-1] not in STATES:
        return segments[:-1], COUNTRIES[segments[-1]]
    words = segments[-1].split() if segments else []
    for several in (4, 3, 2, 1):
        name = " ".join(words[-several:])
        if len(words) > several and name in COUNTRIES and (name in {"usa", "uk"} or len(name) > _LETTERS) and name not in STATES:
            return [*segments[:-1], " ".join(words[:-several])], COUNTRIES[name]
    return segments, ""


def _without_postcode(segments: list[str]) -> tuple[list[str], str]:
    """The postcode, and the rest: from the last part on; in the first one only behind other words."""
    for at in range(len(segments) - 1, -1, -1):
        before = _CODE_BEFORE.match(segments[at]) if at or (len(segments) == 1 and not _is_street_first(segments[0])) else None
        behind = _CODE_BEHIND.match(segments[at])
        if behind and (at or (behind[1] and len(segments) == 1 and not _ends_with_number(behind[1], behind[2]))):
            kept = behind[1].strip()
            return [*segments[:at], *([kept] if kept else []), *segments[at + 1 :]], behind[2]
        if before and at and WORDS.get(before[2].split()[-1]) not in ENDS:
            return [*segments[:at], before[2], *segments[at + 1 :]], before[1]
    return _postcode_inside(segments)


def _postcode_inside(segments: list[str]) -> tuple[list[str], str]:
    """A postcode of five digits between street and town of one part without commas: `Lindenstr. 12 10969 Berlin`."""
    found = re.match(r"^(.*[a-z].*?[0-9]+[a-z]?) (?:[a-z]-)?([0-9]{5}) ([a-z].*)$", segments[0]) if len(segments) == 1 else None
    return ([found[1], found[3]], found[2]) if found else (segments, "")


def _is_street_first(segment: str) -> bool:
    return _NUMBER_FIRST.match(segment) is not None


def _ends_with_number(before: str, code: str) -> bool:
    """Whether digits at the end of a lone line are the house's: `Lindenstr. 1234` and `Calle Mayor 1200`."""
    return code.isdigit() and not re.search(r"[0-9]", before)


def _without_region(segments: list[str]) -> tuple[list[str], str]:
    """The state that the last part names, whole or at its end."""
    if not segments:
        return segments, ""
    places = [part for part in segments[1:] if not _is_unit(part)]
    if len(places) > 1 and (
        segments[-1] in {*_NATIONS, segments[-2]} or segments[-1].endswith("shire") or re.match("^[a-z]{2,3}$", segments[-1])
    ):
        return segments[:-1], REGIONS.get(segments[-1], segments[-1])
    words = segments[-1].split()
    for several in (4, 3, 2, 1):
        name = " ".join(words[-several:])
        if len(words) >= several and name in REGIONS and (len(words) > several or len(segments) > 1):
            rest = " ".join(words[:-several])
            # A street may be called after a state, or end in its letters (Ct, Al): in a lone line they count only behind a town.
            if len(segments) == 1 and (len(name) > _LETTERS or name in WORDS or WORDS.get(words[-several - 1]) in ENDS):
                continue
            # Washington, and New York, are towns of their own where no other one is named.
            if not rest and len(segments) == 2 and len(name) > _LETTERS and REGIONS[name] in {"ny", "wa"}:  # noqa: PLR2004 -- street and town
                return segments, ""
            return [*segments[:-1], *([rest] if rest else [])], REGIONS[name]
    return segments, ""


def _without_town(segments: list[str]) -> tuple[list[str], str]:
    """The town: the last part, or what follows the street's kind, or the number behind it, in a lone one."""
    if len(segments) > 1:
        units = [part for part in segments if _is_unit(part)]
        rest = [part for part in segments if not _is_unit(part)]
        if len(rest) > 1 and not re.match(r"^[0-9]", rest[-1]):
            return [*rest[:-1], *units], rest[-1]
        return segments, ""
    words = segments[0].split() if segments else []
    numbered = bool(words) and words[0][0].isdigit()
    ends = [at for at, word in enumerate(words) if at > 1 and WORDS.get(word) in ENDS]
    if numbered and ends:
        cut = ends[0] + 1
        while cut < len(words) and words[cut] in {"n", "s", "e", "w", "ne", "nw", "se", "sw"}:
            cut += 1
        line, town = " ".join(words[:cut]), " ".join(words[cut:])
        if found := _UNIT_BEFORE.match(town):
            return [line, f"unit {found[1]}"], found[2]
        return [line], town
    behind = re.match(r"^([a-z][a-z -]*? [0-9]+[a-z]?) ([a-z].*)$", segments[0]) if segments else None
    return ([behind[1]], behind[2]) if behind and not _is_unit(segments[0]) else (segments, "")


def _is_unit(segment: str) -> bool:
    """Whether a part is a flat or a floor and nothing else."""
    found = _WHOLE_UNIT.match(segment)
    return bool(_FLOOR.match(segment) or (found and found[0] != found[1]))


def _street(segments: list[str]) -> Address:
    """Number, street and flat from the parts of an address that are neither town nor anything after it."""
    found = Address()
    lines = []
    for segment in segments:
        if _is_unit(segment):
            whole = _WHOLE_UNIT.match(segment)
            found = replace(found, unit=found.unit or (whole[1] if whole else segment))
        else:
            lines.append(segment)
    if not lines:
        return found
    # Where several lines are left, the house's name stands before the one with a number.
    line = next((line for line in lines if re.search(r"\b[0-9]", line) and re.search("[a-z]", line)), lines[0])
    if line == lines[0] and line.isdigit() and len(lines) > 1:
        line = f"{line} {lines[1]}"
    if box := _PO_BOX.search(line):
        return replace(found, house_number=box[1].replace(" ", ""), street="po box")
    return _of_line(line, found.unit)


def _of_line(line: str, flat: str) -> Address:
    """Number, street and flat of one line without commas."""
    if slash := _UNIT_SLASH.match(line):
        line, flat = f"{slash[2]} {slash[3]}", flat or slash[1]
    if (before := _UNIT_BEFORE.match(line)) and before[2]:
        line, flat = before[2], flat or before[1]
    if (behind := _UNIT_BEHIND.match(line)) and re.search("[a-z]{2}", behind[1]):
        line, flat = behind[1].strip(" ,"), flat or behind[2]
    number = ""
    if first := _NUMBER_FIRST.match(line):
        number, line = first[1] + (first[2] or ""), first[3]
    elif (inside := _NUMBER_INSIDE.match(line)) and WORDS.get(line.split()[-1]) in ENDS:
        number, line = inside[1], inside[2]
    elif last := _NUMBER_LAST.match(line):
        number, line = last[2].replace(" ", ""), last[1]
    elif line.isdigit():
        number, line = line, ""
    return Address(house_number=number, street=street_words(line), unit=flat)


def street_words(line: str) -> str:
    """The words of a street as they are compared.

    >>> street_words("north old mill road"), street_words("muehlenstrasse"), street_words("muhlen str")
    ('n old mill rd', 'muhlenstr', 'muhlen st')
    """
    return " ".join(_street_word(word) for word in _words(line))


def _street_word(word: str) -> str:
    if word in WORDS:
        return WORDS[word]
    folded = folded_family(word)
    for ending, short in COMPOUND.items():
        if folded.endswith(ending) and len(folded) > len(ending) + 1:
            return folded.removesuffix(ending) + short
    return folded
