"""Days of the profile that policies wait for: once a day and run they are looked up, and a timer is set for each customer whose day nears."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis

from unequal import config, storage
from unequal.flow import due_times
from unequal.flow.clock import day_in
from unequal.flow.profiles import profile_table
from unequal.flow.reading import open_base

if TYPE_CHECKING:
    from unequal.flow.live import Live


class Milestones:
    """Remembers what was looked up. Whoever does so again, or in another process, sets nothing twice: a day sets one timer of a policy."""

    def __init__(self) -> None:
        self._looked: object = None

    def put(self, live: Live, now: datetime) -> int:
        """Set the timers of days that near; how many were new.

        Args:
            live: the moment of contact.
            now: naive UTC.
        """
        active = live.policies.active()
        waiting = [one for one in map(active.declared, active.versions) if one.trigger is not None and one.trigger.on is None]
        today = day_in(active.rules.zone, now)
        looked = (today, live.profiles.version, active.change)
        if not waiting or looked == self._looked:
            return 0
        rows = [row for policy in waiting for row in _rows(live, policy, today, active.rules.zone)]
        put = live.state.timers.put(rows) if rows else 0
        self._looked = looked
        return put


def _rows(live: Live, policy: config.policies.Policy, today: date, zone: ZoneInfo) -> list[storage.state.TimerRow]:
    trigger = policy.trigger
    assert trigger is not None, "a policy that waits for a day has a trigger"
    assert trigger.on_day is not None, "a policy that waits for a day names it"
    # From what may still act though it is late, to what comes due by tomorrow: who looks once a day misses nothing.
    late = timedelta(minutes=trigger.late_minutes + trigger.delay_minutes)
    first, last = today + timedelta(days=trigger.days_before) - late - timedelta(days=1), today + timedelta(days=trigger.days_before + 1)
    rows = []
    for customer_id, day in _days(live, trigger.on_day, first, last):
        due = due_times.before_day(policy, day, zone)
        if due is not None:
            rows.append(storage.state.TimerRow(policy.policy, customer_id, due_times.name_of_day(day, customer_id), due))
    return rows


def _days(live: Live, column: str, first: date, last: date) -> list[tuple[str, date]]:
    """Customers whose day lies between two days, both of them in it; test accounts have none."""
    with open_base(live.project) as opened:
        table = profile_table(opened, column)
        day = table[column] if table[column].type().is_date() else table[column].try_cast("date")
        wanted = table.filter(day.between(ibis.literal(first), ibis.literal(last)), ~table["is_test"].fill_null(False))
        return [
            (row["customer_id"], row["day"]) for row in opened.engine.fetch(wanted.select("customer_id", day=day).order_by("customer_id"))
        ]
