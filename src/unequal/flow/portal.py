"""What the portal of business customers shows whoever is logged in: the organisations for which that person may act, and nothing of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from unequal.flow.live import Live

SEES_SPEND: Final = frozenset({"owner", "purchaser", "payer"})
"""Who decides or pays sees what was spent; who only uses what was bought sees the terms alone."""


def portal_of(live: Live, customer_id: str) -> list[dict[str, Any]]:
    """The organisations for which a customer may act today, by id.

    Args:
        live: the moment of contact.
        customer_id: of the person who is logged in.

    Returns:
        Of each organisation customer_id, the person's own authorisations (kinds) as `may`, `contracts` with their terms as in a customer's profile,
        and `spend`, or None where the person does not see it. Nothing about other persons. Empty where the person may act for none.
    """
    person = live.profile(customer_id)
    if person is None:
        return []
    today = live.clock().date()
    found: dict[str, set[str]] = {}
    # A visitor whom nobody knows yet has none.
    for tie in person.get("authorisations", ()):
        if tie["stands"] == "is" and _holds(tie, today):
            found.setdefault(tie["other"], set()).add(str(tie["kind"]))
    seen = []
    for organisation_id in sorted(found):
        organisation = live.profile(organisation_id)
        if organisation is not None and organisation["kind"] == "organisation":
            seen.append(shown(organisation, found[organisation_id]))
    return seen


def _holds(tie: Mapping[str, Any], today: date) -> bool:
    """Whether an authorisation holds on a day: what only a program inferred is none."""
    since, until = tie["since"], tie["until"]
    return tie["evidence"] == "stated" and (since is None or since <= today) and (until is None or today < until)


def shown(organisation: Mapping[str, Any], may: set[str]) -> dict[str, Any]:
    """What a person sees of an organisation.

    Args:
        organisation: its whole profile.
        may: the kinds of the person's own authorisations.
    """
    return {
        "customer_id": organisation["customer_id"],
        "may": sorted(may),
        "contracts": organisation["contracts"],
        "spend": organisation["spend"] if may & SEES_SPEND else None,
    }
