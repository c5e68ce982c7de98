"""Whether a customer's words on being contacted stand against a contact: at the moment of deciding, and while what was decided still waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from unequal import config
from unequal.treatments.shapes import Consent

MARKETING: Final = "marketing"
_SEVERITY: Final = {"granted": 0, "withdrawn": 1, "objected": 2}


def consent_withheld(
    purpose: str, channel: str, declared: config.policies.Moments, consents: Sequence[Consent], at: datetime
) -> str | None:
    """The code at which a contact falls by the customer's own words: `objected` or `no_consent`; None where they allow it.

    Args:
        purpose, channel: of the contact.
        declared: which consent each purpose needs, and in which channels we begin.
        consents: what the customer said, ever.
        at: the moment; what was said later is not heard yet.
    """
    needs = declared.purposes.get(purpose)
    if needs is None:
        return "no_consent"
    if needs.direct_marketing and _last_word(MARKETING, channel, consents, at) == "objected":
        return "objected"
    word = _last_word(purpose, channel, consents, at)
    if word == "objected":
        return "objected"
    begun = declared.channels.get(channel)
    needed = needs.consent == "needed" or (needs.consent == "needed_outbound" and begun is not None and begun.outbound)
    return "no_consent" if needed and word != "granted" else None


def _last_word(purpose: str, channel: str, consents: Sequence[Consent], at: datetime) -> str | None:
    """What the customer said last on a purpose in a channel; of two words of one instant the stricter."""
    words = [
        (one.at, _SEVERITY[one.status], one.status)
        for one in consents
        if one.purpose == purpose and one.channel in {None, channel} and one.at <= at
    ]
    return max(words)[2] if words else None
