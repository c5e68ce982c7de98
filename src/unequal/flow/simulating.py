"""`simulate routing`: the contact centre of the published base, played in advance under several disciplines and with more or fewer agents."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import ibis

from unequal import config, contact_centre, customer_base, predicates, treatments
from unequal.flow.holding import profile_table, published_moments
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import events_of
from unequal.flow.previewing import RunTerms, protected_of
from unequal.flow.reading import OpenBase, open_base
from unequal.terms.errors import ContactCentreError

Tell = Callable[[str, float], None]

DISCIPLINES: Final = ("first_come", "strict", "guard", "ageing", "c_mu_theta")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
QUARTERS: Final = (Decimal("0.75"), Decimal("1.25"))
_BANDS: Final = ("profitable", "break_even", "unprofitable")
_WEEKS: Final = 52
_ENOUGH: Final = 30
"""A class with fewer measured contacts takes its handling times from all of them."""
_HEAD_START: Final = 60.0
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Wanted:
    """What is to be simulated.

    Args:
        channel: whose contacts are played.
        by: tier or band: what makes classes of customers; tiers where the config declares some, by default.
        weekday: as in WEEKDAYS; the one on which most contacts come, by default.
        disciplines: names of DISCIPLINES.
        guard_seconds: of the discipline guard; as `live.routing` says, by default.
        agents: in the busiest hour, several to compare; the first is the one that disciplines are compared with. From `load` by default.
        reserved: class -> how many of the agents of the busiest hour serve that class alone; nobody does, by default.
        load: the share of their time in which agents would serve if nobody gave up; decides how many there are in each hour.
        contacts: by what the observed contacts are multiplied.
        patience_seconds: an assumption: no base tells of those who gave up.
        lost_share: an assumption: which share of what a customer is expected to bring goes with an abandoned contact.
        agent_hour: what an hour of an agent costs; as the ledger charged it, by default.
        replications: days that are played.
        seed: the same seed gives the same figures.
    """

    channel: str = "phone"
    by: str | None = None
    weekday: str | None = None
    disciplines: tuple[str, ...] = DISCIPLINES
    guard_seconds: float | None = None
    agents: tuple[int, ...] = ()
    reserved: Mapping[str, int] = field(default_factory=dict)
    load: float = 0.95
    contacts: float = 1.0
    patience_seconds: float = 180.0
    lost_share: Decimal = Decimal("0.01")
    agent_hour: Decimal | None = None
    replications: int = 100
    seed: int = 2026


@dataclass(frozen=True)
class Classes:
    """Who is in which class.

    Args:
        of: customer_id and contact_class.
        ranked: the classes that no floor concerns, best first.
        floors: the floor classes, the one that goes before all first.
        targets: seconds within which a class is to be answered.
        head_starts: seconds of those that no floor concerns, under ageing.
    """

    of: ibis.Table
    ranked: tuple[str, ...]
    floors: tuple[str, ...]
    targets: Mapping[str, float]
    head_starts: Mapping[str, float]


@dataclass(frozen=True)
class Seen:
    """What the base tells of a channel.

    Args:
        day: the usual day.
        weekday: which.
        handling: handling times by class.
        brings: what the customer of a contact is expected to bring, in the mean, by class.
        hour_cost: what the ledger charged for an hour of serving; None where it charged nothing.
    """

    day: contact_centre.observed_load.UsualDay
    weekday: int
    handling: Mapping[str, contact_centre.offered_load.Observed]
    brings: Mapping[str, float]
    hour_cost: Decimal | None


@dataclass(frozen=True)
class Simulation:
    """What came of it.

    Args:
        wanted: what was asked.
        currency: the reporting currency, in which all dollars are.
        seen: what the base told.
        classes: names of the classes with contacts, floors first.
        centre: what was played.
        prices: dollars lost with an abandoned contact by class, and of an hour of an agent.
        played: one for each discipline.
        staffing: agents in the busiest hour, and the days with so many under one discipline.
        quarters: the assumption, by what it was multiplied, and the days under each discipline.
    """

    wanted: Wanted
    currency: str
    seen: Seen
    classes: tuple[str, ...]
    centre: contact_centre.simulation.Centre
    prices: contact_centre.comparison.Prices
    played: tuple[contact_centre.simulation.Played, ...]
    staffing: tuple[tuple[int, contact_centre.simulation.Played], ...]
    quarters: tuple[tuple[Decimal, tuple[contact_centre.simulation.Played, ...]], ...]

    @property
    def peak(self) -> int:
        """Agents in the busiest hour."""
        return _peak(self.centre)

    def told(self) -> dict[str, Any]:
        """The same in plain values and sentences; see `simulated.told`."""
        from unequal.flow.simulated import told  # it reads what is made here

        return told(self)

    def named(self, name: str) -> contact_centre.simulation.Played | None:
        """The days under a discipline; None where it was not asked for."""
        return next((one for one in self.played if one.discipline.name == name), None)


def simulate(project: OpenProject, wanted: Wanted, *, tell: Tell = lambda _what, _share: None) -> Simulation:
    """Play the contact centre of the published base.

    Args:
        project: that has been run.
        wanted: what is to be simulated.
        tell: is told what goes on, and which share of it is done.

    Raises:
        StorageError: STO009, nothing is published yet.
        ContactCentreError: CTC009, the base has no contacts of that channel, or no time that any took; CTC010, nobody came on such a day; CTC011, what an
            hour of an agent costs is told neither by the ledger nor by who asks; CTC012, agents are reserved for a class without contacts; CTC044, a day
            has more contacts than can be played; CTC045, more agents are reserved than there are.
        Problems: rules of tiers and floors cannot be read, or read what is protected.
    """
    tell("reading contacts", 0.0)
    with open_base(project) as opened:
        classes = _classes(project, opened, wanted)
        seen = _seen(opened, classes, wanted)
    names, centre = _centre(classes, seen, wanted)
    prices = _prices(names, seen, wanted)
    guard = float(project.config.live.routing.guard_seconds) if wanted.guard_seconds is None else wanted.guard_seconds
    disciplines = [_discipline(name, names, classes, centre, prices, guard) for name in wanted.disciplines]

    def days(at: contact_centre.simulation.Centre, under: Sequence[contact_centre.disciplines.Discipline], what: str) -> Any:
        return contact_centre.simulation.replicate(
            at, under, replications=wanted.replications, seed=wanted.seed, tell=lambda done: tell(what, done / wanted.replications)
        )  # fmt: skip

    played = days(centre, disciplines, "playing days")
    usual = next((each for each in disciplines if each.name == "guard"), disciplines[0])
    as_it_is, peak = played[disciplines.index(usual)], _peak(centre)
    staffing = [
        (agents, as_it_is if agents == peak else days(_staffed(centre, agents, wanted), [usual], f"playing {agents} agents")[0])
        for agents in _numbers(centre, wanted)
    ]
    quarters = [(times, days(_patient(centre, times), disciplines, f"patience × {times}")) for times in QUARTERS]
    return Simulation(wanted, project.config.reporting_currency, seen, names, centre, prices, played, tuple(staffing), tuple(quarters))


def _classes(project: OpenProject, opened: OpenBase, wanted: Wanted) -> Classes:
    live, terms = project.config.live, RunTerms(project, opened)
    tiers = live.tiers if (wanted.by or ("tier" if live.tiers else "band")) == "tier" else {}
    floors = [name for name in config.policies.FLOOR_CLASSES if name in live.floors and live.floors[name].when]
    rules, types = _rules(project, terms, tiers, floors)
    parsed = [rule for _, rule in rules if rule is not None]
    windows = tuple(dict.fromkeys(window for rule in parsed for window in predicates.windows_of(rule)))
    rows = profile_table(opened, "", *(rule.text for rule in parsed))
    rows = customer_base.steps.happened_within(rows, published_moments(opened), windows, at=terms.watermark)
    # What only channels say and what only questions tell is unknown of a base.
    rows = rows.mutate(**{name: ibis.null(stored) for name, stored in types.items() if name not in rows.columns})
    head_starts, targets = _standing(live, tiers)
    shortest = min(targets.values())
    return Classes(
        contact_centre.observed_load.class_of(rows, rules),
        tuple(head_starts),
        tuple(floors),
        {**dict.fromkeys(floors, shortest), **targets},
        head_starts,
    )


def _standing(live: Any, tiers: Mapping[Any, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """The classes that no floor concerns, best first, with their head starts and their targets, as contacts are routed by."""
    rest, usual = contact_centre.observed_load.REST, float(live.routing.wait_seconds)
    if not tiers:
        ranked = (*_BANDS, rest)
        return {name: _HEAD_START * (len(_BANDS) - place) for place, name in enumerate(ranked)}, dict.fromkeys(ranked, usual)
    routed = contact_centre.routing.Centre(live, live.routing)
    waits = {str(name): float(tier.wait_seconds) for name, tier in tiers.items() if tier.wait_seconds is not None}
    # Who is not known, or fits no tier, has no name where contacts are routed.
    head_starts = {name or rest: routed.weights[name] for name in routed.classes}
    return head_starts, {name: waits.get(name, usual) for name in head_starts}


def _rules(
    project: OpenProject, terms: RunTerms, tiers: Mapping[Any, Any], floors: Sequence[config.policies.FloorClass]
) -> tuple[list[tuple[str, predicates.Predicate | None]], Mapping[str, str]]:
    """Class and rule in the order in which they are tried, floors before tiers, or before bands where there are no tiers; and what rules may name."""
    live, events = project.config.live, terms.events | events_of(project.config)
    protected, _ = protected_of(project.config)
    _, ready = treatments.ready((), live, types=terms.types, time_zone=project.config.time_zone, protected=protected, events=events)
    texts: list[tuple[str, str | None, str]] = [(name, live.floors[name].when, f"live.floors.{name}.when") for name in floors]
    texts += [(str(name), tier.when, f"live.tiers.{name}.when") for name, tier in tiers.items()]
    texts += [(name, f"band = '{name}'", "band") for name in _BANDS if not tiers]
    read = [
        (name, None if text is None else predicates.parse(text, ready.types, where=where, events=events)) for name, text, where in texts
    ]
    return read, ready.types


def _seen(opened: OpenBase, classes: Classes, wanted: Wanted) -> Seen:
    base, observed = opened.base, contact_centre.observed_load
    if "interaction" not in base.tables:
        raise ContactCentreError(
            "CTC009", "the base knows no contacts", seen=", ".join(sorted(base.tables)), do="map `interactions` of a source"
        )
    contacts = base.keep(observed.contacts_of(base.table("interaction"), classes.of, wanted.channel))
    lasting = base.fetch(observed.lasting(contacts))
    if not lasting:
        raise ContactCentreError("CTC009", f"no contact by {wanted.channel} tells when it came and how long it took", seen=_channels(opened),
                                 do="name another channel by --channel, or map occurred_at and duration_seconds")  # fmt: skip
    weekday = WEEKDAYS.index(wanted.weekday) if wanted.weekday else None
    day, weekday = observed.usual_day(
        base.fetch(observed.hourly(contacts)), time_zone=base.project.time_zone, weekday=weekday, weeks=_WEEKS
    )  # fmt: skip
    whole = observed.observed(lasting)
    handling = {name: observed.observed(lasting, [name]) for name in day.contacts_an_hour}
    handling = {name: times if len(times.seconds) >= _ENOUGH else whole for name, times in handling.items()}
    brought = base.fetch(observed.bringing(contacts, profile_table(opened, "")))
    charged = base.fetch(observed.cost_of_an_hour(contacts, base.table("entry")))[0]
    hours = Decimal(str(charged["seconds"] or 0)) / 3600
    cost = -Decimal(str(charged["amount"])) / hours if charged["amount"] is not None and hours else None
    return Seen(day, weekday, handling, _brings(brought), cost)


def _channels(opened: OpenBase) -> str:
    found = opened.base.fetch(opened.base.table("interaction").select("channel").distinct())
    return "channels: " + ", ".join(sorted(str(row["channel"]) for row in found if row["channel"] is not None))


def _brings(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """By class; the forecast, or what was brought within a year where nothing is forecast.

    Who is not known is taken for the mean of who is, over contacts: a few of the best customers make no stranger as good as they are.
    """
    found = {str(row["contact_class"]): _figure(row) for row in rows}
    known = sum(contacts for each, contacts in found.values() if each is not None)
    mean = sum(each * contacts for each, contacts in found.values() if each is not None) / known if known else 0.0
    return {name: max(0.0, each if each is not None else mean) for name, (each, _) in found.items()}


def _figure(row: Mapping[str, Any]) -> tuple[float | None, int]:
    """What the customer of a contact brings, and of how many contacts that is the mean."""
    for figure, contacts in (("value_expected", "value_contacts"), ("contribution_12m", "contribution_contacts")):
        if row[figure] is not None:
            return float(row[figure]), int(row[contacts])
    return None, 0


def _centre(classes: Classes, seen: Seen, wanted: Wanted) -> tuple[tuple[str, ...], contact_centre.simulation.Centre]:
    names = tuple(name for name in (*classes.floors, *classes.ranked) if any(seen.day.contacts_an_hour.get(name, ())))
    offered = tuple(
        contact_centre.offered_load.OfferedClass(
            name, tuple(rate * wanted.contacts for rate in seen.day.contacts_an_hour[name]), seen.handling[name], wanted.patience_seconds
        )
        for name in names
    )  # fmt: skip
    if strangers := sorted(wanted.reserved.keys() - set(names)):
        raise ContactCentreError(
            "CTC012", "agents are reserved for a class without contacts", seen=", ".join(strangers), do=f"name one of {', '.join(names)}"
        )
    contact_centre.offered_load.check_size(offered, interval_seconds=3600.0)
    _check_reserved(offered, wanted)
    centre = contact_centre.simulation.Centre(
        offered, _pools(offered, wanted.load, wanted), tuple(classes.targets[name] for name in names),
        busyness_variation=seen.day.busyness_variation,
    )  # fmt: skip
    return names, _staffed(centre, wanted.agents[0], wanted) if wanted.agents else centre


def _check_reserved(classes: Sequence[contact_centre.offered_load.OfferedClass], wanted: Wanted) -> None:
    """Refuse to reserve more agents than leave one for everybody in the busiest hour."""
    reserved = sum(wanted.reserved.values())
    fewest = min(wanted.agents, default=0) or math.ceil(round(max(_loads(classes)) / wanted.load, 9))
    if reserved and reserved >= fewest:
        raise ContactCentreError("CTC045", "more agents are reserved than there are", where="--reserved",
                                 seen=f"{reserved} reserved, {fewest} agents in the busiest hour",
                                 do="reserve fewer, so that one is left for everybody, or ask for more by --agents")  # fmt: skip


def _loads(classes: Sequence[contact_centre.offered_load.OfferedClass]) -> list[float]:
    """The load of each hour in Erlang."""
    hours = zip(*(one.contacts_an_hour for one in classes), strict=True)
    return [sum(rate * one.handling.mean_seconds for rate, one in zip(hour, classes, strict=True)) / 3600.0 for hour in hours]


def _pools(
    classes: Sequence[contact_centre.offered_load.OfferedClass], load: float, wanted: Wanted
) -> tuple[contact_centre.simulation.Pool, ...]:
    """As many agents in each hour as its load needs, none where nobody comes; those reserved for a class first, and at least one for everybody."""
    loads = _loads(classes)
    left = [math.ceil(round(each / load, 9)) for each in loads]
    pools = []
    for name, most in wanted.reserved.items():
        taken = tuple(max(0, min(math.ceil(round(most * each / max(loads), 9)), free - 1)) for each, free in zip(loads, left, strict=True))
        left = [free - each for free, each in zip(left, taken, strict=True)]
        pools.append(contact_centre.simulation.Pool(taken, (name,)))
    return (*pools, contact_centre.simulation.Pool(tuple(left)))


def _peak(centre: contact_centre.simulation.Centre) -> int:
    """Agents in the busiest hour."""
    return int(centre.agents.sum(axis=0).max())


def _staffed(centre: contact_centre.simulation.Centre, peak: int, wanted: Wanted) -> contact_centre.simulation.Centre:
    """With so many agents in the busiest hour, and in the others as their load is to that one's."""
    return replace(centre, pools=_pools(centre.classes, max(_loads(centre.classes)) / peak, wanted))


def _patient(centre: contact_centre.simulation.Centre, times: Decimal) -> contact_centre.simulation.Centre:
    return replace(centre, classes=tuple(replace(one, patience_seconds=one.patience_seconds * float(times)) for one in centre.classes))


def _numbers(centre: contact_centre.simulation.Centre, wanted: Wanted) -> list[int]:
    """Agents in the busiest hour that are compared: those asked for, or one in twenty fewer and more, but never too few for those reserved."""
    if len(wanted.agents) > 1:
        return sorted(set(wanted.agents))
    peak = _peak(centre)
    step = max(1, round(peak / 20))
    return [each for each in (peak - step, peak, peak + step, peak + 2 * step) if each > sum(wanted.reserved.values())]


def _prices(names: Sequence[str], seen: Seen, wanted: Wanted) -> contact_centre.comparison.Prices:
    hour = wanted.agent_hour if wanted.agent_hour is not None else seen.hour_cost
    if hour is None:
        raise ContactCentreError("CTC011", "nothing tells what an hour of an agent costs", seen="no activity was charged for these contacts",
                                 do="give it by --agent-hour, or declare what contacts cost under ledger.activities")  # fmt: skip
    lost = tuple((wanted.lost_share * Decimal(seen.brings.get(name, 0.0))).quantize(_CENT, ROUND_HALF_UP) for name in names)
    return contact_centre.comparison.Prices(lost, hour.quantize(_CENT, ROUND_HALF_UP))


def _discipline(
    name: str, names: Sequence[str], classes: Classes, centre: contact_centre.simulation.Centre, prices: contact_centre.comparison.Prices, guard: float,
) -> contact_centre.disciplines.Discipline:  # fmt: skip
    floors, ranked = [each for each in names if each in classes.floors], [each for each in names if each not in classes.floors]
    kinds = contact_centre.disciplines
    if name == "first_come":
        return kinds.first_come(ranked, floors=floors)
    if name == "guard":
        return kinds.guard(ranked, seconds=guard, floors=floors)
    if name == "ageing":
        return kinds.ageing(ranked, weights=[classes.head_starts[each] for each in ranked], floors=floors)
    if name == "c_mu_theta":
        at = [names.index(each) for each in ranked]
        return kinds.c_mu_theta(
            ranked, floors=floors, abandonment_costs=[float(prices.lost[place]) for place in at],
            handling_seconds=[centre.classes[place].handling.mean_seconds for place in at],
            patience_seconds=[centre.classes[place].patience_seconds for place in at],
        )  # fmt: skip
    return kinds.strict(ranked, floors=floors)
