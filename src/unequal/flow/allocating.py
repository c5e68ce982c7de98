"""Deciding for a whole base where there is not enough for all: everybody's options are seen, and those are chosen that together bring most.

What serves a floor is settled first and is never priced. Then everybody's options, by every channel, go into one allocation, and what it chooses is
reserved as any batch reserves: on the customer's state as it stands then. Whoever moved meanwhile gets the next best that is still left.
Lots are drawn before: who is held out takes nothing, and is written down as often as those like him are treated.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from unequal.flow.audiences import Audience, Batch, Keep, Seen, Tell, Wanted
from unequal.flow.customer_groups import Groups
from unequal.flow.held_columns import HeldColumns
from unequal.flow.scarcity import Scarce
from unequal.treatments import allocation, shapes

if TYPE_CHECKING:
    from unequal.flow.live import Live

_TOGETHER: Final = 500
_AT_ONCE: Final = 50_000
_STANDS, _HELD_OUT, _FOR_A_PERSON = 0, 1, 2
_KINDS: Final = {None: _STANDS, "held_out": _HELD_OUT, "universal_holdout": _HELD_OUT, "for_a_person": _FOR_A_PERSON}


@dataclass
class Looked:
    """Everybody's options: a row for each, those of a customer side by side.

    Args:
        ids: the customers who were looked at.
        options: policy, channel and the place of the capacity that the customer's attributes fall under, each once.
        costs: of each option.
        owner, option, value, kind: of each row; the value in units, with the lever.
        floors: those for whom something serves a floor in force, with what that costs.
    """

    ids: list[str] = field(default_factory=list)
    options: dict[tuple[str, str, int], int] = field(default_factory=dict)
    costs: list[int] = field(default_factory=list)
    owner: array[int] = field(default_factory=lambda: array("i"))
    option: array[int] = field(default_factory=lambda: array("i"))
    value: array[int] = field(default_factory=lambda: array("q"))
    kind: array[int] = field(default_factory=lambda: array("b"))
    floors: list[tuple[Seen, Decimal]] = field(default_factory=list)


def units(amount: Decimal) -> int:
    """An amount in ten-thousandths."""
    return int(amount.scaleb(4))


def dollars(number: int) -> Decimal:
    """Ten-thousandths as an amount."""
    return Decimal(int(number)).scaleb(-4)


def allot(
    live: Live, wanted: Wanted, scarce: Scarce, *, dry: bool = False, tell: Tell = lambda _what, _share: None, keep: Keep = lambda _rows: None
) -> Audience:  # fmt: skip
    """Decide for everybody in the base, with what there is.

    Args:
        live, wanted, dry, tell, keep: as for `audiences.decide_all`; `wanted` names no policy, for all compete.
        scarce: what does not reach for all.

    Raises:
        LiveError: as `audiences.decide_all`; LIV614, LIV615, what is scarce cannot be counted.
    """
    batch = Allotting(live, wanted, scarce, dry=dry)
    looked = batch.look_at_all(tell)
    tell("choosing", 0.0)
    seen = batch.choose(looked)
    batch.settle(seen, tell, keep)
    batch.keep_plan()
    return batch.audience


class Allotting(Batch):
    """A batch whose options are chosen together; `together` says how many customers were looked at at once."""

    def __init__(self, live: Live, wanted: Wanted, scarce: Scarce, *, dry: bool) -> None:
        super().__init__(live, wanted, dry=dry)
        self._scarce = scarce
        self._active = live.policies.active()
        self._groups = Groups(live, self._active, scarce)
        self._looked = Looked()
        self.together = 0

    # Everybody is looked at

    def look_at_all(self, tell: Tell) -> Looked:
        """Everybody's options; nothing is written."""
        looked = self._looked
        done = self._looked_together(tell)
        self.together = len(done)
        every = sorted({*self.live.profiles.customers()}.difference(done))
        for moment in self.moments(every, tell):
            looked.ids.append(moment.profile.customer_id)
            self._offered(moment, looked)
        return looked

    def _looked_together(self, tell: Tell) -> list[str]:
        """Look at once at many of whom the state holds nothing; who was looked at."""
        held, rules = self.live.profiles.held, self._active.rules
        plain = self._plain()
        if plain is None:
            return []
        touched = self.live.state.contacts.touched() | set(held.anew)
        opening = {event for case in rules.moments.cases.values() for event in case.opened_by}
        untouched = np.array([one.decode() not in touched for one in held.laid.ids.tolist()], bool)
        places, done = np.flatnonzero(untouched), list[str]()
        for first in range(0, len(places), _AT_ONCE):
            tell("looking at customers", first / len(places))
            columns = HeldColumns(held.laid, places[first : first + _AT_ONCE], rules, self.audience.at)
            apart = rules.floor_rules.passing_each(len(columns.ids), columns.coded).any(axis=1) if rules.floor_rules.every else False
            done += self._offered_together(columns, plain, apart | columns.met_any(opening) | self._named(columns.ids))
        return done

    def _plain(self) -> dict[str, allocation.Plain] | None:
        """What each channel says to customers of whom nothing is held; None where each must be looked at by himself."""
        if not self.is_for_all:
            return None
        active, asked = self._active, self.asked("", self.channels[0], self._active)
        spent = active.policies.exhausted(self.live.spent(active))
        width = len(self.live.profiles.columns)
        nobody = shapes.Moment(
            shapes.Profile("", (None,) * width, self.live.profiles.columns), shapes.Standing(spent=spent), "", {}, self.audience.at,
            "service" if asked.purpose == "service" else "marketing",
        )  # fmt: skip
        found = {}
        for channel in self.channels:
            plain = allocation.plain(replace(nobody, channel=channel), active.policies, active.rules)
            if plain is None:
                return None
            found[channel] = plain
        return found

    def _named(self, ids: Sequence[str]) -> Any:
        """Who has other names under which sources knew him."""
        found: list[bool] = []
        for first in range(0, len(ids), _TOGETHER):
            found += map(bool, self.live.state.events.names_each(ids[first : first + _TOGETHER]))
        return np.array(found, bool)

    def _offered_together(self, columns: HeldColumns, plain: Mapping[str, allocation.Plain], apart: Any) -> list[str]:
        """Add what can be done with some customers; who they are, without those who are to be looked at by themselves."""
        asked = [(channel, *one.of(columns.ids, columns.coded)) for channel, one in plain.items()]
        for _, alone, _ in asked:
            apart = apart | alone
        kept = np.flatnonzero(~apart)
        ids, looked = [columns.ids[one] for one in kept.tolist()], self._looked
        numbers, capped = np.cumsum(~apart) - 1, np.array([self._groups.capped(one) for one in columns.ids], np.int32)
        parts: list[Any] = [np.empty((0, 4), np.int64)]
        for channel, _, several in asked:
            for one in several:
                here = ~apart[one.customers]
                customers, value, kind = one.customers[here], one.value[here], np.where(one.is_held_out[here], _HELD_OUT, _STANDS)
                if one.policy.config.significant:
                    kind = np.where(kind == _STANDS, _FOR_A_PERSON, kind)
                option = np.empty(len(customers), np.int64)
                for number in np.unique(capped[customers]).tolist():
                    option[capped[customers] == number] = self._option(one.policy.name, channel, number)
                parts.append(np.column_stack([numbers[customers] + len(looked.ids), option, value, kind]))
        rows = np.vstack(parts)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        for at, column in enumerate((looked.owner, looked.option, looked.value, looked.kind)):
            column.frombytes(np.ascontiguousarray(rows[:, at].astype(column.typecode)).tobytes())
        looked.ids += ids
        self.audience.looked_at += len(ids)
        return ids

    def _option(self, policy: str, channel: str, capped: int) -> int:
        """The number of an option."""
        looked = self._looked
        at = looked.options.setdefault((policy, channel, capped), len(looked.options))
        if at == len(looked.costs):
            policies = self._active.policies
            looked.costs.append(units(policies.named(policy).bid.cost + policies.line(channel).cost))
        return at

    def _offered(self, moment: shapes.Moment, looked: Looked) -> None:
        policies, customer = self._active.policies, moment.profile.customer_id
        capped, floor = self._groups.capped(customer), None
        rows = []
        for channel in self.channels:
            for one in allocation.offered(replace(moment, channel=channel), policies, self._active.rules):
                offer = one.offer
                cost = offer.policy.bid.cost + policies.line(channel).cost
                if offer.policy.config.serves_floor is not None:
                    # The highest floor first, as the order of offers has it.
                    if one.code is None and (floor is None or offer.order < floor[0]):
                        floor = offer.order, Seen(customer, channel, offer.dollars or Decimal(0), (offer.policy.name,)), cost
                elif offer.score is not None:
                    rows.append((self._option(offer.policy.name, channel, capped), units(offer.score), _KINDS[one.code]))
        if floor is not None:
            looked.floors.append(floor[1:])
            return
        for at, value, kind in rows:
            looked.owner.append(len(looked.ids) - 1)
            looked.option.append(at)
            looked.value.append(value)
            looked.kind.append(kind)

    # What is chosen

    def keep_plan(self) -> None:
        """Put the plan down, so that reports tell what was short; a plan that was only tried is not."""
        made = self.audience
        if made.plan is not None and not made.is_dry:
            self.live.state.allocations.put(made.audience_id, made.at, orjson.dumps(made.plan.told()).decode())

    def choose(self, looked: Looked) -> list[Seen]:
        """Who is decided on, among which policies: who serves a floor first, and then who is worth most."""
        owner, kind = np.frombuffer(looked.owner, np.int32), np.frombuffer(looked.kind, np.int8)
        option, value = np.frombuffer(looked.option, np.int32), np.frombuffer(looked.value, np.int64)
        standing = np.flatnonzero(kind == _STANDS)
        starts = np.concatenate([[0], np.cumsum(np.bincount(owner[standing], minlength=len(looked.ids)))]).astype(np.int64)
        options = allocation.Options(starts, option[standing], value[standing])
        limits = self._limits(looked)
        found = allocation.solve(options, limits)
        free = allocation.solve(options, replace(limits, fairness=None)) if limits.fairness is not None else None
        self.audience.plan = self._planned(looked, limits, found, free)
        taken = np.where(found.taken >= 0, standing[found.taken] if len(standing) else -1, -1)
        self._left = _Left(looked, limits, found, taken, self._groups.of_all(looked.ids))
        self._left.places = {one: place for place, one in enumerate(looked.ids)}
        floors = [one for one, _ in looked.floors]
        chosen = [one for place in self._left.concerned() for one in self._left.seen(place)]
        return floors + sorted(chosen, key=lambda one: one.order)

    def instead(self, one: Seen, row: Mapping[str, Any] | None) -> Sequence[Seen]:
        """The next best that is left for somebody for whom what was planned does not stand any more."""
        return self._left.instead(one) if row is None else ()

    def _limits(self, looked: Looked) -> allocation.Limits:
        names, takes, most = [], [], []
        costs, keys = np.array(looked.costs, np.int64), list(looked.options)
        floors = looked.floors

        def limit(name: str, take: Any, there: int) -> None:
            names.append(name)
            takes.append(np.asarray(take, np.int64))
            most.append(max(0, there))

        if self._scarce.budget is not None:
            limit(shapes.BUDGET, costs, units(self._scarce.budget - sum((cost for _, cost in floors), Decimal(0))))
        spent = self.live.spent(self._active)
        for policy in self._active.policies:
            if policy.budget is not None:
                of_policy = np.array([name == policy.name for name, _, _ in keys], bool)
                limit(f"budget of {policy.name}", np.where(of_policy, costs, 0) if keys else costs,
                      units(policy.budget[0] - spent.get(policy.name, Decimal(0))))  # fmt: skip
        for at, (name, number) in enumerate(self._scarce.capacity.items()):
            kind, _, value = name.rpartition(":")
            if not kind:
                before = sum(one.channel == name for one, _ in floors)
                limit(name, [channel == name for _, channel, _ in keys], number - before)
            elif kind == "policy":
                limit(name, [policy == value for policy, _, _ in keys], number)
            else:
                before = sum(at in self._groups.capacities(self._groups.capped(one.customer_id)) for one, _ in floors)
                limit(name, [at in self._groups.capacities(capped) for _, _, capped in keys], number - before)
        table = np.array(takes, np.int64).reshape(len(names), len(keys))
        return allocation.Limits(tuple(names), table, np.array(most, np.int64), self._groups.fairness(looked.ids))

    def _planned(
        self, looked: Looked, limits: allocation.Limits, found: allocation.Allocation, free: allocation.Allocation | None
    ) -> shapes.Plan:  # fmt: skip
        told = []
        for at, name in enumerate(limits.names):
            price, most, taken = found.prices[name], int(limits.most[at]), found.used[name]
            is_money = shapes.is_of_money(name)
            told.append(shapes.Limit(name, dollars(most) if is_money else Decimal(most), dollars(taken) if is_money else Decimal(taken),
                              price if is_money else price / allocation.UNITS))  # fmt: skip
        told.sort(key=lambda one: (one.price_expected == 0, not one.is_money, one.name))
        treated = np.flatnonzero(found.taken >= 0)
        groups = self._groups.told(looked.ids, treated)
        return shapes.Plan(
            len(treated), dollars(found.value), found.bound / allocation.UNITS, found.gap, found.is_exact, tuple(told),
            None if free is None else max(Decimal(0), dollars(free.value - found.value)), groups,
        )  # fmt: skip


class _Left:
    """What is left of a plan while it is settled."""

    places: Mapping[str, int]

    def __init__(self, looked: Looked, limits: allocation.Limits, found: allocation.Allocation, taken: Any, group: Any) -> None:
        self._looked, self._limits, self._taken = looked, limits, taken
        self._left = limits.most - np.array([found.used[name] for name in limits.names], np.int64)
        price = found.price_of(limits)
        owner, option = np.frombuffer(looked.owner, np.int32), np.frombuffer(looked.option, np.int32)
        self._kind, self._option, self._value = np.frombuffer(looked.kind, np.int8), option, np.frombuffer(looked.value, np.int64)
        extra = found.group_prices[group[owner]] if len(owner) else np.zeros(0)
        self._reduced = self._value - (price[option] if len(option) else 0) - extra
        names = {name: number for number, name in enumerate(dict.fromkeys(policy for policy, _, _ in looked.options))}
        of_option = np.array([names[policy] for policy, _, _ in looked.options], np.int64)
        policy = of_option[option] if len(option) else np.empty(0, np.int64)
        self._would = allocation.would_have(owner, policy, self._kind == _STANDS, self._reduced, taken)
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(looked.ids)))]).astype(np.int64)
        self._keys: list[tuple[str, str, int]] = list(looked.options)

    def concerned(self) -> list[int]:
        """The places of customers who are treated, or would be but for the lot or a person."""
        owner = np.frombuffer(self._looked.owner, np.int32)
        return sorted({*np.flatnonzero(self._taken >= 0).tolist(), *owner[self._would].tolist()})

    def seen(self, place: int) -> list[Seen]:
        """What is decided on of a customer: what is planned for him, and what would be better but for the lot or a person."""
        row = int(self._taken[place])
        better = [one for one in range(int(self._starts[place]), int(self._starts[place + 1])) if self._would[one]]
        if row < 0:
            return self._by_channel(place, better)
        channel, score = self._key(row)[1], self._value[row]
        # What would win in the same channel by its dollars is told with the winner; what would not is decided on by itself.
        told = [one for one in better if self._key(one)[1] == channel and self._value[one] > score]
        # A lot is of a policy, whatever the channel: once is enough.
        known = {self._key(one)[0] for one in told}
        return [*self._by_channel(place, [one for one in better if self._key(one)[0] not in known]), self._one(place, row, told)]

    def _by_channel(self, place: int, rows: Sequence[int]) -> list[Seen]:
        """Who is held out of several is so in the channel where he would be treated: the best of them says which."""
        if not rows:
            return []
        best = max(rows, key=lambda one: (self._reduced[one], -one))
        beside = [one for one in rows if self._key(one)[1] == self._key(best)[1] and one != best]
        return [self._one(place, best, beside)]

    def _one(self, place: int, row: int, beside: Sequence[int]) -> Seen:
        policy, channel, _ = self._key(row)
        names = dict.fromkeys([policy, *(self._key(one)[0] for one in beside)])
        return Seen(self._looked.ids[place], channel, dollars(int(self._value[row])), tuple(names))

    def _key(self, row: int) -> tuple[str, str, int]:
        return self._keys[int(self._option[row])]

    def instead(self, one: Seen) -> list[Seen]:
        """The next best of a customer that fits what is left, at the prices of the plan."""
        place = self.places.get(one.customer_id, -1)
        row = int(self._taken[place]) if place >= 0 else -1
        if row < 0 or self._key(row)[1] != one.channel or self._key(row)[0] not in one.among:
            return []
        self._left += self._limits.takes[:, self._option[row]]
        self._taken[place] = -1
        rows = [
            at for at in range(int(self._starts[place]), int(self._starts[place + 1]))
            if self._kind[at] == _STANDS and at != row and 0 < self._reduced[at] <= self._reduced[row]
            and (self._limits.takes[:, self._option[at]] <= self._left).all()
        ]  # fmt: skip
        if not rows:
            return []
        following = max(rows, key=lambda at: (self._reduced[at], -at))
        self._left -= self._limits.takes[:, self._option[following]]
        self._taken[place] = following
        return [self._one(place, following, ())]
