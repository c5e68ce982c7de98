"""When what is set off comes due, and when it is over: something came in between, or it is too late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from unequal import config, storage
from unequal.flow import told_by_events
from unequal.treatments import shapes

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active

EVENT: Final = "event"
DAY: Final = "day"
_YEAR: Final = timedelta(days=366)


def after_event(policy: config.policies.Policy, at: datetime, said: Mapping[str, object], zone: ZoneInfo) -> datetime | None:
    """When a policy comes due that an event sets off; None where it waits for a day that the event does not say, or told of too late.

    Args:
        policy: with a trigger.
        at: when the event happened, naive UTC.
        said: by the event.
        zone: the company's.
    """
    trigger = policy.trigger
    assert trigger is not None, "a policy that is set off has a trigger"
    if trigger.on_day is None:
        return at + timedelta(minutes=trigger.delay_minutes)
    day = said.get(trigger.on_day)
    due = before_day(policy, day, zone) if isinstance(day, date) else None
    # Its moment was over when the event happened: what is booked today for today is not "tomorrow".
    return due if due is not None and due >= at else None


def before_day(policy: config.policies.Policy, day: date, zone: ZoneInfo) -> datetime | None:
    """When a policy comes due that waits for a day: naive UTC; None where that is before the first or after the last day there is."""
    trigger = policy.trigger
    assert trigger is not None, "a policy that is set off has a trigger"
    try:
        on = day - timedelta(days=trigger.days_before)
        local = datetime.combine(on, time.fromisoformat(trigger.at), zone) + timedelta(minutes=trigger.delay_minutes)
        return local.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None


def name_of_day(day: date, customer_id: str) -> str:
    """Under which a timer is kept that a day of the profile set: once a customer and day."""
    return f"{DAY}:{day.isoformat()}:{customer_id}"


@dataclass(frozen=True)
class Origin:
    """What set a timer.

    Args:
        at: when the event happened, or the day of the profile.
        context: what the event said.
    """

    at: datetime | date
    context: Mapping[str, Any] = field(default_factory=dict)

    def due(self, policy: config.policies.Policy, zone: ZoneInfo) -> datetime | None:
        """When a policy came due, before it was put off."""
        if isinstance(self.at, datetime):
            return after_event(policy, self.at, self.context, zone)
        return before_day(policy, self.at, zone)

    def is_over(self, policy: config.policies.Policy, happened: shapes.Happened, now: datetime, zone: ZoneInfo) -> bool:
        """Whether nothing is to be done any more."""
        trigger, due = policy.trigger, self.due(policy, zone)
        if trigger is None or due is None or now - due > timedelta(minutes=trigger.late_minutes):
            return True
        began = self._began(trigger)
        return any(began < at <= now for event in trigger.cancelled_by for at in happened.times(event))

    def _began(self, trigger: config.policies.Trigger) -> datetime:
        """Since when something may have come in between: the event; the end of a day that is past; or a year before one that is to come."""
        if isinstance(self.at, datetime):
            return self.at
        end = datetime.combine(self.at, time.max)
        return end if trigger.days_before < 0 else end - _YEAR


def origin_of(live: Live, timer: storage.state.TimerRow, active: Active) -> Origin | None:
    """What set a timer; None where that is not there any more, as after an erasure."""
    kind, _, rest = timer.event_id.partition(":")
    if kind == DAY:
        return Origin(date.fromisoformat(rest.partition(":")[0]))
    number = int(rest)
    row = next(iter(live.state.events.after(number - 1, up_to=number)), None)
    if row is None:
        return None
    source = live.project.config.live.sources.get(row.source)
    types = {name: one.type for name, one in active.rules.moments.context.items()}
    return Origin(row.timestamp, told_by_events.context_of(row.payload, source.context if source else {}, types))
