"""Why a policy is not chosen: a fixed vocabulary, in the order in which it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType({
    "channel_not_offered": "It has no content for this channel.",
    "not_its_moment": "It is for another moment, or its trigger was not set off.",
    "other_purpose": "A service message of ours carries nothing for another purpose.",
    "not_eligible": "The customer is not one who may have it.",
    "not_applicable": "It makes no sense for the customer now.",
    "not_suitable": "It is not right for the customer.",
    "not_known": "Something that its rules read is not known of the customer.",
    "address_shared": "It says what the customer did, and the address is another's, too.",
    "floor_not_in_force": "It serves a floor that is not in force here.",
    "floor_silences": "A floor is in force that silences its purpose.",
    "case_open": "Something is open between the customer and the company that must be settled first.",
    "floor_protects": "It takes service away, and a floor is in force.",
    "band_unstable": "It takes service away, and the customer's band is not known to be stable.",
    "objected": "The customer objected to its purpose.",
    "no_consent": "The customer has not consented to its purpose in this channel.",
    "prefers_other_channel": "The customer wishes to be met elsewhere.",
    "prefers_other_time": "The customer wishes to be met at another time.",
    "prefers_fewer": "The customer wishes fewer contacts.",
    "prefers_other_topics": "The customer does not wish to hear of it.",
    "quiet_hours": "It is a quiet hour.",
    "contact_limit": "The customer has had as many contacts as are allowed.",
    "policy_limit": "The customer has had it as often as is allowed.",
    "excluded": "The customer was contacted by a policy that excludes it.",
    "budget_spent": "Its budget is spent.",
    "assumed_budget_spent": "What it may spend until its effect is measured is spent.",
    "worth_unknown": "What its dollars are computed from is not known of the customer.",
    "not_worth_it": "It is expected to cost more than it brings.",
    "held_out": "The customer is held out of it by lot, so that its effect can be measured.",
    "universal_holdout": "The customer is held out of all direct marketing by lot, so that its effect can be measured.",
    "for_a_person": "It is significant: a person decides.",
    "outbid": "Another is expected to bring more.",
})  # fmt: skip
"""Of each reason code, what it says."""
