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


def placeholder_code(value: str, words: frozenset[str]) -> bool:
    """Whether a key, or an id, of an application says that there is none.

    >>> placeholder_code("999999", WORDS), placeholder_code("10042", WORDS)
    (True, False)
    """
    return value.strip().lower() in words or re.search(CODE, re.sub(PUNCTUATION, "", value)) is not None
