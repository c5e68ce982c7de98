"""One moment of contact, top to bottom: what happened comes in, what is known is put together, one thing is chosen, and it is written down.

Nothing is decided twice on the same state of a customer: a decision is written only while the customer's version is the one that it was made
on; whoever comes too late looks again. So limits hold whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from zoneinfo import ZoneInfo

import orjson

from unequal import storage, treatments
from unequal.flow import (
    agent_desk,
    customer_events,
    customer_profile,
    deciding,
    explaining,
    firing,
    ingesting,
    milestones,
    portal,
    recalling,
    told,
)
from unequal.flow import erasing as erasing  # noqa: PLC0414 - the face shows it through here
from unequal.flow import simulating as simulating  # noqa: PLC0414 - likewise: the moment of contact, played in advance
from unequal.flow.clock import day_in, utc_now
from unequal.flow.deciding_together import Together, Told
from unequal.flow.event_memory import EventMemory
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import Active, PolicyDesk
from unequal.flow.previewing import RunTerms
from unequal.flow.profiles import Profiles, nobody
from unequal.flow.routes import RouteAsking, Routes
from unequal.flow.scarcity import Scarce as Scarce  # noqa: PLC0414 - as erasing
from unequal.flow.sending import Sender
from unequal.terms.errors import LiveError
from unequal.terms.ids import new_id
from unequal.treatments import shapes
from unequal.version import __version__

if TYPE_CHECKING:
    from unequal import experiments
    from unequal.flow.audiences import Audience
    from unequal.flow.beside_crm import Exported
    from unequal.flow.host_lists import HostLists
    from unequal.flow.hosting import HostDesk
    from unequal.flow.learning import Learned
    from unequal.flow.tier_preview import TierPreview


class Asking(Protocol):
    """A question what to do for a customer now."""

    @property
    def channel(self) -> str: ...
    @property
    def customer_id(self) -> str | None: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def value(self) -> str | None: ...
    @property
    def context(self) -> Mapping[str, Any]: ...
    @property
    def purpose(self) -> str: ...


@dataclass(frozen=True)
class Asked:
    """The same, asked by ourselves; `timers` are those that ask."""

    channel: str
    customer_id: str | None = None
    kind: str | None = None
    value: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = "marketing"
    timers: tuple[int, ...] = ()


class Live:
    """The moment of contact of a project. Made by `open_live`; safe for threads.

    Attributes:
        policies: who writes, previews and approves them.
        agents: the moment as agents use it.
        routes: where contacts go.
    """

    def __init__(self, project: OpenProject, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.project, self.clock = project, clock
        self.profiles = Profiles.open(project)
        self.state = storage.state.open_live(project.state_url)
        self.state.events.declare(ingesting.senders(project.config))
        self.policies = PolicyDesk(project, self.state, self.profiles, clock)
        self.sender = Sender(project, clock, live=self)
        self.agents = agent_desk.AgentDesk(self)
        self._named = customer_events.naming(project.config)
        self._memory = EventMemory(self.profiles, self.state, self._named)
        self._milestones = milestones.Milestones()
        self._by: tuple[str, tuple[str, int], str] | None = None
        self._vocabulary = deciding.vocabulary_of(project.config)
        self._spent: tuple[int, tuple[Mapping[str, Decimal], Mapping[str, Decimal]]] | None = None
        self.routes = Routes(self)
        self._together = Together(self)

    @cached_property
    def source_of(self) -> Callable[[str], str | None]:
        """Of a write key, the source that sends by it; None of what is none. Read when it is first asked for: only who serves needs keys."""
        return ingesting.write_keys(self.project)

    @cached_property
    def hosts(self) -> HostLists:
        """What hosts have to do."""
        # Loaded by those who use it: what answers customers has no need of it.
        from unequal.flow import host_lists

        return host_lists.HostLists(self.project, self.state, self.clock)

    # What happens comes in

    def ingest(self, source: str, body: bytes, kind: str | None, received_at: datetime) -> list[storage.state.Taken]:
        """Take the events of a request, each once for ever; what they set off is set in the same transaction.

        Args:
            source: who sent it.
            body: JSON.
            kind: of the one event that it is; None for a batch.
            received_at: by our clock, naive UTC.
        """
        sent = ingesting.read(body, self.project.config, kind)
        active = self.policies.active()
        effects = firing.setting_off(self.project.config, source, active, self._named) if active.set_off else None
        return ingesting.ingest(self.state, self.project.config, source, sent, received_at, effects).result()

    def quarantined(self, *, source: str | None, reason: str | None, after: int, limit: int) -> list[dict[str, Any]]:
        """Events that were not taken, oldest first."""
        rows = self.state.events.quarantined(source=source, reason=reason, after=after, at_once=limit)
        return [deciding.quarantined_document(row) for row in rows]

    # What is known

    def portal(self, customer_id: str) -> list[dict[str, Any]] | None:
        """The organisations for which a customer may act today, as portal.portal_of tells them; None where nobody is known by that id."""
        return None if self.today(customer_id) is None else portal.portal_of(self, customer_id)

    def lookup(self, kind: str, value: str) -> list[str]:
        """The customers whom an identifier may mean; IDN020: nobody can be looked up by that."""
        return self.profiles.lookup(kind, value)

    def profile(self, customer_id: str) -> dict[str, Any] | None:
        """All that is known of a customer, under the id that stands today; None where nobody is known by that id."""
        today = self.today(customer_id)
        if today is None:
            return None
        known, now = self._memory.known(today, self.state.events.version(today)), self.clock()
        cases = deciding.open_cases(self.policies.active().rules, known.happened, now)
        held = deciding.of_state(self.state, today, cases, self._memory.told_of(today, known, now), known.names)
        if deciding.is_visitor(today):
            return deciding.visitor_document(today, customer_id, held)
        return {**customer_profile.customer_profile(self.profiles, today, held), "asked_id": customer_id}

    def today(self, customer_id: str) -> str | None:
        """The id under which a customer, or a visitor whom a source named, stands today."""
        known = self.profiles.today(customer_id)
        if known is not None or not deciding.is_visitor(customer_id):
            return known
        led = self.state.events.today(customer_id)
        return self.profiles.today(led) or led

    def moment(self, asking: Asking, at: datetime, active: Active) -> shapes.Moment:
        """All that a choice is made from."""
        return self.moment_of(asking, self.state.contacts.standing(self.named(asking)), at, active)

    def moment_of(self, asking: Asking, found: storage.state.Standing, at: datetime, active: Active) -> shapes.Moment:
        """The same of a customer of whom the state was asked already."""
        standing, happened = self._standing(found)
        at = deciding.no_earlier(standing, at, self.clock())
        row = self.profiles.some(standing.customer_id, active.rules.read_places) or (
            standing.customer_id,
            *([None] * (len(self.profiles.columns) - 1)),
        )
        profile = shapes.Profile(standing.customer_id, row, self.profiles.columns, happened, standing.version)
        context = deciding.context_of(asking.context, active.rules) if asking.context else {}
        purpose: Any = asking.purpose
        return shapes.Moment(profile, deciding.standing_of(standing, self._exhausted(active)), asking.channel, context, at, purpose)

    def named(self, asking: Asking) -> str:
        """Who is meant. LIV302: nobody, or several."""
        if asking.customer_id is not None:
            found = self.today(asking.customer_id)
            if found is not None:
                return found
            raise nobody(asking.customer_id)
        several = self.lookup(str(asking.kind), str(asking.value))
        if len(several) != 1:
            raise LiveError("LIV302", "an identifier does not name one customer", where=str(asking.kind), seen=f"{len(several)} customers",
                            do="ask by customer_id, or by an identifier that is one customer's alone")  # fmt: skip
        return several[0]

    def _standing(self, found: storage.state.Standing) -> tuple[storage.state.Standing, shapes.Happened]:
        """What the state holds of a customer, under other names of his too, and what happened to him."""
        while (known := self._memory.known(found.customer_id, found.version)).names != found.also:
            # His names are as of a version: where that moves meanwhile he may get another one.
            found = self.state.contacts.standing(found.customer_id, also=known.names)
        return found, known.happened

    def standings(self, customer_ids: Sequence[str]) -> list[storage.state.Standing]:
        """What the state holds of several customers, whose moments are put together next; and what happened to them is known then."""
        found = self.state.contacts.standings(customer_ids)
        names = [one.names for one in self._memory.known_each([(one.customer_id, one.version) for one in found])]
        met = [at for at, his in enumerate(names) if his]
        whole = self.state.contacts.standings([found[at].customer_id for at in met], [names[at] for at in met]) if met else []
        for at, one in zip(met, whole, strict=True):
            found[at] = one
        return found

    def still(self, reservation: storage.state.Reservation, after: int) -> None:
        """Nothing happened to the customer but the decision itself, whose version this is."""
        self._memory.still(reservation.customer_id, reservation.version, after)

    def spent(self, active: Active) -> Mapping[str, Decimal]:
        """What each policy has spent, as last read: the reservation checks budgets again where they are kept."""
        return self._read_spent(active)[0]

    def _exhausted(self, active: Active) -> Mapping[str, Decimal]:
        """The same of policies whose budget does not reach for one more."""
        return self._read_spent(active)[1]

    def _read_spent(self, active: Active) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
        held = self._spent
        if held is None or held[0] != active.change:
            found = self.state.contacts.spent()
            spent = {name: found.get((name, version), Decimal(0)) for name, version in active.versions.items()}
            held = self._spent = (active.change, (spent, active.policies.exhausted(spent)))
        return held[1]

    def forget_spent(self) -> None:
        """Ask anew what policies have spent."""
        self._spent = None

    # What is done

    def decide(self, asking: Asking) -> dict[str, Any]:
        """What to do for a customer now; the contact is reserved, and durable, when this returns.

        Raises:
            LiveError: LIV202, LIV302, it is not known who is meant; LIV303, the customer's state did not stand still.
        """
        return self.decide_soon(asking).result()

    def decide_soon(self, asking: Asking, told: Told = lambda answer: answer) -> Future[dict[str, Any]]:
        """The same, for who does other things meanwhile: those who ask at once are decided for together.

        Args:
            asking: whom it is about.
            told: what of the answer is handed over.
        """
        return self._together.ask(asking, told)

    def route(self, asking: RouteAsking) -> dict[str, Any]:
        """Where a contact goes: queue, priority, skills, patience, and what is offered in the place of waiting; see `routes`.

        Raises:
            IdentityError: IDN020, nobody can be looked up by that.
        """
        return self.route_soon(asking).result()

    def route_soon(self, asking: RouteAsking, told: Told = lambda answer: answer) -> Future[dict[str, Any]]:
        """The same, for who does other things meanwhile; as decide_soon."""
        return self._together.route(asking, told)

    def decide_all(
        self, *, policy: str | None = None, channel: str | None = None, where: str | None = None, webhook: str | None = None,
        into: Path | None = None, dry: bool = False, tell: Callable[[str, float], None] = lambda _what, _share: None, scarce: Scarce | None = None,
    ) -> Audience:  # fmt: skip
        """Decide for the whole base, and hand it over by channel, to a webhook, or into a file; see audiences.decide_all, and allocating.allot."""
        # Loaded by those who use it: what answers customers has no need of it.
        from unequal.flow import audience_files, audiences

        return audience_files.decide_into(into, self, audiences.Wanted(policy, channel, where, webhook), scarce, dry=dry, tell=tell)

    def why_not(
        self, *, policy: str | None = None, channel: str | None = None, where: str | None = None, tell: Callable[[str, float], None] = lambda _what, _share: None
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Of each policy that could act in a batch, for how many customers it falls, and on what; see why_not.why_not."""
        from unequal.flow import audiences, why_not

        return why_not.why_not(self, audiences.Wanted(policy, channel, where), tell=tell)

    def export_crm(
        self, *, source: str, shape: str, key: str | None, folder: Path, tell: Callable[[str, float], None] = lambda _what, _share: None
    ) -> Exported:  # fmt: skip
        """Write what a CRM is told of its records; see beside_crm.export_crm."""
        from unequal.flow import beside_crm

        return beside_crm.export_crm(self, beside_crm.Wanted(source, shape, key), folder, tell=tell)

    def reservation(
        self, asking: Asking, moment: shapes.Moment, chosen: shapes.Chosen, active: Active
    ) -> tuple[storage.state.Reservation, dict[str, Any]]:
        """What a choice takes of the state, and the answer to whoever asked."""
        decision_id = new_id(moment.at)
        response = deciding.response_of(decision_id, moment, chosen, active)
        row = storage.state.DecisionRow(
            decision_id, moment.profile.customer_id, moment.channel, moment.at, recalling.text_of(moment, active.rules), self._versions(active),
            chosen.winner.policy if chosen.winner else None, deciding.text_of(response),
        )  # fmt: skip
        has_history = chosen.winner is not None and active.declared(chosen.winner.policy).with_history
        history = self._history(moment.profile.customer_id) if has_history else None
        timers: tuple[int, ...] = getattr(asking, "timers", ())
        return deciding.taken(row, moment, chosen, active, timers=timers, history=history), response

    def _versions(self, active: Active) -> str:
        """By which versions of everything is decided now, as it is kept with each decision."""
        run = self.profiles.version
        if self._by is None or self._by[:2] != (active.versions_id, run):
            by = {"unequal": __version__, "rules": active.rules_id, "policies": active.versions_id, "run": run}
            self._by = (active.versions_id, run, orjson.dumps(by).decode())
        return self._by[2]

    def _history(self, customer_id: str) -> dict[str, Any]:
        """What whoever answers a customer has at hand."""
        told = self.profile(customer_id) or {}
        return {name: told.get(name, []) for name in ("contacts", "events", "orders", "cases")}

    def explain(self, decision_id: str) -> dict[str, Any] | None:
        """A decision, made again from what it was made from, with every candidate and why it fell; see `explaining.explain`."""
        return explaining.explain(self.state, self.policies, decision_id)

    # What comes back

    def record_outcome(
        self, decision_id: str, *, kind: str, at: datetime | None, amount: Decimal | None = None, reason: str | None = None, author: str = ""
    ) -> bool:  # fmt: skip
        """Write what came of a decision, see told.record_outcome; false where there is none of that id."""
        try:
            told.record_outcome(
                self.state,
                self._vocabulary,
                decision_id,
                kind=kind,
                at=at,
                amount=amount,
                reason=reason,
                author=author or None,
                now=self.clock(),
            )
        except LiveError as error:
            if error.code == "LIV104":
                return False
            raise
        if kind == agent_desk.WRONG:
            self.agents.take_back(decision_id)
        return True

    def consent(self, customer_id: str, *, purpose: str, channel: str | None, status: str, at: datetime, evidence: str) -> bool:
        """Write a consent, a withdrawal or an objection, which every later decision obeys; false where nobody is known by that id."""
        today = self.today(customer_id)
        if today is not None:
            told.record_consent(
                self.state,
                self._vocabulary,
                today,
                purpose=purpose,
                channel=channel,
                status=status,
                at=at,
                evidence=evidence,
                now=self.clock(),
            )
        return today is not None

    def prefer(self, customer_id: str, *, name: str, value: str, channel: str | None, at: datetime, source: str = "told") -> bool:
        """Write what a customer prefers, which every later decision obeys in every channel; false where nobody is known by that id.

        Args:
            customer_id, channel, at: whose, where and since when.
            name, value: as `treatments.check_preference` knows them.
            source: shown, where we saw it by what the customer does; told otherwise.
        """
        today = self.today(customer_id)
        if today is not None:
            treatments.check_preference(name, value)
            wished = replace(self._vocabulary, preferences={name: None})
            source = source if source in told.SOURCES else "told"
            told.record_preference(
                self.state, wished, today, name=name, value=value, channel=channel, at=at, source=source, now=self.clock()
            )
        return today is not None

    def answer(self, customer_id: str, *, question: str, answer: str, channel: str, at: datetime) -> bool:
        """Write what a customer answered: it is asked in no channel again; false where nobody is known by that id."""
        today = self.today(customer_id)
        if today is not None:
            told.record_answer(
                self.state, self._vocabulary, today, question=question, said=answer, channel=channel, at=at, now=self.clock()
            )
        return today is not None

    # What time does

    def tick(self, now: datetime | None = None) -> int:
        """Take a newer run, fire timers that are due, send what waits; how many timers fired and messages left."""
        self.profiles.refresh()
        # What a message tells of a customer's history is laid out here, where no customer waits for it.
        if any(one.config.with_history for one in self.policies.active().policies):
            self.profiles.lay_out()
        self._milestones.put(self, now or self.clock())
        return firing.fire_due(self, now or self.clock()) + self.sender.send_waiting(self.state, now or self.clock())

    def close(self) -> None:
        """Answer who has asked, write what waits, and let go of the run."""
        self._together.close()
        self.state.close()
        self.profiles.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_live(project: OpenProject, *, clock: Callable[[], datetime] = utc_now) -> Live:
    """Open the moment of contact of a project that has been run.

    Raises:
        StorageError: STO009, nothing is published yet; STO006, the state was restored from before an erasure, and a run is at work.
    """
    erasing.replay(project)
    return Live(project, clock=clock)


@contextmanager
def open_policies(project: OpenProject, *, clock: Callable[[], datetime] = utc_now) -> Iterator[PolicyDesk]:
    """Open the policies of a project that has been run, without what deciding needs.

    Raises:
        StorageError: STO009, nothing is published yet.
    """
    with storage.state.open_live(project.state_url) as state:
        yield PolicyDesk(project, state, RunTerms(project), clock)


def learn(project: OpenProject, *, clock: Callable[[], datetime] = utc_now) -> list[Learned]:
    """Let the choice learn what policies were measured to bring; see `learning.learn`."""
    # Loaded by those who use it: what answers customers has no need of it.
    from unequal.flow import learning

    at = clock()
    return learning.learn(project, at=at, today=day_in(ZoneInfo(project.config.time_zone), at))


def who_responds(project: OpenProject, policy: str, *, learner: experiments.uplift.Learner = "s") -> experiments.responding.Response:
    """Learn to whom a policy does what; see `responding.who_responds`."""
    # Loaded by those who use it: what answers customers has no need of it.
    from unequal.flow import responding

    return responding.who_responds(project, policy, learner=learner)


def preview_tiers(project: OpenProject, changes: Mapping[str, str]) -> TierPreview:
    """What tiers cost and earn, and whom a change of their rules would move; see `tier_preview.preview_tiers`."""
    # Loaded by those who use it: what answers customers has no need of it.
    from unequal.flow import tier_preview

    return tier_preview.preview_tiers(project, changes, utc_now())


@contextmanager
def open_hosts(project: OpenProject, *, clock: Callable[[], datetime] = utc_now) -> Iterator[HostDesk]:
    """Open the tasks of hosts, without what deciding needs; see `hosting.HostDesk`."""
    # Loaded by those who use it, likewise.
    from unequal.flow import hosting

    erasing.replay(project)
    with storage.state.open_live(project.state_url) as state:
        yield hosting.HostDesk(project, state, clock)


def explain(project: OpenProject, decision_id: str) -> dict[str, Any]:
    """A decision made again, without what deciding needs; see `explaining.explain`."""
    with storage.state.open_live(project.state_url) as state:
        return explaining.explain(state, PolicyDesk(project, state, RunTerms(project), utc_now), decision_id)
