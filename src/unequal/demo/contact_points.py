"""Contact points: e-mail addresses and phone numbers. No address here can ever be delivered to."""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np

from unequal.demo.columns import Ints, Texts, filled, texts
from unequal.demo.households import Households
from unequal.demo.words import towns

PROVIDERS: Final = ("postbox.example", "quickmail.example", "bluepost.example", "mailhaus.example", "inboxly.example", "netpost.example")
PROVIDER_SHARES: Final = (0.34, 0.24, 0.16, 0.11, 0.09, 0.06)
PLACEHOLDER_EMAILS: Final = ("none@none.example", "noemail@meridian.example", "customer@meridian.example")
"""What a clerk types when a form insists on an address."""
PLACEHOLDER_PHONES: Final = ("0000000000", "9999999999", "5555555555")
_COUNTRY_CODES: Final = {"US": "1", "CA": "1", "GB": "44", "DE": "49"}
_PLAIN: Final = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
"""Letters that do not fall apart into a plain one and an accent."""


def plain(text: str) -> str:
    """A name in lower-case Latin letters, as in an e-mail address.

    >>> plain("Müller-O'Brien")
    'mullerobrien'
    """
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN)).lower()
    return "".join(letter for letter in apart if letter.isascii() and letter.isalnum())


def draw_emails(chance: np.random.Generator, given: Texts, before: Texts, after: Texts, homes: Households, cell: int) -> Texts:
    """Two addresses a person, now and after a change; no two persons of the world have one by chance."""
    rows = len(given)
    style = chance.integers(0, 7, (rows, 2))
    provider = texts(list(PROVIDERS))[chance.choice(len(PROVIDERS), (rows, 2), p=PROVIDER_SHARES)]
    number = chance.integers(1, 100, (rows, 2))
    taken: dict[str, int] = {}
    mails = np.empty((rows, 2), dtype=object)
    for row in range(rows):
        year = (homes.birth[row] + 738_000) // 365 % 100
        for time in (0, 1):
            family = plain(after[row] if time else before[row])
            local = _local_part(int(style[row, time]), plain(given[row]), family, int(year), int(number[row, time]))
            mails[row, time] = f"{_unique(local, cell, taken)}@{provider[row, time]}"
    return mails


def _local_part(style: int, given: str, family: str, year: int, number: int) -> str:
    patterns = (
        f"{given}.{family}", f"{given[:1]}{family}", f"{given}{family}{year:02d}", f"{family}.{given}", f"{given}{number}",
        f"{given}.{family}{year:02d}", f"{given[:1]}.{family}{number}",
    )  # fmt: skip
    return patterns[style]


def _unique(local: str, cell: int, taken: dict[str, int]) -> str:
    """An underscore stands in no pattern, so that a cell's ending meets no other."""
    again = taken.get(local, 0)
    taken[local] = again + 1
    ending = (f"_{_letters(cell)}" if cell else "") + (f"_{again}" if again else "")
    return local + ending


def _letters(number: int) -> str:
    return chr(97 + number % 26) if number < 26 else _letters(number // 26 - 1) + chr(97 + number % 26)  # noqa: PLR2004 -- the alphabet


def draw_phones(chance: np.random.Generator, town: Ints) -> Texts:
    """Numbers with the country's code, digits only, in the town's area."""
    places = towns()
    code = texts([_COUNTRY_CODES[country] for country in places.country])[town]
    number = texts([str(n) for n in chance.integers(2_000_000, 9_999_999, len(town)).tolist()])
    whole: Texts = code + places.area_code[town] + number
    return whole


def phones_as(style: int, numbers: Texts) -> Texts:
    """Numbers as an application writes them: 0 with country code, 1 dashes, 2 brackets, 3 dots, 4 as dialled at home."""
    shown = filled("", len(numbers))
    for row, number in enumerate(numbers):
        if number:
            shown[row] = _phone_as(style, number)
    return shown


def _phone_as(style: int, number: str) -> str:
    if number in PLACEHOLDER_PHONES:
        return f"{number[:3]}-{number[3:6]}-{number[6:]}" if style == 1 else number
    if not number.startswith("1"):
        # Abroad the code is always written, so that the number can be told from one at home.
        return f"+{number[:2]} {number[2:5]} {number[5:]}" if style in {1, 2} else f"+{number}"
    area, exchange, line = number[1:4], number[4:7], number[7:]
    forms = (
        f"+1{area}{exchange}{line}",
        f"{area}-{exchange}-{line}",
        f"({area}) {exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"{area}{exchange}{line}",
    )
    return forms[style]
