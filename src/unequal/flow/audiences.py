"""Deciding for a whole base: the same choice as at the moment of contact, for everybody at once, with the dollars first.

Everybody is looked at, then whoever is worth most is decided on first, so that a budget which does not reach for all is spent where it brings
most. Each decision is reserved as a live one is, on the customer's state as it stands then, so that a batch and the channels break no limit
together. What is sent is written in the same transaction as the decisions that it tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from unequal import predicates, storage, treatments
from unequal.flow import deciding, sending
from unequal.flow.live import Asked
from unequal.flow.policy_desk import events_of
from unequal.terms.errors import LiveError
from unequal.treatments import shapes

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active

Tell = Callable[[str, float], None]
Keep = Callable[[Sequence[Mapping[str, Any]]], None]

AT_ONCE: Final = 100
"""Customers in one transaction: live decisions wait for no more than these."""
_TRIES: Final = 50
_TOGETHER: Final = 500


@dataclass(frozen=True)
class Wanted:
    """Whom a batch is for.

    Args:
        policy: only those for whom this one is the best; whatever is best for each, by default.
        channel: by which they are reached; by default the outbound channel in which most is expected of each.
        where: a rule over customers.
        webhook: which is sent the audience, instead of each message going out by its channel.
        as_file: the audience is handed over as a file, and nothing else goes out.
    """

    policy: str | None = None
    channel: str | None = None
    where: str | None = None
    webhook: str | None = None
    as_file: bool = False


@dataclass
class Audience:
    """What a batch came to.

    Args:
        audience_id: of this batch.
        at: the moment it was decided for.
        is_dry: nothing was written.
        looked_at: customers.
        held_out: who would have been treated, but for the lot.
        for_review: who waits for a person's decision.
        rows: one for each customer who is treated, who is worth most first.
        apart: policies that wait for a moment, an event or another channel, and so treat nobody in this batch.
        plan: what was planned, where something does not reach for all.
    """

    audience_id: str
    at: datetime
    is_dry: bool
    looked_at: int = 0
    held_out: int = 0
    for_review: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    apart: tuple[str, ...] = ()
    plan: shapes.Plan | None = None

    @property
    def dollars(self) -> Decimal:
        """Expected of all who are treated, with all costs off."""
        return sum((row["dollars"] or Decimal(0) for row in self.rows), Decimal(0))

    @property
    def cost(self) -> Decimal:
        """Of treating them."""
        return sum((row["cost"] for row in self.rows), Decimal(0))

    def by_policy(self) -> list[dict[str, Any]]:
        """How many customers each policy treats by each channel, with dollars and cost; the most dollars first."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.rows:
            sums = found.setdefault((row["policy"], row["channel"]), {
                "policy": row["policy"], "channel": row["channel"], "customers": 0, "dollars expected": Decimal(0), "cost": Decimal(0)})  # fmt: skip
            sums["customers"] += 1
            sums["dollars expected"] += row["dollars"] or Decimal(0)
            sums["cost"] += row["cost"]
        return sorted(found.values(), key=lambda one: (-one["dollars expected"], one["policy"], one["channel"]))

    def told(self) -> dict[str, Any]:
        """What it came to, for whoever asked; amounts in words."""
        return {
            "audience_id": self.audience_id, "at": deciding.rfc3339(self.at), "dry_run": self.is_dry, "looked_at": self.looked_at,
            "treated": len(self.rows), "held_out": self.held_out, "for_review": self.for_review, "dollars": f"{self.dollars:f}",
            "cost": f"{self.cost:f}", "policies": [plain(one) for one in self.by_policy()], "apart": list(self.apart),
            **({"plan": self.plan.told()} if self.plan is not None else {}),
        }  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One customer who is to be decided on: what is expected, in which channel; and of which policies alone, where that was settled."""

    customer_id: str
    channel: str
    score: Decimal
    among: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[Decimal, str]:
        """The most dollars first, then by id."""
        return -self.score, self.customer_id


def decide_all(
    live: Live, wanted: Wanted, *, dry: bool = False, tell: Tell = lambda _what, _share: None, keep: Keep = lambda _rows: None
) -> Audience:
    """Decide for everybody in the base.

    Args:
        live: the moment of contact.
        wanted: whom it is for.
        dry: write nothing: say what would be done.
        tell: is told what goes on, and which share of it is done.
        keep: is given rows as soon as they are reserved, so that they are not lost with a process that ends before all are.

    Raises:
        LiveError: LIV600, LIV610, LIV611, LIV612, what is wanted is not declared.
        PredicateError: `where` is refused, as where it reads a protected attribute.
    """
    batch = Batch(live, wanted, dry=dry)
    seen = sorted(batch.look(tell), key=lambda one: one.order)
    batch.settle(seen, tell, keep)
    return batch.audience


def chosen_by_channel(
    moment: shapes.Moment, channels: Sequence[str], active: Active, *, every: bool = False
) -> Iterator[tuple[shapes.Moment, shapes.Chosen]]:  # fmt: skip
    """What would be chosen for a customer in each of some channels; with `every`, the fate of each policy too."""
    for channel in channels:
        here = replace(moment, channel=channel)
        yield here, treatments.choose(here, active.policies, active.rules, every=every)


class Batch:
    """One batch at work: `look` sees who might be decided on, `settle` decides and reserves."""

    def __init__(self, live: Live, wanted: Wanted, *, dry: bool) -> None:
        self.live, self._wanted = live, wanted
        # What channels have spent since it was last asked counts here too.
        live.forget_spent()
        active = live.policies.active()
        if wanted.policy is not None and wanted.policy not in active.versions:
            raise LiveError("LIV612", "no policy of that name acts", where="--policy", seen=wanted.policy[:80],
                            do=f"name one that is approved: {', '.join(active.versions) or 'there is none'}")  # fmt: skip
        if wanted.webhook is not None:
            (live.sender.receiver if dry else live.sender.check)(wanted.webhook)
        self.channels = _channels(wanted, active, dry=dry)
        self.holds = _holds(live, wanted.where)
        self.is_for_all = wanted.where is None
        self._spent: dict[str, Decimal] = {}
        self._instead: list[Seen] = []
        self.audience = Audience(uuid4().hex, live.clock(), dry, apart=() if wanted.policy else _apart(active, self.channels))

    # Everybody is looked at

    def look(self, tell: Tell) -> Iterator[Seen]:
        """Those who would be treated, held out or left to a person; nothing is written."""
        active = self.live.policies.active()
        for moment in self.moments(self.live.profiles.customers(), tell):
            # The channel in which most is expected of him.
            seen = (self._seen(here, chosen) for here, chosen in chosen_by_channel(moment, self.channels, active))
            found = min((one for one in seen if one is not None), key=lambda one: one.order, default=None)
            if found is not None:
                yield found

    def moments(self, customer_ids: Sequence[str], tell: Tell) -> Iterator[shapes.Moment]:
        """What is known of those of some customers whom the batch is for, in one channel; the state is asked for many at once."""
        active = self.live.policies.active()
        for first in range(0, len(customer_ids), _TOGETHER):
            tell("looking at customers", first / len(customer_ids))
            some = [one for one in customer_ids[first : first + _TOGETHER] if self.live.profiles.today(one) == one]
            for found in self.live.standings(some):
                asked = self.asked(found.customer_id, self.channels[0], active)
                moment = self.live.moment_of(asked, found, self.audience.at, active)
                if self.holds(moment):
                    self.audience.looked_at += 1
                    yield moment

    def _seen(self, moment: shapes.Moment, chosen: shapes.Chosen) -> Seen | None:
        """Where a customer stands; one held out stands where he would be treated, or a spent budget would hide him from who measures."""
        found = [one for one in (chosen.winner, *chosen.held_out, chosen.for_review) if one is not None and self._is_wanted(one)]
        if not found:
            return None
        return Seen(moment.profile.customer_id, moment.channel, max((one.dollars or Decimal(0)) + one.lever for one in found))

    def _is_wanted(self, candidate: shapes.Candidate | None) -> bool:
        return candidate is not None and self._wanted.policy in {None, candidate.policy}

    def asked(self, customer_id: str, channel: str, active: Active, among: Sequence[str] = ()) -> Asked:
        """How a customer is asked about; among some policies alone, as if they had been set off."""
        if among:
            return Asked(channel, customer_id, context={"trigger": " ".join(among)})
        if self._wanted.policy is None:
            return Asked(channel, customer_id)
        policy = active.declared(self._wanted.policy)
        context = {"trigger": policy.policy} if policy.trigger else {"moment": policy.moments[0]} if policy.moments else {}
        return Asked(channel, customer_id, context=context, purpose="service" if policy.purpose == "service" else "marketing")

    # Those who are worth most are decided on first

    def settle(self, seen: Sequence[Seen], tell: Tell, keep: Keep) -> None:
        """Decide on those who were seen, and reserve it."""
        waiting: list[tuple[Seen, int]] = [(one, _TRIES) for one in seen]
        done, of = 0, len(seen)
        while waiting:
            some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            known = len(self.audience.rows)
            again = self._settled([one for one, _ in some])
            keep(self.audience.rows[known:])
            done += len(some) - len(again)
            # Whoever moved in between is looked at again at once, and keeps the place that he had.
            waiting = (
                [(one, left - 1) for one, left in some if one in again and left > 1] + [(one, _TRIES) for one in self._instead] + waiting
            )
            self._instead.clear()
            tell("deciding", done / of)
        self.audience.rows.sort(key=lambda row: (-(row["dollars"] or Decimal(0)), row["customer_id"]))

    def _settled(self, seen: Sequence[Seen]) -> set[Seen]:
        """Decide on some; those who must be looked at again."""
        active = self.live.policies.active()
        taken = [self._taken(one, active) for one in seen]
        came = self._reserved([(reservation, row) for reservation, row, _ in taken])
        again = set()
        for one, (_, row, chosen), error in zip(seen, taken, came, strict=True):
            if isinstance(error, LiveError):
                again.add(one)
                self._undo(row)
            else:
                self._count(row, chosen)
                self._instead += self.instead(one, row)
        if any(isinstance(error, storage.state.OverBudget) for error in came):
            # Somebody else spends too: what is left is asked anew.
            self.live.forget_spent()
            self._spent.clear()
        return again

    def instead(self, one: Seen, row: Mapping[str, Any] | None) -> Sequence[Seen]:
        """Who is to be decided on next after one was, with what came of it; nobody else, where nothing was settled before."""
        del self, one, row
        return ()

    def _reserved(self, taken: Sequence[tuple[storage.state.Reservation, dict[str, Any] | None]]) -> Sequence[int | LiveError | None]:
        """Write what takes anything; of each, why it does not stand."""
        came: list[int | LiveError | None] = [None] * len(taken)
        # Who was held out before is so still, and nothing is written of him again.
        places = [place for place, (reservation, _) in enumerate(taken) if reservation.takes]
        if places and not self.audience.is_dry:
            rows = [taken[place][1] for place in places]
            reservations = [taken[place][0] for place in places]
            stood = self.live.state.contacts.reserve_all(reservations, lambda came: self._told(rows, came))
            for place, error in zip(places, stood, strict=True):
                came[place] = error
        return came

    def _taken(self, one: Seen, active: Active) -> tuple[storage.state.Reservation, dict[str, Any] | None, shapes.Chosen]:
        asked = self.asked(one.customer_id, one.channel, active, one.among)
        moment = self.live.moment(asked, self.audience.at, active)
        spent = {name: amount + self._spent.get(name, Decimal(0)) for name, amount in self.live.spent(active).items()}
        moment = replace(moment, standing=replace(moment.standing, spent=active.policies.exhausted(spent)))
        chosen = treatments.choose(moment, active.policies, active.rules, every=False)
        reservation, _ = self.live.reservation(asked, moment, chosen, active)
        if not self._is_wanted(chosen.winner):
            # Another policy is better for him, and is not asked for: that he was held out of this one is kept all the same.
            return replace(reservation, contacts=(), spends=(), asked=None, messages=()), None, chosen
        row = _row(reservation.decision, moment, chosen, active)
        self._spent[row["policy"]] = self._spent.get(row["policy"], Decimal(0)) + row["cost"]
        as_audience = self._wanted.as_file or self._wanted.webhook is not None
        return (replace(reservation, messages=()) if as_audience else reservation), row, chosen

    def _undo(self, row: dict[str, Any] | None) -> None:
        if row is not None:
            self._spent[row["policy"]] -= row["cost"]

    def _count(self, row: dict[str, Any] | None, chosen: shapes.Chosen) -> None:
        self.audience.held_out += any(map(self._is_wanted, chosen.held_out))
        self.audience.for_review += self._is_wanted(chosen.for_review)
        if row is not None:
            self.audience.rows.append(row)

    def _told(self, rows: Sequence[dict[str, Any] | None], came: Sequence[int | LiveError]) -> list[storage.state.Message]:
        """The message to a webhook that tells of those who were reserved; its key is that of its first decision."""
        told = [row for row, error in zip(rows, came, strict=True) if row is not None and not isinstance(error, LiveError)]
        if self._wanted.webhook is None or not told:
            return []
        document = {
            "audience_id": self.audience.audience_id, "at": deciding.rfc3339(self.audience.at), "customers": [plain(row) for row in told],
        }  # fmt: skip
        key = f"{self.audience.audience_id}-{told[0]['decision_id']}"
        return [storage.state.Message(sending.WEBHOOK + self._wanted.webhook, deciding.text_of(document), key, self.audience.at)]


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an audience as it leaves: amounts in words, as everywhere outside."""
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in row.items()}


def _row(decision: storage.state.DecisionRow, moment: shapes.Moment, chosen: shapes.Chosen, active: Active) -> dict[str, Any]:
    """One customer of an audience: no name and no address, which whoever sends has."""
    winner = chosen.winner
    assert winner is not None, "an audience is of those who are treated"
    content = deciding.treatment_of(decision.decision_id, winner, moment, active)
    coupon, question = content.pop("coupon", {}), chosen.question
    return {
        "customer_id": moment.profile.customer_id, "decision_id": decision.decision_id, "channel": moment.channel, **content,
        "coupon": coupon.get("code"), "coupon_amount": coupon.get("amount"), "question": question.text if question else None, "dollars": winner.dollars, "lever": winner.lever, "cost": deciding.cost_of(winner),
        "assumed": not active.declared(winner.policy).effect.measured, "reasons": "; ".join(winner.why),
    }  # fmt: skip


def _channels(wanted: Wanted, active: Active, *, dry: bool) -> tuple[str, ...]:
    """The channels in which customers may be reached."""
    declared = active.rules.moments.channels
    if wanted.channel is not None:
        if wanted.channel not in declared:
            raise LiveError("LIV610", "there is no such channel", seen=wanted.channel[:80], do=f"name one of {', '.join(declared)}")
        if not declared[wanted.channel].outbound and not dry:
            raise LiveError("LIV611", "nobody can be reached where customers begin", where=f"live.channels.{wanted.channel}",
                            seen="outbound: false", do="name an outbound channel, or ask what would be done with --dry-run")  # fmt: skip
        return (wanted.channel,)
    of = active.declared(wanted.policy).channels if wanted.policy else declared
    found = tuple(name for name in of if name in declared and declared[name].outbound)
    if not found:
        raise LiveError("LIV611", "nobody can be reached where customers begin", where="live.channels", seen=", ".join(of) or "no channel",
                        do="declare an outbound channel, and give the policy content for it")  # fmt: skip
    return found


def _apart(active: Active, channels: Sequence[str]) -> tuple[str, ...]:
    """Policies that cannot act when nothing happens by any of some channels."""
    every = (one.config for one in active.policies)
    return tuple(one.policy for one in every if one.trigger or one.moments or not set(one.channels) & set(channels))


def _holds(live: Live, where: str | None) -> Callable[[shapes.Moment], bool]:
    """Whether a rule over customers holds, as of the moment: with what happened since the run."""
    if where is None:
        return lambda _moment: True
    rule = predicates.parse(where, live.profiles.types, where="--where", events=live.profiles.events | events_of(live.project.config))
    windows = predicates.windows_of(rule)
    places = dict(live.profiles.columns)
    for window in windows:
        places[window.name] = len(places)
    single = predicates.compile_single(rule, places)
    # A moment has the columns alone that policies read: this rule may read others.
    read = [live.profiles.columns[name] for name in predicates.columns_of(rule) if name in live.profiles.columns]

    def holds(moment: shapes.Moment) -> bool:
        profile = moment.profile
        row = live.profiles.some(profile.customer_id, read) or profile.row
        return single((*row, *predicates.windows.values(windows, profile.happened.moments, moment.at))) is True

    return holds
