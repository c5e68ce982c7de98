"""Triggers and timers: what events set off, what becomes of it when its time comes, and what is sent then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from unequal import config, storage, treatments
from unequal.terms.errors import LiveError

if TYPE_CHECKING:
    from unequal.flow.live import Live

_AT_ONCE = 500


def setting_off(
    set_off: Mapping[str, tuple[config.policies.Policy, ...]], named: Callable[[str, str | None], str | None]
) -> Callable[[Any, Sequence[storage.state.Happening]], None]:
    """What is done for new events in the transaction that takes them: a timer for each policy that one sets off, once an event.

    Args:
        set_off: event of ours -> policies.
        named: of an event's kind and name, ours.
    """

    def effects(connection: Any, happenings: Sequence[storage.state.Happening]) -> None:
        rows = []
        for one in happenings:
            ours = named(one.incoming.kind, one.incoming.name)
            for policy in set_off.get(ours or "", ()):
                trigger = policy.trigger
                assert trigger is not None, "a policy that is set off has a trigger"
                due = one.incoming.timestamp + timedelta(minutes=trigger.delay_minutes)
                rows.append(storage.state.TimerRow(policy.policy, one.customer_id, f"event:{one.event_id}", due))
        if rows:
            storage.state.timers.put(connection, rows)

    return effects


def fire_due(live: Live, now: datetime) -> int:
    """Fire what is due: each once, though several processes do. How many were fired or called off."""
    fired = 0
    while due := live.state.timers.due(now, at_most=_AT_ONCE):
        done = sum(_fire(live, timer, now) for timer in due)
        fired += done
        if not done:
            break
    return fired


def _fire(live: Live, timer: storage.state.TimerRow, now: datetime) -> int:
    """Decide on one timer; 0 where it could not be done with now."""
    from unequal.flow.live import Asked

    active = live.policies.active()
    if timer.policy not in active.versions:
        return live.state.timers.call_off(timer.timer_id, now)
    policy = active.declared(timer.policy)
    asked = Asked(_first_channel(policy, active.rules), timer.customer_id, context={"trigger": policy.policy}, purpose="service" if policy.purpose == "service" else "marketing",
                  timer=timer.timer_id)  # fmt: skip
    try:
        moment = live.moment(asked, now, active)
        assert policy.trigger is not None, "a policy with a timer has a trigger"
        began = timer.due_at - timedelta(minutes=policy.trigger.delay_minutes)
        if any(at > began for event in policy.trigger.cancelled_by for at in moment.profile.happened.times(event)):
            return live.state.timers.call_off(timer.timer_id, now)
        live.decide(_by_the_best_channel(live, asked, policy, now))
    except storage.state.TimerIsTaken:
        return 1
    except LiveError as error:
        # Who is not known any more is not reached; and one whose state does not stand still is tried again.
        return live.state.timers.call_off(timer.timer_id, now) if error.code == "LIV202" else 0
    return 1


def _first_channel(policy: config.policies.Policy, rules: treatments.Rules) -> str:
    """The first channel in which we may begin; where none is, the first."""
    outbound = [name for name in policy.channels if name in rules.moments.channels and rules.moments.channels[name].outbound]
    return (outbound or list(policy.channels))[0]


def _by_the_best_channel(live: Live, asked: Any, policy: config.policies.Policy, now: datetime) -> Any:
    """The first of the policy's channels in which it would be chosen; the first of all where in none."""
    from dataclasses import replace

    active = live.policies.active()
    for channel in policy.channels:
        tried = replace(asked, channel=channel)
        chosen = treatments.choose(live.moment(tried, now, active), active.policies, active.rules, every=False)
        if chosen.winner is not None:
            return tried
    return asked
