"""How often a customer may be contacted: limits across all channels, of a policy and its kind, and quiet hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from unequal import config
from unequal.treatments.shapes import Contact


def reached(
    contacts: Sequence[Contact], limit: config.policies.Moments, *, purpose: str, channel: str, at: datetime
) -> bool:  # fmt: skip
    """Whether one more contact would break any of the limits that hold for every policy.

    Args:
        contacts: of the customer, in any channel.
        limit: what is declared.
        purpose, channel: of the contact that is thought of.
        at: the moment; a contact counts in (at - days, at].
    """
    for one in limit.contact_limits:
        if one.purpose not in {None, purpose} or one.channel not in {None, channel}:
            continue
        since = at - timedelta(days=one.days)
        counted = sum(
            since < contact.at <= at and one.purpose in {None, contact.purpose} and one.channel in {None, contact.channel}
            for contact in contacts
        )
        if counted >= one.at_most:
            return True
    return False


def policy_reached(
    contacts: Sequence[Contact], policy: config.policies.Policy, *, kin: Mapping[str, tuple[str, str]], at: datetime
) -> bool:  # fmt: skip
    """Whether one more contact would break a limit of the policy's own.

    Args:
        contacts: of the customer.
        policy: as declared.
        kin: of each policy its group and issue.
        at: the moment; a contact counts in (at - days, at].
    """
    for limit in policy.limits:
        since = at - timedelta(days=limit.days)
        counted = sum(since < contact.at <= at and _is_kin(contact.policy, policy, limit.of, kin) for contact in contacts)
        if counted >= limit.at_most:
            return True
    return False


def _is_kin(other: str, policy: config.policies.Policy, of: str, kin: Mapping[str, tuple[str, str]]) -> bool:
    if of == "policy" or other not in kin:
        return other == policy.policy
    group, issue = kin[other]
    return issue == policy.issue and (of == "issue" or group == policy.group)


def too_frequent(contacts: Sequence[Contact], most: tuple[int, int], at: datetime) -> bool:
    """Whether the customer has had as many contacts, of any kind, as the customer wishes: so many in so many days."""
    since = at - timedelta(days=most[1])
    return sum(since < contact.at <= at for contact in contacts) >= most[0]


def within(hours: tuple[time, time], at: time) -> bool:
    """Whether a time of day lies in hours that may span midnight; the end itself does not.

    >>> within((time(22, 0), time(6, 0)), time(23, 0))
    True
    """
    start, end = hours
    return start <= at < end if start <= end else at >= start or at < end
