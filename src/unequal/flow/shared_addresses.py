"""Whether others read what is sent to a customer: what one member of a household did is not told to another by their common mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from unequal.terms.errors import IdentityError

if TYPE_CHECKING:
    from unequal.flow.live import Live

AGREED: Final = "shared_address"
"""The purpose to which a customer consents whose messages may go to an address that others have, too."""


def is_shared(live: Live, customer_id: str, channel: str) -> bool:
    """Whether a channel reaches a customer by an identifier that is another customer's, too, and the customer has not agreed to that.

    Args:
        live: the moment of contact.
        customer_id: the customer.
        channel: by which something is sent; `live.channels.NAME.address` says by which attribute it is reached, by default its own name.
    """
    declared = live.project.config.live.channels.get(channel)
    attribute = declared.address if declared is not None and declared.address is not None else channel
    if live.profiles.row(customer_id) is None:
        return False
    values = [str(one["value"]) for one in live.profiles.held.told_of(customer_id).get("golden", ()) if one["attribute"] == attribute]
    try:
        known = {one for value in values for one in live.profiles.lookup(attribute, value)}
    except IdentityError:
        return False  # nobody is looked up by that, as by the number of a device: it is the customer's alone
    return bool(known - {live.profiles.today(customer_id)}) and not _agreed(live, customer_id, channel)


def _agreed(live: Live, customer_id: str, channel: str) -> bool:
    said = [one for one in live.state.contacts.standing(customer_id).consents if one[0] == AGREED and one[1] in {None, channel}]
    return bool(said) and max(said, key=lambda one: one[3])[2] == "granted"
