"""Triggers and timers: what events set off, what becomes of it when its time comes, and what is sent then."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from unequal import config, storage, treatments
from unequal.flow import due_times, shared_addresses, told_by_events
from unequal.flow.customer_events import Naming
from unequal.terms.errors import LiveError

if TYPE_CHECKING:
    from unequal.flow.live import Asked, Live
    from unequal.flow.policy_desk import Active

_LOG: Final = logging.getLogger("unequal.timers")
_AT_ONCE: Final = 500
_LATER: Final = timedelta(minutes=15)
_PASSING: Final = frozenset({"quiet_hours", "prefers_other_time"})
"""Why a policy falls now that would not have fallen at another hour."""


def setting_off(
    project: config.Project, source: str, active: Active, named: Naming
) -> Callable[[Any, Sequence[storage.state.Happening]], None]:
    """What is done for new events in the transaction that takes them: a timer for each policy that one sets off, once an event.

    Args:
        project: whose clock days go by, and whose sources say what their events tell.
        source: of the events.
        active: the policies that act.
        named: ours of its events.
    """
    types = {name: one.type for name, one in active.rules.moments.context.items()}

    def effects(connection: Any, happenings: Sequence[storage.state.Happening]) -> None:
        rows = []
        for one in happenings:
            set_off = active.set_off.get(named(source, one.incoming.kind, one.incoming.name) or "", ())
            said = told_by_events.context_of(one.incoming.payload, project.live.sources[source].context, types) if set_off else {}
            for policy in set_off:
                due = due_times.after_event(policy, one.incoming.timestamp, said, active.rules.zone)
                if due is not None:
                    rows.append(storage.state.TimerRow(policy.policy, one.customer_id, f"event:{one.event_id}", due))
        if rows:
            storage.state.timers.put(connection, rows)

    return effects


def fire_due(live: Live, now: datetime) -> int:
    """Fire what is due: each once, though several processes do. How many were fired, called off or put off."""
    fired = 0
    while due := live.state.timers.due(now, at_most=_AT_ONCE):
        done = sum(_fire(live, together, now) for together in _together(due))
        fired += done
        if not done:
            break
    return fired


def _together(due: Sequence[storage.state.TimerRow]) -> Iterator[list[storage.state.TimerRow]]:
    """Timers that one event set for one instant: their policies are chosen from, so that an event is answered once.

    Those of the last event may go on beyond what was read: they wait for the next reading, unless they are all there is.
    """
    found = [list(some) for _, some in groupby(due, key=lambda one: (one.due_at, one.event_id, one.customer_id))]
    return iter(found[:-1] if len(due) == _AT_ONCE and len(found) > 1 else found)


@dataclass(frozen=True)
class _SetOff:
    """What was set off and is to be decided on now.

    Args:
        timers, policies: that stand; one of each, in the same order.
        customer_id: for whom.
        context: what the event said, and the policies under `trigger`.
    """

    timers: tuple[int, ...]
    policies: tuple[config.policies.Policy, ...]
    customer_id: str
    context: Mapping[str, Any]

    def asked(self, channel: str, *, is_shared: bool) -> Asked:
        """The question that it asks in a channel, whose address others may share."""
        from unequal.flow.live import Asked

        purpose = "service" if all(one.purpose == "service" for one in self.policies) else "marketing"
        context = {**self.context, "address_is_shared": True} if is_shared else self.context
        return Asked(channel, self.customer_id, context=context, purpose=purpose, timers=self.timers)


def _fire(live: Live, together: list[storage.state.TimerRow], now: datetime) -> int:
    """Decide on timers that were set together; how many were done with, 0 where they must be tried again."""
    active = live.policies.active()
    try:
        standing = _standing(live, together, active, now)
        done = len(together) - len(standing.timers) if standing else len(together)
        if standing is None:
            return done
        asked, passing = _by_channel(live, standing, active, now)
        if asked is None and passing:
            live.state.timers.postpone(standing.timers, now + _LATER)
        elif asked is None:
            for timer in standing.timers:
                live.state.timers.call_off(timer, now)
        else:
            live.decide(asked)
    except storage.state.TimerIsTaken:
        return len(together)
    except LiveError as error:
        # Who is not known any more is not reached; and one whose state does not stand still is tried again.
        return sum(live.state.timers.call_off(timer.timer_id, now) for timer in together) if error.code == "LIV202" else 0
    except Exception:  # noqa: BLE001 - as the comment says
        # Whatever it is, it is of these timers: the oldest come first, and those of everybody else must not wait behind them.
        _LOG.exception("timers %s did not fire, and are tried again in %s", [timer.timer_id for timer in together], _LATER)
        live.state.timers.postpone([timer.timer_id for timer in together], now + _LATER)
    return len(together)


def _standing(live: Live, together: list[storage.state.TimerRow], active: Active, now: datetime) -> _SetOff | None:
    """What of it still stands; what does not is called off: its policy is retired, something came in between, or it is too late."""
    first = together[0]
    origin = due_times.origin_of(live, first, active)
    from unequal.flow.live import Asked

    happened = live.moment(Asked("", first.customer_id), now, active).profile.happened
    standing = []
    for timer in together:
        policy = active.declared(timer.policy) if timer.policy in active.versions else None
        if origin is None or policy is None or origin.is_over(policy, happened, now, active.rules.zone):
            live.state.timers.call_off(timer.timer_id, now)
        else:
            standing.append((timer.timer_id, policy))
    if not standing or origin is None:
        return None
    policies = tuple(policy for _, policy in standing)
    context = {**origin.context, "trigger": " ".join(one.policy for one in policies)}
    return _SetOff(tuple(timer for timer, _ in standing), policies, first.customer_id, context)


def _by_channel(live: Live, set_off: _SetOff, active: Active, now: datetime) -> tuple[Asked | None, bool]:
    """The first channel in which something is chosen; None where in none, and then whether only the hour is wrong.

    Where the lot alone stands against it, it is decided on all the same, so that the lot is kept.
    """
    passing, by_lot = False, None
    for channel in _channels(set_off, active.rules):
        asked = set_off.asked(channel, is_shared=shared_addresses.is_shared(live, set_off.customer_id, channel))
        chosen = treatments.choose(live.moment(asked, now, active), active.policies, active.rules)
        if chosen.winner is not None or chosen.for_review is not None:
            return asked, False
        names = {one.policy for one in set_off.policies}
        fell = {one.fell for one in chosen.candidates if one.policy in names}
        passing = passing or not fell.isdisjoint(_PASSING)
        by_lot = by_lot or (asked if "held_out" in fell else None)
    return (None, True) if passing else (by_lot, False)


def _channels(set_off: _SetOff, rules: treatments.Rules) -> list[str]:
    """Where it may be said: the channel that the event came by, where a policy answers there; else those in which we begin."""
    declared = rules.moments.channels
    found: dict[str, None] = {}
    for policy in set_off.policies:
        assert policy.trigger is not None, "a policy that is set off has a trigger"
        by = set_off.context.get(policy.trigger.reply_by) if policy.trigger.reply_by else None
        if isinstance(by, str) and by in policy.channels and by in declared:
            found[by] = None
        else:
            found |= {channel: None for channel in policy.channels if channel in declared and declared[channel].outbound}
    return list(found)
