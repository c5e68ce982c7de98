"""Values that people, forms and programs write where nothing is known, and codes that say the same: never an identifier."""

from __future__ import annotations

import re
from typing import Final

WORDS: Final = frozenset([
    "unknown", "unkown", "unk", "n/a", "n.a.", "n.a", "na", "#n/a", "none", "null", "nil", "nan", "void", "empty", "blank",
    "missing", "undefined", "unspecified", "unassigned", "anonymous", "anonym", "guest", "dummy", "default", "test",
    "tester", "testing", "xx", "xxx", "xxxx", "tbd", "tbc", "?", "??", "???", "-", "--", "---", ".", "..", "...", "*",
    "/", "noemail", "nomail", "noname", "nophone", "unbekannt", "keine", "keiner", "inconnu", "aucun", "desconocido",
    "ninguno", "sconosciuto", "nessuno", "onbekend", "geen", "not available", "not applicable", "not provided", "not known",
    "not given", "no email", "no e-mail", "no mail", "no phone", "no name", "no number",
])  # fmt: skip
"""Compared with the trimmed value in lower case."""

PUNCTUATION: Final = r"[!-/:-@\[-`{-~\s]"
"""What stands in ids only to be read: ASCII marks and blanks."""

OTHER_THAN_FILLING: Final = r"[^09!-/:-@\[-`{-~\s]"
"""Found in every key that is neither noughts, nor nines, nor nothing."""

CODE: Final = r"^(0*|9{6,})$"
"""A key whose letters and digits are these: nothing at all, noughts, or a field filled with nines."""

EMAIL: Final = (
    r"^(no-?reply|do-?not-?reply|donotreply|none|no-?e?-?mail|unknown|n\.?a|null|nil|test|tester|anonymous|noone|nobody|nospam|xx+|asdf)@"
    r"|@(none|noemail|nomail|no-mail|unknown|invalid|test|nowhere)\.[a-z]+$"
)
"""Searched in a normalised e-mail address."""

PHONE: Final = r"(0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}|12345678|123456789|1234567890)$"
"""Searched in the digits of a phone number: it ends in one digit seven times, or in a count."""

TAX_ID: Final = r"^(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|0?123456789?0?|12345(6|67|678)?)$"
"""Searched in a normalised tax id."""


def placeholder_code(value: str, words: frozenset[str]) -> bool:
    """Whether a key, or an id, of an application says that there is none.

    >>> placeholder_code("999999", WORDS), placeholder_code("10042", WORDS)
    (True, False)
    """
    return value.strip().lower() in words or re.search(CODE, re.sub(PUNCTUATION, "", value)) is not None
