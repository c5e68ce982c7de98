"""The value room's step: from entries to what each customer will bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, ledger, predicates
from unequal.storage import Engine
from unequal.terms.lines import Level, Line
from unequal.value import backtesting, binding, contracting, ordering, origins, potential, seasons, segments, tracking
from unequal.value.arrays import Floats, Ints
from unequal.value.clock import DAYS_A_WEEK, Clock
from unequal.value.desk.steps import SEED, Branch, Desk, groups_of, histories_at, of_kinds
from unequal.value.foreseen import Foreseen, together
from unequal.value.history import buying_days, outcomes
from unequal.value.known import CALENDAR, known_of, money
from unequal.value.lives import first_end, lives
from unequal.value.mentions import steps as mentions
from unequal.value.occasions_branch import by_occasion
from unequal.value.origins import Window
from unequal.value.potential import YEAR_WEEKS, bar_of
from unequal.value.prospects import steps as prospects
from unequal.value.reasons import steps as reasons
from unequal.value.results import steps as results

_TESTED: Final = 200_000
"""Customers on whom models are tried, of a kind; more would not change the choice."""
_LATEST_PERIODS: Final = 4
"""By the payments of so many periods a customer's next ones are reckoned."""
_POTENTIAL_TESTED: Final = 20_000
"""About so many customers tell how potential was predicted: a tenth of them is two thousand."""
_YEARS_FOR_SEASONS: Final = 2
_DRAWN_FOR_BAR: Final = 4_000
_DRAWS_FOR_BAR: Final = 100
ORDERS_OF_ALL: Final = config.value.Orders(kind="orders")


def forecast(
    engine: Engine,
    *,
    entries: ibis.Table,
    customers: ibis.Table,
    bands: ibis.Table,
    customer_record: ibis.Table,
    relationships: ibis.Table,
    beside: Beside,
    rows: Mapping[str, ibis.Table],
    level: Level,
    project: config.Project,
    folder: Path,
) -> None:
    """Write the tables of `tables.ALL`: forecasts, what they rest on, and reasons.

    Args:
        engine: where it runs.
        entries: ENTRY.
        customers: CUSTOMER.
        bands: BAND.
        customer_record: CUSTOMER_RECORD.
        relationships: RELATIONSHIP.
        beside: what is known beside what was bought.
        rows: accepted rows of the sources that hold contracts or counted histories, by name.
        level: the evidence level that the project's mapped lines reach.
        project: the config.
        folder: where to write.
    """
    # Sums that stand for one day tell of no rhythm.
    span = span_of(engine, entries, project.value) if config.columns.tells_days(project.sources.values()) else None
    people = engine.materialise(segments.numbered(customers, bands), "people")
    if span is None:
        results.write_nothing(engine, folder)
        return
    first, as_of = span
    beginnings = engine.materialise(segments.beginnings(entries.filter(entries["booked_on"] < as_of)), "beginnings")
    desk = Desk(engine, entries, people, customer_record, rows, level, project, as_of, first, parted_of(engine, people, beginnings))
    parted, branches = desk.segments, branches_of(desk)
    if not branches:
        results.write_nothing(engine, folder)
        return
    bar = _bar(branches)
    found = [branch.foreseen(bar) for branch in branches]
    tested = _potential_tested(desk)
    results.write(engine, found, bar, tested=tested, entries=entries, people=people, parted=parted, level=level, as_of=as_of, folder=folder)
    worth = reasons.tell(
        reasons.Desk(
            engine, entries.filter(entries["booked_on"] < as_of), engine.read(folder / "customer_value.parquet"),
            engine.read(folder / "lifetime.parquet"), beginnings, relationships, level, project.value, as_of, folder,
        )
    )  # fmt: skip
    _tell_of_others(desk, beside, worth, customers, beginnings, folder)


def parted_of(engine: Engine, people: ibis.Table, beginnings: ibis.Table) -> segments.Segments:
    """The segments of customers, by what is known of them and of how they began."""
    began = people.left_join(beginnings, "customer_id").order_by("number")
    return segments.segments_of(engine.arrow(began.select("kind", "band", "first_day", "channel", "market")))


def branches_of(desk: Desk) -> list[Branch]:
    """Every line of business, parted by kinds of customers, each with what it taught until the morning of the desk."""
    return [branch for name, one, claimed in _relationships(desk) for branch in _branches(desk, name, one, claimed)]


def span_of(engine: Engine, entries: ibis.Table, settings: config.value.Value) -> tuple[date, date] | None:
    """The first day with a sale, and the day from which to forecast; None where nothing was sold and no history came counted."""
    sales = entries.filter(entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0)
    days = engine.fetch(sales.aggregate(first=sales["booked_on"].min()))[0]
    if days["first"] is None:
        is_counted = any(not config.value.claims_entries(one) for one in settings.relationships.values())
        return (settings.as_of, settings.as_of) if is_counted and settings.as_of else None
    last = engine.fetch(entries.aggregate(last=entries["booked_on"].max()))[0]["last"]
    as_of = settings.as_of or last + timedelta(days=1)
    return (days["first"], as_of) if days["first"] < as_of else None


def _relationships(desk: Desk) -> Iterator[tuple[str, config.value.Relationship, ibis.Table]]:
    """Each line of business with the entries that are its own; one without a rule has what the others leave."""
    declared = desk.settings.relationships or {"orders": ORDERS_OF_ALL}
    nothing = desk.entries.filter(ibis.literal(value=False))
    yield from ((name, one, nothing) for name, one in declared.items() if not config.value.claims_entries(one))
    declared = {name: one for name, one in declared.items() if config.value.claims_entries(one)}
    types = {name: kind for name, kind in ledger.tables.ENTRY.types.items() if name in desk.entries.columns}
    rules = {
        name: predicates.parse(one.where, types, where=f"value.relationships.{name}.where") for name, one in declared.items() if one.where
    }
    claims = {name: predicates.holds(rule, desk.entries) for name, rule in rules.items()}
    for name, relationship in declared.items():
        mine = claims.get(name)
        others = [claim for other, claim in claims.items() if other != name]
        if mine is None:
            mine = ibis.literal(value=True)
            for claim in others:
                mine &= ~claim
        yield name, relationship, desk.entries.filter(mine)


def _branches(desk: Desk, name: str, relationship: config.value.Relationship, claimed: ibis.Table) -> list[Branch]:
    """The groups of customers of a line of business, each with what it taught."""
    days = desk.engine.materialise(buying_days(claimed.filter(claimed["booked_on"] < desk.as_of), desk.level), f"days-of-{name}")
    if isinstance(relationship, config.value.Contracts):
        return list(_contracts(desk, name, relationship, days))
    if isinstance(relationship, config.value.Occasions):
        return list(by_occasion(desk, name, relationship, days))
    return list(_orders(desk, name, days))


@dataclass(frozen=True)
class Beside:
    """What is known of customers beside what they bought.

    Args:
        contacts: INTERACTION.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
    """

    contacts: ibis.Table
    records: ibis.Table
    attributes: ibis.Table


def _tell_of_others(desk: Desk, beside: Beside, worth: reasons.Worth, customers: ibis.Table, beginnings: ibis.Table, folder: Path) -> None:
    """What mentions brought, and who is known and never bought."""
    settings = desk.settings
    mentions.tell(desk.engine, beside.contacts, worth.rows, worth.named, settings=settings.influence, as_of=desk.as_of, folder=folder)
    prospects.tell(
        prospects.Desk(
            desk.engine, customers, desk.customer_record, beside.records, beside.attributes, beside.contacts, beginnings, worth.rows,
            sorted(desk.project.attributes), desk.first, desk.as_of, settings.backtest.hold_out_weeks, folder,
        )
    )  # fmt: skip


@dataclass(frozen=True)
class OrdersBranch:
    """Customers of one kind who order when they like."""

    desk: Desk
    name: str
    group: str
    today: ordering.Today
    what: ordering.Learned
    tests: Sequence[backtesting.Test]
    weekly: Ints

    @property
    def number(self) -> Ints:
        """See Branch."""
        return self.today.number

    def two_years(self, places: Any, draws: int, generator: np.random.Generator) -> Any:
        """See Branch."""
        return ordering.two_years(self.today, self.what, places, draws=draws, generator=generator)

    def foreseen(self, bar: float) -> Foreseen:
        """See Branch."""
        generator = np.random.default_rng([SEED, 2])
        found = ordering.foreseen(
            self.name, self.group, self.today, self.what, self.tests, settings=self.desk.settings, bar=bar, generator=generator
        )
        if not self.what.outcome.tried:
            return found
        tracked = ordering.tracking_rows(self.name, self.group, self.tests[0], self.what.outcome, self.weekly)
        return replace(found, tracking=tracked)


def _orders(desk: Desk, name: str, days: ibis.Table) -> Iterator[OrdersBranch]:
    now = histories_at(desk, days, desk.window(desk.as_of))
    if now.num_rows == 0:
        return
    windows = origins.tests(
        desk.as_of, first=desk.first, weeks=desk.settings.backtest.hold_out_weeks, origins=desk.settings.backtest.origins
    )
    earlier = [histories_at(desk, days, window, with_outcome=True) for window in windows]
    weekly = _weekly(desk, days, windows[0], desk.people) if windows else {}
    daily = _daily(desk, days)
    groups = [(group, kinds, _today(desk, of_kinds(now, kinds), daily)) for group, kinds in groups_of(now)]
    del now  # of millions of customers this is gigabytes, and stands in `groups`
    for group, kinds, today in groups:
        tests = [_test(window, of_kinds(rows, kinds), daily, desk) for window, rows in zip(windows, earlier, strict=True)]
        what = ordering.learned(today, tests, desk.settings, np.random.default_rng([SEED, 1]))
        orders = tracking.of_kinds(weekly, kinds, desk.settings.backtest.hold_out_weeks)
        yield OrdersBranch(desk, name, group, today, what, tests, orders)


def _daily(desk: Desk, days: ibis.Table) -> tuple[Ints, Floats]:
    """Every day from the first with an order on, as days since 1970-01-01, and how many orders it saw."""
    ordered = days.filter(days["is_order"])
    counted = desk.engine.arrow(ordered.group_by("day").aggregate(orders=ordered.count()).order_by("day"))
    seen = np.asarray(counted["day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]").astype(np.int64)
    every = np.arange(seen.min(), int(np.datetime64(desk.as_of, "D").astype(np.int64))) if len(seen) else seen
    orders = np.zeros(len(every))
    orders[seen - every[0] if len(seen) else seen] = counted["orders"].to_numpy()
    return every, orders


def _clock(daily: tuple[Ints, Floats], until: date) -> Clock | None:
    """The clock of the seasons that were known on a morning; None where less than two years were."""
    days, orders = daily
    before = days < int(np.datetime64(until, "D").astype(np.int64))
    if int(before.sum()) < _YEARS_FOR_SEASONS * seasons.DAYS_A_YEAR:
        return None
    return Clock(seasons.learn(days[before], orders[before]))


def _watched(rows: pa.Table, until: date, clock: Clock | None) -> backtesting.Watched | None:
    return None if clock is None else backtesting.Watched(known_of(rows, until=until, clock=clock), clock)


def _today(desk: Desk, rows: pa.Table, daily: tuple[Ints, Floats]) -> ordering.Today:
    number = np.asarray(rows["number"].to_numpy(), dtype=np.int64)
    first, last = (np.asarray(rows[name].to_numpy(zero_copy_only=False)).astype("datetime64[D]") for name in ("first_day", "last_day"))
    calendar = backtesting.Watched(known_of(rows, until=desk.as_of), CALENDAR)
    seasonal = _watched(rows, desk.as_of, _clock(daily, desk.as_of))
    return ordering.Today(calendar, seasonal, number, first, last, desk.segments.of[number], desk.window(desk.as_of))


def _test(window: Window, rows: pa.Table, daily: tuple[Ints, Floats], desk: Desk) -> backtesting.Test:
    if rows.num_rows > _TESTED:
        chosen = np.sort(np.random.default_rng([SEED, 3]).choice(rows.num_rows, _TESTED, replace=False))
        rows = rows.take(pa.array(chosen))
    orders = np.asarray(rows["came_orders"].fill_null(0).to_numpy(), dtype=np.int64)
    brought = np.nan_to_num(money(rows, "came_brought"))
    number = np.asarray(rows["number"].to_numpy(), dtype=np.int64)
    calendar = backtesting.Watched(known_of(rows, until=window.start), CALENDAR)
    seasonal = _watched(rows, window.start, _clock(daily, window.start))
    return backtesting.Test(window, calendar, seasonal, orders, brought, desk.segments.of[number])


def _weekly(desk: Desk, days: ibis.Table, window: Window, people: ibis.Table) -> dict[str, Ints]:
    """Orders in each week of a window, by kind, of those of some people who had ordered before it."""
    counted = desk.engine.fetch(tracking.orders_by_day(days, window, people))
    return tracking.by_step(counted, np.datetime64(window.start, "D") + 7 * np.arange(round(window.weeks)))


def _bar(branches: Sequence[Branch]) -> float:
    """What two years must bring to be among the best fifth: of a sample of customers, over all lines of business, on average."""
    generator = np.random.default_rng([SEED, 4])
    everybody = np.unique(np.concatenate([branch.number for branch in branches])) if branches else np.zeros(0, np.int64)
    if not len(everybody):
        return np.inf
    sample = everybody if len(everybody) <= _DRAWN_FOR_BAR else np.sort(generator.choice(everybody, _DRAWN_FOR_BAR, replace=False))
    sums = np.zeros((len(sample), _DRAWS_FOR_BAR))
    for branch in branches:
        places = np.flatnonzero(np.isin(branch.number, sample))
        sums[np.searchsorted(sample, branch.number[places])] += branch.two_years(places, _DRAWS_FOR_BAR, generator)
    return float(bar_of(sums).mean())


def _potential_tested(desk: Desk) -> list[dict[str, Any]]:
    """POTENTIAL_TEST: all that is told of potential today, told as of an earlier day and held against what came; no row where history is short.

    As of that day everything is done as it is done today, the contest of models too, on some of the customers where there are very many.
    """
    settings = desk.settings
    history = (desk.as_of - desk.first).days / DAYS_A_WEEK
    weeks = potential.weeks_to_test(history, horizon=settings.horizon_weeks, hold_out=settings.backtest.hold_out_weeks)
    if weeks is None:
        return []
    then = _earlier(desk, weeks)
    lines = [(name, one, claimed) for name, one, claimed in _relationships(then) if config.value.claims_entries(one)]
    branches = [branch for name, one, claimed in lines for branch in _branches(then, name, one, claimed)]
    if not branches:
        return []
    bar = _bar(branches)
    whole = together([branch.foreseen(bar) for branch in branches], bar)
    came = _came(then, [claimed for _, _, claimed in lines], weeks, whole.number)
    was_top, is_top = (potential.is_top(came[name]).astype(np.float64) for name in ("last_year", "brought"))
    tested = potential.rows("top_fifth", potential.held_against(whole.top_fifth, is_top, was_top), origin=then.as_of, weeks=weeks)
    if weeks >= YEAR_WEEKS:
        growth, grew = whole.year - came["last_year"][:, None], came["year"] - came["last_year"]
        held = potential.held_against(growth[:, 0], grew, np.zeros(len(grew)), ends=growth[:, 1:])
        tested += potential.rows("growth", held, origin=then.as_of, weeks=weeks)
    return tested


def _earlier(desk: Desk, weeks: float) -> Desk:
    """The desk as it stood so many weeks ago, with some of the customers, and a horizon that reaches until today."""
    count = len(desk.segments.of)
    some = desk.people.filter(desk.people["number"] % (count // _POTENTIAL_TESTED + 1) == 0)
    backtest = desk.settings.backtest.model_copy(update={"origins": 1})
    settings = desk.settings.model_copy(update={"horizon_weeks": round(weeks), "backtest": backtest})
    project = desk.project.model_copy(update={"value": settings})
    people = desk.engine.materialise(some, "some-people") if count > _POTENTIAL_TESTED else some
    return replace(desk, as_of=desk.as_of - timedelta(weeks=round(weeks)), project=project, people=people)


def _came(then: Desk, claimed: Sequence[ibis.Table], weeks: float, number: Ints) -> dict[str, Floats]:
    """What customers brought in the 52 weeks before a day, in those after it (year), and in all weeks that were foreseen (brought)."""
    days = buying_days(ibis.union(*claimed) if len(claimed) > 1 else claimed[0], then.level)
    sums = {"brought": weeks, "year": min(YEAR_WEEKS, weeks)}
    past = results.facts(then.entries, then.people, level=then.level, as_of=then.as_of).select("number", last_year="brought_last_year")
    found = {"last_year": then.engine.arrow(past.order_by("number"))}
    for name, ahead in sums.items():
        of = outcomes(days, start=then.as_of, end=then.as_of + timedelta(weeks=round(ahead))).select("customer_id", **{name: "brought"})
        found[name] = then.engine.arrow(of.inner_join(then.people.select("customer_id", "number"), "customer_id").order_by("number"))
    return {name: _placed(rows, name, number) for name, rows in found.items()}


def _placed(rows: pa.Table, name: str, number: Ints) -> Floats:
    """A column of money in the order of customers' numbers; nothing of who has no row."""
    of = np.asarray(rows["number"].to_numpy(), dtype=np.int64)
    there = np.isin(of, number)
    found = np.zeros(len(number))
    found[np.searchsorted(number, of[there])] = money(rows, name)[there]
    return found


@dataclass(frozen=True)
class ContractsBranch:
    """Customers of one kind who are under contract."""

    desk: Desk
    name: str
    group: str
    every: str
    today: contracting.Standing
    what: contracting.Learned
    tests: Sequence[contracting.Standing]
    days: Mapping[str, Any]
    weekly: Ints

    @property
    def number(self) -> Ints:
        """See Branch."""
        return self.today.number

    def two_years(self, places: Any, draws: int, generator: np.random.Generator) -> Any:
        """See Branch."""
        return contracting.two_years(self.today, self.what, places, every=self.every, draws=draws, generator=generator)

    def foreseen(self, bar: float) -> Foreseen:
        """See Branch."""
        found = contracting.foreseen(
            self.name, self.group, self.today, self.what, self.tests, every=self.every, days=self.days, settings=self.desk.settings,
            bar=bar, generator=np.random.default_rng([SEED, 5]),
        )  # fmt: skip
        return replace(found, tracking=contracting.tracking_rows(self.name, self.group, self.tests, self.what.outcome, self.weekly))


def _contracts(desk: Desk, name: str, contract: config.value.Contracts, days: ibis.Table) -> Iterator[ContractsBranch]:
    rows = desk.rows[contract.source]
    begin = desk.engine.fetch(first_end(rows, contract))[0]["day"] or desk.first
    windows = origins.tests(
        desk.as_of, first=desk.first, weeks=desk.settings.backtest.hold_out_weeks, origins=desk.settings.backtest.origins
    )
    now = _standing_rows(desk, rows, contract, days, desk.window(desk.as_of), begin)
    earlier = [_standing_rows(desk, rows, contract, days, window, begin) for window in windows]
    weekly = {}
    if windows:
        bound = lives(rows, contract, desk.customer_record, as_of=windows[0].start, records_begin=begin)
        weekly = _weekly(desk, days, windows[0], desk.people.semi_join(bound, "customer_id"))
    for group, kinds in groups_of(now[0]):
        today, first, last = _standing(desk, desk.window(desk.as_of), now, kinds, contract)
        tests = [_standing(desk, window, rows_then, kinds, contract)[0] for window, rows_then in zip(windows, earlier, strict=True)]
        if not (today.contracts.renewals > today.contracts.entered).any():
            continue  # nobody has been watched for one period: there is nothing to learn yet
        what = contracting.learned(today, tests, contract.renews, np.random.default_rng([SEED, 6]))
        payments = tracking.of_kinds(weekly, kinds, desk.settings.backtest.hold_out_weeks)
        yield ContractsBranch(desk, name, group, contract.renews, today, what, tests, {"first_day": first, "last_day": last}, payments)


def _standing_rows(
    desk: Desk, rows: ibis.Table, contract: config.value.Contracts, days: ibis.Table, window: Window, begin: date
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Contracts on a morning with their customers' numbers and kinds; what these paid before and in the window, and lately."""
    found = lives(rows, contract, desk.customer_record, as_of=window.start, records_begin=begin)
    owned = found.inner_join(desk.people.select("customer_id", "kind", "number"), "customer_id")
    contracts = desk.engine.arrow(owned.drop("customer_id").order_by("number", "started_on", "renewals"))
    lately = days.filter(days["day"] >= window.start - timedelta(weeks=_LATEST_PERIODS * binding.WEEKS_OF[contract.renews]))
    return contracts, histories_at(desk, days, window, with_outcome=True), histories_at(desk, lately, window)


def _standing(
    desk: Desk, window: Window, rows: tuple[pa.Table, pa.Table, pa.Table], kinds: Sequence[str], contract: config.value.Contracts
) -> tuple[contracting.Standing, Any, Any]:
    """Customers of some kinds who had a contract and have paid for one, with the first and last start of their contracts."""
    contracts, paid_rows, lately = (of_kinds(table, kinds) for table in rows)
    number = np.asarray(paid_rows["number"].to_numpy(), dtype=np.int64)
    owner = np.asarray(contracts["number"].to_numpy(), dtype=np.int64)
    contracts, owner = contracts.filter(pa.array(np.isin(owner, number))), owner[np.isin(owner, number)]
    has_one = np.isin(number, owner)
    paid_rows, number = paid_rows.filter(pa.array(has_one)), number[has_one]
    place = np.searchsorted(number, owner)
    starts = np.asarray(contracts["started_on"].to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    first, last = (np.full(len(number), np.datetime64(day, "D")) for day in ("9999-12-31", "0001-01-01"))
    np.minimum.at(first, place, starts)
    np.maximum.at(last, place, starts)
    columns = {name: np.asarray(contracts[name].to_numpy(zero_copy_only=False)) for name in ("renewals", "entered", "has_ended")}
    covariates = np.stack([money(contracts, name) for name in contract.covariates], axis=1) if contract.covariates else None
    orders = np.asarray(paid_rows["came_orders"].fill_null(0).to_numpy(), dtype=np.int64)
    standing = contracting.Standing(
        window, known_of(paid_rows, until=window.start), _recent(lately, number, window),
        binding.Contracts(place, columns["renewals"].astype(np.int64), columns["entered"].astype(np.int64),
                              columns["has_ended"].astype(bool), covariates),
        number, desk.segments.of[number], orders, np.nan_to_num(money(paid_rows, "came_brought")),
    )  # fmt: skip
    return standing, first, last


def _recent(rows: pa.Table, number: Ints, window: Window) -> contracting.Recent:
    """Latest payments, in the order of `number`; nothing of who made none."""
    known, of = known_of(rows, until=window.start), np.asarray(rows["number"].to_numpy(), dtype=np.int64)
    there = np.isin(of, number)
    place = np.searchsorted(number, of[there])
    orders, margin, squares = np.zeros(len(number), np.int64), np.zeros(len(number)), np.zeros(len(number))
    orders[place], margin[place] = known.orders[there], (known.margin + known.service)[there]
    squares[place] = (known.margin_squares * known.spend)[there]
    return contracting.Recent(orders, margin, squares)
