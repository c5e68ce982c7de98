"""Tasks of hosts: made from the published base, listed, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from unequal import config, contact_centre, storage
from unequal.flow.clock import day_in
from unequal.flow.opening import OpenProject
from unequal.flow.reading import OpenBase, open_base
from unequal.flow.tier_preview import TierRules, held_tiers, with_held
from unequal.terms.errors import ContactCentreError
from unequal.terms.ids import new_id

_OPEN: Final = "open"
CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class HostPlan:
    """What planning did.

    Args:
        made: the new tasks, the most dollars first.
        deserving: customers with a host and a signal, whether or not there is room for them.
        resting: of those, how many have an open task or rest after one.
        without_room: of those, how many are left out because their host has no room.
        dropped: open tasks of customers who had become one with another that has a task.
    """

    made: Sequence[storage.state.HostTaskRow]
    deserving: int
    resting: int
    without_room: int
    dropped: int


class HostDesk:
    """Who should call whom, and what came of it.

    Args:
        project: that has been run.
        state: open.
        clock: naive UTC.
    """

    def __init__(self, project: OpenProject, state: storage.state.LiveState, clock: Callable[[], datetime]) -> None:
        self._project, self._state, self._clock = project, state, clock

    def plan(self) -> HostPlan:
        """Make tasks of the customers with most at stake, as far as their hosts have room.

        Raises:
            ContactCentreError: CTC040, the project declares no tasks of hosts; CTC041, nothing names a host.
            Problems: PRD codes, a rule cannot be read.
        """
        declared, now = _declared(self._project), self._clock()
        dropped = self._state.hosts.drop_doubles(now)
        with open_base(self._project) as opened:
            wanted = _deserving(self._project, opened, held_tiers(self._state, self._project.config.live.tiers))
        tasks = self._state.hosts.tasks()
        spared = _spared(tasks, now - timedelta(days=declared.rest_days))
        busy = Counter(one.host for one in tasks if one.status == _OPEN)
        chosen = contact_centre.host_tasks.chosen(wanted, busy=busy, spared=spared, at_most=declared.at_most)
        due_on = day_in(ZoneInfo(self._project.config.time_zone), now) + timedelta(days=declared.due_days)
        rows = [
            storage.state.HostTaskRow(new_id(now), one.customer_id, one.host, one.reason, _dollars(one.stake_expected), due_on, now)
            for one in chosen
        ]
        made = self._state.hosts.add(rows, at_most=declared.at_most)
        resting = sum(one.customer_id in spared for one in wanted)
        return HostPlan(made, len(wanted), resting, len(wanted) - resting - len(made), dropped)

    def tasks(self, *, host: str | None = None, is_open: bool = True) -> list[storage.state.HostTaskRow]:
        """Tasks, the most dollars first: the open ones, or all, of one host or of all hosts."""
        return [one for one in self._state.hosts.tasks() if host in (None, one.host) and (one.status == _OPEN or not is_open)]

    def finish(self, task_id: str, *, outcome: str, author: str) -> None:
        """Write down what came of a task.

        Raises:
            ContactCentreError: CTC042, there is no such open task; CTC043, nothing of the kind can come of one.
        """
        if outcome not in contact_centre.host_tasks.OUTCOMES:
            raise ContactCentreError("CTC043", "that cannot come of a task", seen=outcome[:80],
                                     do=f"say one of: {', '.join(contact_centre.host_tasks.OUTCOMES)}")  # fmt: skip
        if not self._state.hosts.finish(task_id, outcome=outcome, at=self._clock(), author=author):
            raise ContactCentreError(
                "CTC042", "there is no such open task", seen=task_id[:80], do="look at the list of those that are open"
            )


def _declared(project: OpenProject) -> config.policies.Hosts:
    declared = project.config.live.hosts
    if declared is None:
        raise ContactCentreError(
            "CTC040", "no tasks of hosts are declared", where="live.hosts", do="declare them: docs/how-to/host-tasks.md"
        )
    return declared


def _deserving(project: OpenProject, opened: OpenBase, held: Sequence[Mapping[str, object]]) -> list[contact_centre.host_tasks.Deserving]:
    """Customers with a host, a signal and something to lose, by the published base and the tiers that are remembered."""
    live, declared = project.config.live, _declared(project)
    rules = TierRules(project, opened)
    hosts = {name: tier.host for name, tier in live.tiers.items() if tier.host is not None}
    if declared.attribute is None and not hosts:
        raise ContactCentreError("CTC041", "nothing names a host", where="live.hosts",
                                 do="name the attribute that has it as live.hosts.attribute, or give a tier a host")  # fmt: skip
    if declared.attribute is not None and declared.attribute not in rules.terms.types:
        raise ContactCentreError("CTC041", "the attribute that should name hosts is not there", where="live.hosts.attribute",
                                 seen=declared.attribute, do="map it as an attribute of a source, or name another")  # fmt: skip
    signals = [(one.words, rules.parsed(one.when, f"live.hosts.signals.{name}.when")) for name, one in declared.signals.items()]
    of_tiers, floors = rules.of(live.tiers), rules.floors()
    every = [*of_tiers.values(), *floors, *(rule for _, rule in signals)]
    rows = rules.rows(opened, every, declared.attribute)
    beside = with_held(opened, rows, held)
    tiered = beside.mutate(tier=beside["held"].fill_null(contact_centre.tiers.tier_of(beside, live.tiers, of_tiers, floors)))
    hosted = tiered.mutate(host=contact_centre.host_tasks.host_of(tiered, hosts, declared.attribute))
    return [contact_centre.host_tasks.Deserving(**row) for row in opened.engine.fetch(contact_centre.host_tasks.deserving(hosted, signals))]


def _spared(tasks: Sequence[storage.state.HostTaskRow], since: datetime) -> set[str]:
    """Customers who have an open task, or one that was done since an instant."""
    return {one.customer_id for one in tasks if one.status == _OPEN or (one.status == "done" and (one.outcome_at or since) > since)}


def _dollars(stake_expected: float) -> Decimal:
    """An estimate in whole cents, as a list shows it."""
    return Decimal(str(stake_expected)).quantize(CENT)
