"""What was decided and waits to be sent is looked at again before each attempt: an objection stops it at once, and so does what ends a trigger.

A message may wait for half a day for its receiver. Whoever objects meanwhile, or takes back a consent that is needed, is sent nothing any more; nor
is what was set off and is over, for something came in between or it is too late. The contact is given back where no attempt was made yet: what an
earlier attempt may have brought, though nobody answered it, counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from unequal import storage
from unequal.flow import deciding, due_times
from unequal.terms.errors import LiveError
from unequal.treatments import shapes

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active

_OVER: Final = "What set it off is over: something came in between, or it is too late."
_OF_SEVERAL: Final = '"customers":['
"""In the body of a message that tells of an audience; as it is written, for most messages need not be read."""


def that_stand(live: Live, messages: Sequence[storage.state.Claimed], now: datetime) -> list[storage.state.Claimed]:
    """Those of some messages that are still to be sent, each as it is to be sent; the others are withdrawn.

    A message that tells of several customers is sent without those who must not be reached, under its own key; it is withdrawn where nobody is left.

    Args:
        live: the moment of contact.
        messages: claimed by this worker.
        now: the present moment, naive UTC.
    """
    told = {message.message_id: told_of(message) for message in messages}
    contacts = live.state.contacts.of_decisions([decision_id for rows in told.values() for decision_id in rows])
    why = _stopped(live, contacts, now)
    found = []
    for message in messages:
        rows = told[message.message_id]
        stopped = [decision_id for decision_id in rows if decision_id in why]
        if not stopped:
            found.append(message)
            continue
        left = [row for decision_id, row in rows.items() if decision_id not in why]
        payload = deciding.text_of({**json.loads(message.payload), "customers": left}) if left else None
        rest = live.state.outbox.withhold(message, stopped, now, why[stopped[0]], payload=payload)
        found += [rest] if rest is not None else []
    return found


def told_of(message: storage.state.Claimed) -> dict[str, Any]:
    """The decisions that a message tells of, each with its row; a message of one decision has its key."""
    if _OF_SEVERAL in message.payload:
        return {str(row["decision_id"]): row for row in json.loads(message.payload).get("customers", ())}
    return {message.idempotency_key: None}


def _stopped(live: Live, contacts: Sequence[storage.state.ContactRow], now: datetime) -> dict[str, str]:
    """Of each decision whose contact must not be made any more, why."""
    if not contacts:
        return {}
    active = live.policies.active()
    standings = live.standings([one.customer_id for one in contacts])
    found: dict[str, str] = {}
    for contact, held in zip(contacts, standings, strict=True):
        # What was said a moment ago may bear the time of a clock that goes ahead of ours.
        at = deciding.no_earlier(held, now, now)
        words = deciding.standing_of(held, {}).consents
        code = active.rules.consent_withheld(contact.purpose, contact.channel, words, at)
        if code is not None:
            found[str(contact.decision_id)] = shapes.REASONS[code]
        elif _is_over(live, contact, held, now, active):
            found[str(contact.decision_id)] = _OVER
    return found


def _is_over(live: Live, contact: storage.state.ContactRow, held: storage.state.Standing, now: datetime, active: Active) -> bool:
    """Whether a contact was set off, and what set it off is over; where nothing is left that tells, it is not."""
    policy = active.declared(contact.policy) if contact.policy is not None and contact.policy in active.versions else None
    if policy is None or policy.trigger is None:
        return False
    timers = live.state.timers.fired(held.customer_id, policy.policy, contact.reserved_at, also=(contact.customer_id, *held.also))
    origins = [origin for timer in timers if (origin := due_times.origin_of(live, timer, active)) is not None]
    if not origins:
        return False
    from unequal.flow.live import Asked

    try:
        happened = live.moment(Asked("", held.customer_id), now, active).profile.happened
    except LiveError:
        return False
    return all(origin.is_over(policy, happened, now, active.rules.zone) for origin in origins)
