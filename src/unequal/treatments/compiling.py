"""Policies and the rules of every moment, made ready once: texts parsed and compiled, places looked up, dollars that are fixed summed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from unequal import config, predicates
from unequal.terms.errors import Problems, UnequalError
from unequal.treatments import wording
from unequal.treatments.bounds import Bounds, bounds_of
from unequal.treatments.checking import check, reads_protected
from unequal.treatments.consenting import consent_withheld
from unequal.treatments.shapes import Consent, Holds
from unequal.treatments.worth import Amount, Bid, added, total

BAND_IS_STABLE: Final = "band_is_stable"
HOUSEHOLD: Final = "household_id"
_CONTEXT: Final = "context_"
_STORED: Final = {"text": "string", "decimal": "decimal(28, 10)", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy made ready.

    Args:
        name, version, config: as declared.
        texts: of eligible, applicable and suitable what is declared, parsed: for whole bases.
        gates: the same for one row, each with the code of the policy that falls there.
        bid: what it offers.
        reads: the columns that its rules and dollars read.
        holdout: the share held out; 0 for one that serves a floor, from which nobody is held out.
        by_household: whether its lot draws whole households.
        is_universal: whether the universal holdout is held out of it: it is direct marketing, and serves no floor.
        budget: the most it may spend, and the code where that is spent.
        topics: its name, action, group and issue: what a customer may not wish to hear of.
        is_always: whether it may be chosen in any moment, without a trigger.
        said: of each channel whose content says something of the moment, the places where that stands in a row.
        contents: of each channel its content, as it is told.
    """

    name: str
    version: int
    config: config.policies.Policy
    texts: tuple[predicates.Predicate, ...]
    gates: tuple[tuple[str, Holds], ...]
    bid: Bid
    variants: tuple[predicates.Predicate, ...]
    reads: frozenset[str]
    holdout: Decimal
    budget: tuple[Decimal, str] | None
    topics: tuple[str, ...]
    is_always: bool
    said: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_household: bool = False
    is_universal: bool = False

    def is_exhausted(self, spent: Decimal) -> bool:
        """Whether its budget does not reach for one more, where so much of it is spent."""
        return self.budget is not None and added(spent, self.bid.cost) > self.budget[0]


@dataclass(frozen=True, slots=True)
class Offer:
    """A policy in one channel, with its dollars."""

    policy: Policy
    parts: Mapping[str, Decimal] | None
    dollars: Decimal | None
    score: Decimal | None
    order: tuple[int, Decimal, str]


@dataclass(frozen=True, slots=True)
class Line:
    """The policies of one channel.

    Args:
        cost: of one contact by it.
        policies: those that have content for it, by name; absent: those that have none.
        floors: of them those that serve a floor.
        bounds: of the others, what none can exceed.
        sieve: of the same, which may act on a row; numbered as `bounds` numbers them.
        purposes: of each purpose the bits of those that serve it.
        readers: of each column that a question tells, the line of the policies that read it.
        others: of each such column, the line without those.
    """

    cost: Decimal
    policies: tuple[Policy, ...]
    absent: tuple[Policy, ...]
    floors: tuple[Policy, ...]
    bounds: Bounds
    sieve: predicates.sieving.Sieve
    purposes: tuple[tuple[str, int], ...] = ()
    readers: Mapping[str, Line] = field(default_factory=dict)
    others: Mapping[str, Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies, made ready, by name; `lines` holds them by channel."""

    all: tuple[Policy, ...]
    lines: Mapping[str, Line]
    by_name: Mapping[str, Policy]

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def named(self, name: str) -> Policy:
        """The policy of a name; KeyError where there is none."""
        return self.by_name[name]

    def exhausted(self, spent: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Of what policies have spent, what a choice must know: where the budget does not reach for one more."""
        return {one.name: spent[one.name] for one in self.all if one.name in spent and one.is_exhausted(spent[one.name])}

    def line(self, channel: str) -> Line:
        """What a channel offers; nothing where no policy is for it."""
        return self.lines.get(channel) or Line(Decimal(0), (), self.all, (), bounds_of((), Decimal(0)), predicates.sieving.sieve((), {}))


@dataclass(frozen=True, slots=True)
class Asking:
    """A question made ready: of each answer what the column then holds, and its likely share."""

    name: str
    config: config.policies.Question
    place: int
    holds: Mapping[str, object]
    likely: Mapping[str, Fraction]
    cost: Decimal


@dataclass(frozen=True)
class Rules:
    """What holds at every moment, made ready.

    Args:
        moments: as declared.
        zone: the company's.
        places: of each column its place in a whole row: the profile's, then windows, context, and what only questions tell.
        width: how many columns the profile has.
        windows, context, told: what is put behind them, in that order.
        floors: the highest first; whom each concerns, and the purposes it silences.
        floor_rules: those rules laid out by column: whom a floor may concern.
        greetings: the first that holds.
        tiers: the first that holds; with the rule by which who has it keeps it.
        kin: of each policy its group and issue.
        types: of each column its type, as predicates were parsed.
        currency: the reporting currency, for reasons.
        reads: columns of the profile that anything here or in the policies reads, and their places.
        events: those that it reads.
    """

    moments: config.policies.Moments
    zone: ZoneInfo
    places: Mapping[str, int]
    width: int
    windows: tuple[predicates.windows.Window, ...]
    context: tuple[str, ...]
    told: tuple[str, ...]
    floors: tuple[tuple[str, Holds | None, frozenset[str]], ...]
    greetings: tuple[tuple[str, Holds | None], ...]
    tiers: tuple[tuple[str, Holds | None, Holds | None], ...]
    questions: tuple[Asking, ...]
    kin: Mapping[str, tuple[str, str]]
    types: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    reads: Mapping[str, int] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    floor_rules: predicates.sieving.Sieve = field(default_factory=lambda: predicates.sieving.sieve((), {}))

    @cached_property
    def floors_asked(self) -> tuple[tuple[str, Holds | None, frozenset[str]], ...]:
        """The floors that a rule tells to be in force, and not the channel alone."""
        return tuple(one for one in self.floors if one[1] is not None)

    @cached_property
    def tier_order(self) -> tuple[str, ...]:
        """The tiers by rank, the best first: those that take service away stand below all others."""
        return tuple(sorted(self.moments.tiers, key=lambda name: self.moments.tiers[name].takes_service_away))

    @cached_property
    def universal_holdout(self) -> Decimal:
        """The share whom no direct marketing reaches."""
        return Decimal(self.moments.experiments.universal_holdout)

    @cached_property
    def universal_by_household(self) -> bool:
        """Whether the lot of the universal holdout draws whole households."""
        return self.moments.experiments.assign_by == "household"

    @cached_property
    def tier_trial(self) -> Decimal:
        """The share of each tier but the best that is served as the tier above it."""
        return Decimal(self.moments.tier_trial)

    def consent_withheld(self, purpose: str, channel: str, consents: Sequence[Consent], at: datetime) -> str | None:
        """The code at which a contact falls by the customer's own words; see consenting.consent_withheld."""
        return consent_withheld(purpose, channel, self.moments, consents, at)

    @cached_property
    def read_places(self) -> tuple[int, ...]:
        """The places of those columns."""
        return tuple(self.reads.values())


def ready(
    declared: Sequence[config.policies.Declared], moments: config.policies.Moments, *, types: Mapping[str, str], time_zone: str,
    places: Mapping[str, int] | None = None, protected: Collection[str] = (), events: Collection[str] = (), currency: str = "",
    untold: Collection[str] = (),
) -> tuple[Policies, Rules]:  # fmt: skip
    """Make policies and rules ready to choose by; every problem of all of them is told at once.

    Args:
        declared: the policies that may act.
        moments: what holds at every moment.
        types: the profile's columns and their Ibis types; those of protected attributes too, where they are held.
        time_zone: the company's.
        places: where the columns stand in a row; in the order of `types` by default.
        protected: attributes that are protected, held or not.
        events: events that windows may name.
        currency: the reporting currency.
        untold: columns of the profile that are known of no customer, of those that `counts` names.

    Raises:
        Problems: TRT001 to TRT012, as `check`; PRD codes, a rule cannot be read.
    """
    width = len(types)
    texts = _Texts({**types, **_beside(moments, types)}, frozenset(events), frozenset(protected))
    problems: list[UnequalError] = [*check(declared, moments, types=types, protected=protected, events=events, untold=untold)]
    read = [texts.of_policy(one) for one in declared]
    general = texts.of_moments(moments)
    problems += texts.problems
    problems += texts.protected_of(declared, read, general, frozenset(protected))
    if problems:
        raise Problems(problems)
    windows = tuple(dict.fromkeys(window for one in texts.parsed for window in predicates.windows_of(one)))
    context = tuple(moments.context)
    told = tuple(dict.fromkeys(one.tells for one in moments.questions.values() if one.tells not in types))
    whole = {name: at for at, name in enumerate(types)} if places is None else dict(places)
    for name in (*(window.name for window in windows), *(_CONTEXT + name for name in context), *told):
        whole[name] = len(whole)
    kin = {one.policy.policy: (one.policy.group, one.policy.issue) for one in declared}
    rules = _rules(moments, general=general, zone=ZoneInfo(time_zone), places=whole, width=width, windows=windows, context=context, told=told,
                   kin=kin, types=texts.types, currency=currency)  # fmt: skip
    made = sorted((_policy(one, parsed, moments, whole) for one, parsed in zip(declared, read, strict=True)), key=lambda one: one.name)
    channels = dict.fromkeys([*moments.channels, *(name for one in made for name in one.config.channels)])
    lines = {name: _line(name, made, moments, whole) for name in channels}
    floor_rules = predicates.sieving.sieve([[one] for (section, _), one in general.items() if section == "floors"], whole)
    rules = replace(
        rules, floor_rules=floor_rules, reads=_reads(texts.parsed, made, moments, whole, width), events=_events(windows, moments)
    )
    return Policies(tuple(made), lines, {one.name: one for one in made}), rules


def _reads(
    parsed: Sequence[predicates.Predicate], made: Sequence[Policy], moments: config.policies.Moments, places: Mapping[str, int], width: int
) -> dict[str, int]:  # fmt: skip
    """The columns of the profile that a choice looks at, in the order of their places."""
    names = {name for one in parsed for name in predicates.columns_of(one)} | {BAND_IS_STABLE}
    names |= {one.tells for one in moments.questions.values()}
    if moments.experiments.assign_by == "household" or any(one.by_household for one in made):
        names.add(HOUSEHOLD)
    amounts = [amount for one in made for amount in one.bid.amounts]
    read = {places[name] for name in names if name in places} | {amount.place for amount in amounts if amount.place is not None}
    return {name: at for name, at in places.items() if at in read and at < width}


def _events(windows: Sequence[predicates.windows.Window], moments: config.policies.Moments) -> tuple[str, ...]:
    of_cases = {event for case in moments.cases.values() for event in (*case.opened_by, *case.closed_by)}
    return tuple(sorted(of_cases | {window.event for window in windows}))


def _beside(moments: config.policies.Moments, types: Mapping[str, str]) -> dict[str, str]:
    """The columns that no profile has: what channels say, and what only questions tell."""
    said = {_CONTEXT + name: _STORED[one.type] for name, one in moments.context.items()}
    return {**said, **{one.tells: "string" for one in moments.questions.values() if one.tells not in types}}


@dataclass(frozen=True, slots=True)
class _Read:
    """The parsed texts of one policy."""

    gates: Mapping[str, predicates.Predicate]
    variants: tuple[predicates.Predicate, ...]


class _Texts:
    """Parses texts, and gathers what is wrong with them."""

    def __init__(self, types: Mapping[str, str], events: frozenset[str], protected: frozenset[str]) -> None:
        self.types, self.events = types, events
        # No profile holds them. A rule that names one is read all the same, to say that, and not that there is no such column.
        self.unheld = protected - types.keys()
        self.parsed: list[predicates.Predicate] = []
        self.problems: list[UnequalError] = []

    def of(self, text: str, where: str) -> predicates.Predicate | None:
        try:
            found = predicates.parse(text, {**dict.fromkeys(self.unheld, "string"), **self.types}, where=where, events=self.events)
        except UnequalError as error:
            self.problems.append(error)
            return None
        problems = [*reads_protected(found, self.unheld, "leave the attribute out: no profile holds it")]
        if problems:
            self.problems += problems
            return None
        self.parsed.append(found)
        return found

    def of_policy(self, declared: config.policies.Declared) -> _Read:
        policy = declared.policy
        gates = {}
        for key in ("eligible", "applicable", "suitable"):
            text = getattr(policy, key)
            found = self.of(text, declared.where(key)) if text is not None else None
            if found is not None:
                gates[key] = found
        variants = [self.of(one.when, declared.where("effect", "variants", at, "when")) for at, one in enumerate(policy.effect.variants)]
        return _Read(gates, tuple(one for one in variants if one is not None))

    def of_moments(self, moments: config.policies.Moments) -> Mapping[tuple[str, str], predicates.Predicate]:
        """Of floors, greetings and tiers the rules that they have."""
        found = {}
        for section, several in (("floors", moments.floors), ("greetings", moments.greetings), ("tiers", moments.tiers)):
            for name, one in several.items():
                parsed = self.of(one.when, f"live.{section}.{name}.when") if one.when is not None else None
                if parsed is not None:
                    found[section, str(name)] = parsed
        for name, tier in moments.tiers.items():
            parsed = self.of(tier.holds_when, f"live.tiers.{name}.holds_when") if tier.holds_when is not None else None
            if parsed is not None:
                found["held", name] = parsed
        return found

    def protected_of(
        self, declared: Sequence[config.policies.Declared], read: Sequence[_Read], general: Mapping[tuple[str, str], predicates.Predicate],
        protected: frozenset[str],
    ) -> list[UnequalError]:  # fmt: skip
        """TRT001 for each rule that reads a protected attribute without a lawful reason; floors may, for they only protect."""
        found: list[UnequalError] = []
        for one, parsed in zip(declared, read, strict=True):
            if one.policy.lawful_reason is None:
                for rule in (*parsed.gates.values(), *parsed.variants):
                    found += reads_protected(rule, protected, "declare lawful_reason, or leave the attribute out")
        for (section, _), rule in general.items():
            if section != "floors":
                found += reads_protected(rule, protected, "leave the attribute out: greetings and tiers have no lawful reason for it")
        return found


def _rules(
    moments: config.policies.Moments, *, general: Mapping[tuple[str, str], predicates.Predicate], zone: ZoneInfo, places: Mapping[str, int],
    width: int, windows: tuple[predicates.windows.Window, ...], context: tuple[str, ...], told: tuple[str, ...],
    kin: Mapping[str, tuple[str, str]], types: Mapping[str, str], currency: str,
) -> Rules:  # fmt: skip
    def single(section: str, name: str) -> Holds | None:
        rule = general.get((section, name))
        return None if rule is None else predicates.compile_single(rule, places)

    floors = []
    for name in config.policies.FLOOR_CLASSES:
        declared = moments.floors.get(name)
        silences = declared.silences if declared is not None else None
        usual = () if name == "accessibility" else ("marketing",)
        floors.append((str(name), single("floors", name), frozenset(usual if silences is None else silences)))
    return Rules(
        moments, zone, places, width, windows, context, told, tuple(floors),
        tuple((name, single("greetings", name)) for name in moments.greetings),
        tuple((name, single("tiers", name), single("held", name)) for name in moments.tiers),
        tuple(_asking(name, one, places[one.tells], types[one.tells]) for name, one in sorted(moments.questions.items())), kin, types,
        currency,
    )  # fmt: skip


def _asking(name: str, question: config.policies.Question, place: int, stored: str) -> Asking:
    alike = Fraction(1, len(question.answers))
    likely = {answer: Fraction(question.likely[answer]) if question.likely else alike for answer in question.answers}
    holds: dict[str, object] = {answer: answer == "yes" if stored.removeprefix("!") == "boolean" else answer for answer in question.answers}
    return Asking(name, question, place, holds, likely, Decimal(question.cost))


def _policy(
    declared: config.policies.Declared, read: _Read, moments: config.policies.Moments, places: Mapping[str, int]
) -> Policy:  # fmt: skip
    policy = declared.policy
    gates = tuple((f"not_{key}", predicates.compile_single(rule, places)) for key, rule in read.gates.items())
    bid = _bid(policy, read, moments, places)
    rules = (*read.gates.values(), *read.variants)
    amounts = [policy.effect.margin, *(one.margin for one in policy.effect.variants)]
    reads = {name for rule in rules for name in predicates.columns_of(rule)}
    reads |= {amount.of for amount in amounts if isinstance(amount, config.policies.Multiple)}
    budget: tuple[Decimal, str] | None = None if policy.budget is None else (Decimal(policy.budget), "budget_spent")
    if not policy.effect.measured:
        most = Decimal(moments.assumed.budget)
        budget = (most, "assumed_budget_spent") if budget is None or most < budget[0] else budget
    return Policy(
        policy.policy, declared.version, policy, tuple(read.gates.values()), gates, bid, read.variants, frozenset(reads),
        Decimal(policy.holdout) if policy.serves_floor is None else Decimal(0), budget if policy.serves_floor is None else None,
        (policy.policy, policy.action, policy.group, policy.issue), policy.trigger is None and not policy.moments,
        {channel: tuple(places[_CONTEXT + name] for name in names) for channel, names in wording.said(policy).items()},
        {channel: content.model_dump(exclude_none=True) for channel, content in policy.channels.items()},
        (policy.assign_by or moments.experiments.assign_by) == "household", _is_universal(policy, moments),
    )  # fmt: skip


def _is_universal(policy: config.policies.Policy, moments: config.policies.Moments) -> bool:
    purpose = moments.purposes.get(policy.purpose)
    is_held = bool(Decimal(moments.experiments.universal_holdout)) and policy.serves_floor is None
    return is_held and purpose is not None and purpose.direct_marketing


def _bid(policy: config.policies.Policy, read: _Read, moments: config.policies.Moments, places: Mapping[str, int]) -> Bid:
    effect = policy.effect

    def amount(given: str | config.policies.Multiple) -> Amount:
        if isinstance(given, config.policies.Multiple):
            return Amount(place=places[given.of], times=Decimal(given.times))
        return Amount(Decimal(given))

    def beside(key: str) -> Amount:
        column = policy.counts.columns.get(key)
        return Amount() if column is None else Amount(place=places[column], times=Decimal(getattr(policy.counts, key)), or_nothing=True)

    return Bid(
        Decimal(effect.uplift), amount(effect.margin),
        tuple(
            (predicates.compile_single(rule, places), Decimal(one.uplift or effect.uplift), amount(one.margin or effect.margin))
            for rule, one in zip(read.variants, effect.variants, strict=True)
        ),
        beside("household"), beside("referral"),
        Decimal(policy.cost), Decimal(policy.cost_to_serve), Decimal(1) if effect.measured else Decimal(moments.assumed.counts),
        Decimal(policy.lever.amount) if policy.lever is not None else Decimal(0),
    )  # fmt: skip


def _line(channel: str, policies: Sequence[Policy], moments: config.policies.Moments, places: Mapping[str, int]) -> Line:
    cost = Decimal(moments.channels[channel].cost) if channel in moments.channels else Decimal(0)
    here = tuple(one for one in policies if channel in one.config.channels)
    absent = tuple(one for one in policies if channel not in one.config.channels)
    told = {one.tells for one in moments.questions.values()}
    readers = {column: _part(tuple(one for one in here if column in one.reads), cost, places) for column in told}
    others = {column: _part(tuple(one for one in here if column not in one.reads), cost, places) for column in told}
    whole = _part(here, cost, places)
    return Line(cost, here, absent, whole.floors, whole.bounds, whole.sieve, whole.purposes, readers, others)


def _part(policies: tuple[Policy, ...], cost: Decimal, places: Mapping[str, int]) -> Line:
    # One that serves a floor ranks by whether that floor is in force, which only the moment knows.
    floors = tuple(one for one in policies if one.config.serves_floor is not None)
    others = [one for one in policies if one.config.serves_floor is None]
    bounds = bounds_of([(one, one.bid) for one in others], cost)
    purposes: dict[str, int] = {}
    for at, one in enumerate(bounds.policies):
        purposes[one.config.purpose] = purposes.get(one.config.purpose, 0) | 1 << at
    return Line(
        cost,
        policies,
        (),
        floors,
        bounds,
        predicates.sieving.sieve([one.texts for one in bounds.policies], places),
        tuple(purposes.items()),
    )


NO_FLOOR: Final = len(config.policies.FLOOR_CLASSES)
_LEAST: Final = Decimal("Infinity")


def offer(policy: Policy, row: Sequence[object], channel_cost: Decimal, floor: int = NO_FLOOR) -> Offer:
    """A policy with its dollars for a row, and where it stands in the order: floors, then dollars with the lever, then the name."""
    parts = policy.bid.parts(row, channel_cost)
    if parts is None:
        return Offer(policy, None, None, None, (floor, _LEAST, policy.name))
    dollars = total(parts)
    score = added(dollars, policy.bid.lever)
    return Offer(policy, parts, dollars, score, (floor, score.copy_negate(), policy.name))
