"""Words on a list that name nothing: a row that has one says of itself that nothing is known."""

from __future__ import annotations

import re
from typing import Final

_NAMELESS: Final = frozenset(
    [
        "other",
        "others",
        "misc",
        "miscellaneous",
        "general",
        "none",
        "unknown",
        "unspecified",
        "undefined",
        "default",
        "na",
        "n/a",
        "tbd",
        "sonstige",
        "sonstiges",
        "andere",
        "anderes",
        "allgemein",
        "unbekannt",
        "autre",
        "autres",
        "divers",
        "inconnu",
        "otro",
        "otra",
        "otros",
        "varios",
        "desconocido",
        "altro",
        "altri",
        "vario",
        "sconosciuto",
        "outro",
        "outros",
        "diversos",
    ]
)
_BESIDE: Final = frozenset(
    {"reason", "reasons", "cause", "code", "type", "category", "enquiry", "inquiry", "query", "issue", "request", "grund", "motivo"}
)
_WHOLE: Final = frozenset(
    {"not specified", "not given", "not applicable", "not known", "no reason", "ohne angabe", "keine angabe", "non precise"}
)
_MARKS: Final = re.compile(r"[^\w/]+|_+")


def names_nothing(value: str) -> bool:
    """Whether a value of a list is a catch-all, as *other* or *general enquiry*.

    >>> [names_nothing(word) for word in ("OTHER", "General enquiry", "other_reason", "Other bank", "-", "6")]
    [True, True, True, False, True, False]
    """
    words = _MARKS.sub(" ", value.casefold()).split()
    if not words:
        return True
    return " ".join(words) in _WHOLE or (any(one in _NAMELESS for one in words) and all(one in _NAMELESS | _BESIDE for one in words))
