"""What treatments were tried on whom, from the state, for questions that hold it against the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from unequal import config, experiments, storage
from unequal.flow.clock import day_in
from unequal.flow.returning import is_returned
from unequal.terms.lines import Line
from unequal.treatments import shapes, tiers

_ARMS = {
    "policy": "string", "customer_id": "string", "arm": "string", "drawn_at": "timestamp", "drawn_on": "date", "share_held_out": "float64",
}  # fmt: skip
_HOUSEHOLD = "household"
_DAYS, _CUSTOMERS = 90, 10_000
"""As a policy is measured that says nothing."""
_CONTACTS = {
    "customer_id": "string", "policy": "string", "policy_version": "int64", "made_on": "date", "cost": "decimal(18, 4)", "dollars": "decimal(18, 4)",
}  # fmt: skip


def trials(
    engine: storage.Engine, state: storage.State, project: config.Project, published_at: datetime, until: datetime | None = None
) -> experiments.trials.Trials | None:
    """What was tried, as the state tells it.

    Args:
        engine: which questions are asked of.
        state: the state.
        project: whose.
        published_at: when the run that is asked was made, naive UTC.
        until: lots and contacts of later count for nothing, as where an older run is asked; all count by default.

    Returns:
        None where no lot was drawn yet.
    """
    arms = _before(state.arms(), "drawn_at", until)
    if not arms.num_rows:
        return None
    contacts = _before(state.contacts_made(), "made_at", until)
    zone = ZoneInfo(project.time_zone)
    return experiments.trials.Trials(
        _tried(project, state.policy_versions(), _versions(contacts), set(arms["policy"].to_pylist())),
        engine.rows(_ARMS, _on_days(arms, "drawn_at", "drawn_on", zone).select(list(_ARMS))),
        engine.rows(_CONTACTS, _on_days(contacts, "made_at", "made_on", zone).select(list(_CONTACTS))),
        cost_lines=_cost_lines(project),
        today=day_in(zone, published_at),
    )


def _cost_lines(project: config.Project) -> frozenset[Line]:
    """The lines on which a source books what contacts cost to the customers themselves: a rule's, or else an amount's own."""
    found: set[Line] = set()
    for source in project.sources.values():
        posted = source.postings
        # What is spread over a level costs those who were not contacted as much, and says nothing of an arm.
        if posted is not None and posted.level == "customer" and is_returned(source, "contacts"):
            found |= {amount.line for amount in posted.amounts.values()} | {rule.line for rule in posted.rules}
    return frozenset(found)


def _before(table: pa.Table, column: str, until: datetime | None) -> pa.Table:
    return table if until is None else table.filter(pa.compute.less_equal(table[column], pa.scalar(until, pa.timestamp("us"))))


def _on_days(table: pa.Table, moment: str, day: str, zone: ZoneInfo) -> pa.Table:
    """The table with the company's day of a moment beside it."""
    days = [day_in(zone, at) for at in table[moment].to_pylist()]
    return table.append_column(day, pa.array(days, pa.date32()))


def _versions(contacts: pa.Table) -> dict[str, set[int]]:
    """Of each policy the versions that reached somebody."""
    found: dict[str, set[int]] = {}
    pairs: Sequence[Any] = contacts.group_by(["policy", "policy_version"]).aggregate([]).to_pylist()
    for pair in pairs:
        if pair["policy_version"] is not None:
            found.setdefault(pair["policy"], set()).add(pair["policy_version"])
    return found


def _tried(
    project: config.Project, every: Iterable[storage.state.PolicyVersion], reached: dict[str, set[int]], drawn: set[str]
) -> dict[str, experiments.trials.Tried]:
    """What lots were drawn for: policies, each by its newest version that acted, and levels of service that a lot lets some have."""
    found: dict[str, experiments.trials.Tried] = {}
    for one in every:
        if one.name in drawn and one.name not in found and one.approved_at is not None:
            found[one.name] = _of_policy(project, one, tuple(sorted(reached.get(one.name, ()))))
    share = float(1 - Decimal(project.live.tier_trial))
    for name in drawn:
        if name.startswith(tiers.TRIAL) and share < 1:
            tier = name.removeprefix(tiers.TRIAL)
            found[name] = experiments.trials.Tried(name, f"the service above that of {tier}", _DAYS, _CUSTOMERS, share)
    held = project.live.experiments
    if shapes.UNIVERSAL in drawn and float(held.universal_holdout):
        found[shapes.UNIVERSAL] = experiments.trials.Tried(
            shapes.UNIVERSAL, "all direct marketing", _DAYS, _CUSTOMERS, float(held.universal_holdout),
            by_household=held.assign_by == _HOUSEHOLD, is_whole=True,
        )  # fmt: skip
    return dict(sorted(found.items()))


def _of_policy(project: config.Project, one: storage.state.PolicyVersion, versions: tuple[int, ...]) -> experiments.trials.Tried:
    declared = config.policies.read_policy(one.text, one.name, version=one.version).policy
    measure, acts = declared.measure, one.retired_at is None
    return experiments.trials.Tried(
        one.name, declared.objective.replace("_", " "), measure.days, measure.customers, float(declared.holdout),
        (declared.assign_by or project.live.experiments.assign_by) == _HOUSEHOLD, False, versions, acts, "" if acts else one.retired_by or "",
    )  # fmt: skip


def last_allotted(state: storage.State, project: config.Project, until: datetime | None = None) -> tuple[date, shapes.Plan] | None:
    """The last plan that was made where there was not enough for all, and the day on which.

    Args:
        state: the state.
        project: whose.
        until: as where an older run is asked: what was planned later is not known yet.

    Returns:
        None where no batch was allotted.
    """
    row = state.last_allocation(until)
    return None if row is None else (day_in(ZoneInfo(project.time_zone), row.at), shapes.Plan.of_told(orjson.loads(row.plan)))
