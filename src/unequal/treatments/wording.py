"""What a message says of the moment: `{cart_value}` in a text stands for what the event, or the channel, said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from unequal import config

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LONGEST: Final = 120
_NOT_SAID: Final = re.compile(r"[\x00-\x1f\x7f<>{}\u202a-\u202e\u2066-\u2069]|://|www\.", re.IGNORECASE)
"""What has no place in a message to somebody else's customer: whoever sends an event may have put it there."""
_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def said(policy: config.policies.Policy) -> dict[str, tuple[str, ...]]:
    """Of each channel whose content says something of the moment, the names of what it says.

    Args:
        policy: as declared.
    """
    found = {}
    for channel, content in policy.channels.items():
        texts = " ".join(text for text in (content.text, content.subject, content.link) if text)
        names = tuple(dict.fromkeys(_PLACE.findall(texts)))
        if names:
            found[channel] = names
    return found


def can_be_said(value: object) -> bool:
    """Whether a value can stand in a message: known, short, and without addresses, markup or signs that turn letters around.

    >>> can_be_said("Hall 3"), can_be_said("see http://evil.example"), can_be_said(None)
    (True, False, False)
    """
    if isinstance(value, str):
        return 0 < len(value) <= _LONGEST and _NOT_SAID.search(value) is None
    return isinstance(value, Decimal | bool | date)


def filled(text: str, context: Mapping[str, object]) -> str:
    """A text with what the moment says in its places; what cannot be said is left as it stands.

    >>> filled("{minutes} minutes late, for {price} dollars", {"minutes": Decimal("45"), "price": Decimal("9.5")})
    '45 minutes late, for 9.50 dollars'
    """
    return _PLACE.sub(lambda place: _words(context[place[1]]) if can_be_said(context.get(place[1])) else place[0], text)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        # 9.5 is 9.50 in a message, for it is money; 45 minutes are 45.
        return f"{value:.2f}" if value != value.to_integral_value() else f"{value:.0f}"
    if isinstance(value, date):
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return str(value)
