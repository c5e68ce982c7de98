"""What the moment of contact can do, as the guarded verbs call it: `flow`'s live verbs have this shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

Document = Mapping[str, Any]
"""A plain document; which fields it may have, and who sees them, stands in `fields.FIELDS`."""


class Taken(Protocol):
    """What became of one event: taken, repeated, conflict or quarantined; the last two with a reason and what was seen."""

    @property
    def message_id(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """A question what to do for a customer now.

    Args:
        channel: by which the customer is in contact.
        customer_id: the customer, an old id too; None where an identifier says it.
        kind, value: an identifier, as in email and ann@example.com.
        context: what the channel knows of the moment.
        purpose: marketing or service.
        author: who asks, as the audit knows him.
    """

    channel: str
    customer_id: str | None = None
    kind: str | None = None
    value: str | None = None
    context: Mapping[str, str | Decimal | bool] = field(default_factory=dict)
    purpose: str = "marketing"
    author: str = ""


@dataclass(frozen=True, slots=True)
class RouteAsking:
    """A contact that comes in, and whose it is said to be.

    Args:
        channel: by which.
        customer_id: the customer, an old id too; None where an identifier says it, or nobody knows.
        kind, value: an identifier, as in phone and +49 30 123456.
        context: what the channel knows of the moment, words of floors among them.
        skill: what is asked for.
        language: in which.
        waited_seconds: how long the customer has waited already.
        expected_wait_seconds: how long he is expected to wait yet; None: nobody knows.
        tried_self_service: whether he comes from there.
        purpose: service.
    """

    channel: str
    customer_id: str | None = None
    kind: str | None = None
    value: str | None = None
    context: Mapping[str, str | Decimal | bool] = field(default_factory=dict)
    skill: str | None = None
    language: str | None = None
    waited_seconds: int = 0
    expected_wait_seconds: int | None = None
    tried_self_service: bool = False
    purpose: str = "service"


class PolicyVerbs(Protocol):
    """Policies and their versions. Names and versions that do not exist give None; what a policy says wrong raises with its place."""

    def listed(self) -> Sequence[Document]:
        """The version of each policy that acts, or its newest draft."""

    def versions(self, name: str) -> Sequence[Document]:
        """Every version of a policy, the newest first; empty where there is none of this name."""

    def submit(self, text: str, *, author: str) -> Document:
        """A new version, as a draft, from a policy's YAML."""

    def preview(self, name: str, version: int) -> Document | None:
        """Whom a version would reach, for how many dollars at what cost."""

    def approve(self, name: str, version: int, *, by: str) -> Document | None:
        """Let a version act; raises where its author approves it, or nobody has previewed it."""

    def retire(self, name: str, *, by: str) -> Document:
        """Stop a policy at once; raises where no version of it acts."""

    def revert(self, name: str, version: int, *, by: str) -> Document | None:
        """Let an earlier version act again."""


class AgentVerbs(Protocol):
    """The moment of contact as agents use it."""

    @property
    def page(self) -> PageSettings: ...

    def sheet(self, customer_id: str, *, channel: str | None, agent: str) -> Document | None:
        """All that an agent's page tells of a contact: customer, decision, what may be given; unmasked."""

    def give_goodwill(
        self, decision_id: str, *, goodwill_id: str, agent: str, amount: Decimal, reason: str, note: str | None
    ) -> bool:  # fmt: skip
        """Give a customer something at discretion, once for an id; raises where it is more than the limits leave."""

    def measured(self, *, since: datetime, until: datetime) -> Sequence[Document]:
        """What agents did and gave, by agent, kind and reason."""


class HostVerbs(Protocol):
    """Tasks of hosts. `person` is who sees those alone that he works off, by the name with which he signs in; None: those of every host."""

    def tasks(
        self, *, person: str | None, by_stake: bool, host: str | None, status: str, due_until: date | None, after: str | None, limit: int
    ) -> Sequence[Document] | None:  # fmt: skip
        """Tasks, the most dollars at stake first or else those that are due first; from a task_id on; None where there is no such task."""

    def finish(self, task_id: str, *, outcome: str, person: str | None, author: str) -> bool:
        """Write down what came of a task; raises where it is open no more, or nothing of the kind can come of one."""

    def plan(self, *, by_stake: bool) -> Document:
        """Make tasks from the published run: those that were made, in the order of `tasks`, and how many customers have none."""


class PageSettings(Protocol):
    """How the page for agents is set up."""

    @property
    def channel(self) -> str: ...
    @property
    def embed_in(self) -> Sequence[str]: ...


class LiveVerbs(Protocol):
    """One moment of contact. None, or false: there is no such customer, decision or task. Times are naive UTC."""

    @property
    def policies(self) -> PolicyVerbs: ...
    @property
    def agents(self) -> AgentVerbs: ...
    @property
    def hosts(self) -> HostVerbs: ...

    def ingest(self, source: str, body: bytes, kind: str | None, received_at: datetime) -> Sequence[Taken]:
        """Take the events of a request's body in, one of a kind or (None) a batch: durable when this returns; a word on each, in their order."""

    def quarantined(self, *, source: str | None, reason: str | None, after: int, limit: int) -> Sequence[Document]:
        """Events that were not taken in, of one source or for one reason, in the order in which they came, from a quarantined_id on."""

    def profile(self, customer_id: str) -> Document | None:
        """All that is known of a customer, under the id that stands today."""

    def portal(self, customer_id: str) -> Sequence[Document] | None:
        """The organisations for which a customer may act today, as a portal shows them: what he may do, terms, spend."""

    def lookup(self, kind: str, value: str) -> Sequence[str]:
        """The customers whom an identifier may mean."""

    def decide_soon(self, asking: Asking, told: Callable[[dict[str, Any]], dict[str, Any]]) -> Future[dict[str, Any]]:
        """What to do for a customer now, and of it what is told; the contact is reserved when the future resolves. Nothing waits in the call."""

    def route_soon(self, asking: RouteAsking, told: Callable[[dict[str, Any]], dict[str, Any]]) -> Future[dict[str, Any]]:
        """Where a contact goes, and of it what is told. Nothing waits in the call."""

    def explain(self, decision_id: str) -> Document | None:
        """A decision with every candidate and why it fell, replayed."""

    def record_outcome(
        self, decision_id: str, *, kind: str, at: datetime | None, amount: Decimal | None, reason: str | None, author: str
    ) -> bool:  # fmt: skip
        """What came of a decision; where nobody says when, once for each kind and amount."""

    def consent(self, customer_id: str, *, purpose: str, channel: str | None, status: str, at: datetime, evidence: str) -> bool:
        """A consent given or withdrawn, or an objection."""

    def prefer(self, customer_id: str, *, name: str, value: str, channel: str | None, at: datetime, source: str) -> bool:
        """What a customer prefers."""

    def answer(self, customer_id: str, *, question: str, answer: str, channel: str, at: datetime) -> bool:
        """What a customer answered."""

    def tick(self, now: datetime) -> int:
        """Fire timers that are due and send what waits; how many were done."""
