"""What an incentive of some agents does to time and to repeat contacts, beside what changed for the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import numpy as np

from unequal import customer_base
from unequal.answers.answer import Figure
from unequal.answers.base import Base
from unequal.answers.forecasts import estimate
from unequal.answers.occasions import knows_dollars
from unequal.terms.amounts import money_text, share_text

steadying = customer_base.steps.experience.steadying
_FEWEST = 2


@dataclass(frozen=True)
class Paid:
    """What changed for those who are paid for something, beside the others.

    Args:
        pays_for: in words.
        since: the first day.
        teams: whose agents are paid.
        agents: how many agents of theirs, and how many others, answered before and after.
        again: share of matters that came again.
        seconds: time of a contact; None where nobody measured it.
        after: their first contacts since then, and all of them.
        a_second: what a second of a contact costs; None where it is not known.
        again_seconds: how long a repeat contact takes them.
    """

    pays_for: str
    since: date
    teams: tuple[str, ...]
    agents: tuple[int, int]
    again: steadying.Change
    seconds: steadying.Change | None
    after: tuple[int, int]
    a_second: Decimal | None
    again_seconds: float | None


def told(base: Base, contacts: ibis.Table) -> Paid | None:
    """The effect of the first incentive that some agents have; None where none is declared, or too few agents tell.

    Args:
        base: the run.
        contacts: SERVICE_CONTACT that are asked about.
    """
    section = base.project.agents
    if section is None or section.incentive is None:
        return None
    begins = base.fetch(contacts.aggregate(day=contacts["incentive_from"].min()))[0]["day"]
    if not isinstance(begins, date):
        return None
    rows = base.fetch(_by_agent(contacts, begins).order_by("agent"))
    whole = [row for row in rows if row["before_cases"] and row["after_cases"]]
    concerned = np.array([row["incentive_from"] == begins for row in whole], dtype=np.bool_)
    if concerned.sum() < _FEWEST or (~concerned).sum() < _FEWEST:
        return None
    weight = np.array([row["after_cases"] for row in whole], dtype=np.float64)
    before, after = (np.array([row[f"{when}_again"] for row in whole], dtype=np.float64) for when in ("before", "after"))
    theirs = [row for row in whole if row["incentive_from"] == begins]
    timed = all(row[f"{when}_seconds"] is not None for row in whole for when in ("before", "after"))
    slow, quick = (np.array([row[f"{when}_seconds"] if timed else 0.0 for row in whole], dtype=np.float64) for when in ("before", "after"))
    return Paid(
        section.incentive.pays_for, begins, tuple(sorted({str(row["team"]) for row in theirs if row["team"] is not None})),
        (int(concerned.sum()), int((~concerned).sum())), steadying.change_beside_others(before, after, weight, concerned),
        steadying.change_beside_others(slow, quick, weight, concerned) if timed else None,
        (sum(int(str(row["after_cases"])) for row in theirs), sum(int(str(row["after_contacts"])) for row in theirs)),
        a_second(base), _mean([row["again_seconds"] for row in theirs]),
    )  # fmt: skip


def _by_agent(contacts: ibis.Table, begins: date) -> ibis.Table:
    """For each agent contacts, matters that came again, and time, before and after a day; who began otherwise paid is left out."""
    named = contacts.filter(contacts["agent"].notnull(), contacts["incentive_from"].isnull() | (contacts["incentive_from"] == begins))
    later = named["occurred_on"] >= ibis.literal(begins)
    first = ~named["is_again"] & named["came_again"].notnull()
    again = named["came_again"].cast("int64").cast("float64")
    seconds = named["duration_seconds"].cast("float64")
    nothing = ibis.null("float64")
    measures: dict[str, Any] = {"again_seconds": ibis.ifelse(named["is_again"] & later, seconds, nothing).mean()}
    for when, inside in (("before", ~later), ("after", later)):
        measures |= {
            f"{when}_contacts": ibis.ifelse(inside, 1, 0).sum().cast("int64"),
            f"{when}_cases": ibis.ifelse(inside & first, 1, 0).sum().cast("int64"),
            f"{when}_again": ibis.ifelse(inside & first, again, nothing).mean(),
            f"{when}_seconds": ibis.ifelse(inside, seconds, nothing).mean(),
        }
    return named.group_by("agent").aggregate(team=named["team"].min(), incentive_from=named["incentive_from"].min(), **measures)


def _mean(values: list[Any]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def a_second(base: Base) -> Decimal | None:
    """What a second of answering contacts costs, by the activities that do it; None where none is declared."""
    section = base.project.agents
    doing = [name for name, activity in base.project.ledger.activities.items() if section and activity.each == section.contacts]
    if not doing or "activity_cost" not in base.tables or not knows_dollars(base.project):
        return None
    costs = base.tables.get("activity_sum", base.table("activity_cost"))
    found = base.fetch(
        costs.filter(costs["activity"].isin(doing)).aggregate(cost=costs["amount"].sum(), seconds=costs["used_seconds"].sum())
    )[0]
    cost, seconds = found["cost"], found["seconds"]
    return -Decimal(str(cost)) / Decimal(str(seconds)) if cost is not None and seconds else None


def sentence(base: Base, paid: Paid | None) -> str:
    """What they are paid for, and what it goes with."""
    if paid is None:
        return ""
    section = base.project.agents
    asked = f" while {section.asked_for} is asked for" if section and section.asked_for else ""
    who = " and ".join(paid.teams) or f"{paid.agents[0]} agents"
    more, low, high = (share_text(round(abs(end), 4)) for end in (paid.again.expected, *_ends(paid.again)))
    way = "more" if paid.again.expected >= 0 else "fewer"
    found = (
        f"{who}, paid for {paid.pays_for} since {paid.since}{asked}: {more} of matters {way} come again than the other agents' change explains "
        f"(between {low} and {high}, nine times in ten)"
    )
    if not paid.again.is_told_apart:
        found = f"{who}, paid for {paid.pays_for} since {paid.since}{asked}: whether more come again cannot be told apart from chance ({_signed(paid.again)})"
    dollars = _dollars(paid)
    if dollars is None:
        return f"{found}."
    currency = base.project.reporting_currency
    cost, saved = (money_text(estimate(part), currency) for part in dollars)
    return f"{found}; that is {cost} of repeat contacts, against {saved} of time in which they were quicker."


def _ends(change: steadying.Change) -> tuple[float, float]:
    return (change.low, change.high) if change.expected >= 0 else (change.high, change.low)


def _signed(change: steadying.Change) -> str:
    return f"{change.low:+.1%} to {change.high:+.1%}"


def _dollars(paid: Paid) -> tuple[float, float] | None:
    """What the repeat contacts cost since then, and what the quicker ones saved; None where time costs nothing that is known."""
    if paid.a_second is None or paid.seconds is None or paid.again_seconds is None:
        return None
    rate = float(paid.a_second)
    return paid.again.expected * paid.after[0] * paid.again_seconds * rate, -paid.seconds.expected * paid.after[1] * rate


def findings(base: Base, paid: Paid | None) -> Iterator[str]:
    """How it was measured, and what is not in it."""
    section = base.project.agents
    if section is not None and section.incentive is None:
        yield "What agents are paid for is not declared (agents.incentive), so nothing is said of what it does."
    elif paid is None:
        yield "What the incentive does cannot be told: too few agents answered both before and after it, with it and without."
    if paid is None:
        return
    if paid.seconds is not None:
        low, high = sorted((-paid.seconds.low, -paid.seconds.high))
        yield f"Their contacts take {-paid.seconds.expected:,.0f} seconds less than the other agents' change explains (between {low:,.0f} and {high:,.0f})."
    yield (
        f"Measured on {paid.agents[0]} agents with it and {paid.agents[1]} without, before and after {paid.since}: each agent is one observation, and "
        "what else changed for one team only is in it."
    )
    if _dollars(paid) is not None:
        yield "The dollars are time at what it cost; what a customer who has to come again thinks of it, and what he then brings, is not in them."


def figures(base: Base, paid: Paid | None) -> Iterator[Figure]:
    """The effect with its ends."""
    if paid is None:
        return
    yield Figure("incentive_again", "Matters that come again, with the incentive", round(paid.again.expected, 6), "share",
                 low=round(paid.again.low, 6), high=round(paid.again.high, 6), note="association")  # fmt: skip
    if paid.seconds is not None:
        yield Figure("incentive_seconds", "Seconds of a contact, with the incentive", round(paid.seconds.expected, 1), "seconds",
                     low=round(paid.seconds.low, 1), high=round(paid.seconds.high, 1), note="association")  # fmt: skip
    dollars = _dollars(paid)
    if dollars is not None and paid.a_second is not None and paid.again_seconds is not None and paid.seconds is not None:
        each = paid.after[0] * paid.again_seconds * float(paid.a_second)
        every = paid.after[1] * float(paid.a_second)
        currency = base.project.reporting_currency
        yield Figure("incentive_repeat_cost", "Cost of the repeat contacts it goes with", estimate(dollars[0]), currency,
                     low=estimate(paid.again.low * each), high=estimate(paid.again.high * each), note="association")  # fmt: skip
        yield Figure("incentive_time_saved", "Cost of the time it goes with saving", estimate(dollars[1]), currency,
                     low=estimate(-paid.seconds.high * every), high=estimate(-paid.seconds.low * every), note="association")  # fmt: skip
