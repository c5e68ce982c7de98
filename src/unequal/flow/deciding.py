"""Between the state's rows, the plain shapes that a choice is made from, and the documents that leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

import orjson

from unequal import config, storage
from unequal.flow.customer_profile import OfState
from unequal.flow.told import Vocabulary
from unequal.treatments import REASONS, Rules, shapes

if TYPE_CHECKING:
    from unequal.flow.policy_desk import Active
    from unequal.flow.profiles import Profiles

_VISITORS: Final = ("anonymous:", "user:")


def is_visitor(customer_id: str) -> bool:
    """Whether an id is what a source calls somebody who is no record that we know."""
    return customer_id.startswith(_VISITORS)


# What is known


def context_of(said: Mapping[str, Any], rules: Rules) -> dict[str, str | Decimal | bool]:
    """What a channel says of the moment; numbers as the amounts that they are, and nothing of what nobody declared.

    Args:
        said: by name; numbers, texts, true and false.
        rules: that say what may be said.
    """
    known = {"moment", "trigger", *rules.context, *config.policies.FLOOR_CLASSES}
    told = {name: value for name, value in said.items() if name in known and value is not None}
    return {name: value if isinstance(value, str | bool | Decimal) else Decimal(str(value)) for name, value in told.items()}


def standing_of(found: storage.state.Standing, spent: Mapping[str, Decimal]) -> shapes.Standing:
    """What the state holds of a customer, as a choice is given it."""
    return shapes.Standing(
        tuple(shapes.Contact(channel, purpose, policy or "", at) for channel, purpose, policy, at in found.contacts),
        tuple(shapes.Consent(purpose, channel, cast("Any", status), at) for purpose, channel, status, at in found.consents),
        tuple(shapes.Preference(*one) for one in found.preferences),
        tuple(shapes.Asked(*one) for one in found.asked),
        cast("Mapping[str, shapes.Arm]", found.arms),
        spent,
    )


def of_state(state: storage.state.LiveState, customer_id: str) -> OfState:
    """What the state holds of a customer, for whoever reads the profile."""
    standing = state.contacts.standing(customer_id)
    contacts = state.contacts.contacts(customer_id)
    return OfState(
        standing.version,
        [dict(zip(("purpose", "channel", "status", "at"), one, strict=True)) for one in standing.consents],
        [dict(zip(("name", "channel", "value", "at"), one, strict=True)) for one in standing.preferences],
        [
            {"at": one.reserved_at, "channel": one.channel, "purpose": one.purpose, "policy": one.policy, "status": one.status}
            for one in contacts
        ],
    )


def visitor_document(customer_id: str, asked_id: str, told: OfState) -> dict[str, Any]:
    """Somebody whom a source named, and who is no customer that we know."""
    return {"customer_id": customer_id, "asked_id": asked_id, "kind": "visitor", "version": told.version, "consents": list(told.consents),
            "preferences": list(told.preferences), "contacts": list(told.contacts)}  # fmt: skip


def name_of(pages: str | None, tracked: Mapping[str, str]) -> Callable[[str, str | None], str | None]:
    """Of an event's kind and name, the name of ours under which it counts; None where it counts under none."""

    def ours(kind: str, name: str | None) -> str | None:
        return pages if kind in {"page", "screen"} else tracked.get(name or "") if kind == "track" else None

    return ours


def happened_of(
    profiles: Profiles,
    customer_id: str,
    rows: Iterable[storage.state.EventRow],
    names: Mapping[str, Mapping[str, str]],
    project: config.Project,
) -> shapes.Happened:
    """What the run tells of a customer, and events since; what the run tells already is not counted twice."""
    told = profiles.happened(customer_id)
    found: dict[str, list[datetime]] = {}
    named = {source: name_of(one.pages, names[source]) for source, one in project.live.sources.items()}
    for row in rows:
        ours = named[row.source](row.kind, row.name) if row.source in named else None
        if ours is not None and (not told or row.timestamp > profiles.known_until(ours)):
            found.setdefault(ours, []).append(row.timestamp)
    return shapes.Happened({event: tuple(sorted([*told.get(event, ()), *found.get(event, ())])) for event in {*told, *found}})


# What is written


def taken(
    row: storage.state.DecisionRow, moment: shapes.Moment, chosen: shapes.Chosen, active: Active, *, timer: int | None
) -> storage.state.Reservation:  # fmt: skip
    """A decision with all that it takes: the contact, its dollars, lots that were drawn, the question, and the message."""
    customer_id, winner = moment.profile.customer_id, chosen.winner
    drawn = {one.policy: str(one.arm) for one in chosen.candidates if one.arm and one.policy not in moment.standing.arms}
    drawn = {name: arm for name, arm in drawn.items() if active.policies.named(name).holdout}
    asked = chosen.question and storage.state.AskedRow(customer_id, chosen.question.question, moment.channel, moment.at, row.decision_id)
    return storage.state.Reservation(
        customer_id, moment.profile.version, row,
        contacts=(contact_of(row, moment, winner, active),) if winner else (),
        arms=drawn,
        spends=(spend_of(winner, active),) if winner else (),
        asked=asked or None,
        timer=timer,
        messages=(message_of(row, moment, chosen, active),) if winner and is_outbound(moment.channel, active) else (),
        policies=active.change,
    )  # fmt: skip


def is_outbound(channel: str, active: Active) -> bool:
    """Whether we begin the contact there, so that a message must be sent."""
    declared = active.rules.moments.channels.get(channel)
    return declared is not None and declared.outbound


def contact_of(row: storage.state.DecisionRow, moment: shapes.Moment, winner: shapes.Candidate, active: Active) -> storage.state.ContactRow:
    """The contact that a decision makes."""
    declared = active.declared(winner.policy)
    return storage.state.ContactRow(
        uuid4().hex, row.customer_id, moment.channel, declared.purpose, moment.at, policy=winner.policy, policy_version=winner.version,
        treatment=declared.treatment, decision_id=row.decision_id, cost=cost_of(winner),
    )  # fmt: skip


def cost_of(winner: shapes.Candidate) -> Decimal:
    """What the treatment and the channel cost, as a positive amount."""
    return -sum((winner.parts.get(part, Decimal(0)) for part in ("treatment", "channel")), Decimal(0))


def spend_of(winner: shapes.Candidate, active: Active) -> storage.state.Spend:
    """What a decision takes of its policy's budget."""
    budget = active.policies.named(winner.policy).budget
    return storage.state.Spend(winner.policy, winner.version, cost_of(winner), budget[0] if budget else None)


def message_of(row: storage.state.DecisionRow, moment: shapes.Moment, chosen: shapes.Chosen, active: Active) -> storage.state.Message:
    """What is sent to the customer: once, by the decision's own key; with the question that the decision asks."""
    assert chosen.winner is not None, "nothing is sent where nothing is done"
    payload = {
        "decision_id": row.decision_id, "customer_id": row.customer_id, "channel": moment.channel, "at": rfc3339(moment.at),
        **treatment_of(chosen.winner, moment.channel, active),
        **({"question": question_document(chosen.question)} if chosen.question else {}),
    }  # fmt: skip
    return storage.state.Message(moment.channel, text_of(payload), row.decision_id, moment.at)


# What is told


def treatment_of(winner: shapes.Candidate, channel: str, active: Active) -> dict[str, Any]:
    """What is done, in the words that a customer may read."""
    declared = active.declared(winner.policy)
    content = declared.channels[channel].model_dump(exclude_none=True)
    return {"policy": winner.policy, "version": winner.version, "action": declared.action, "treatment": declared.treatment, **content}


def question_document(question: shapes.Ask) -> dict[str, Any]:
    """A question as it is asked."""
    return {"question": question.question, "text": question.text, "answers": dict(question.answers)}


def response_of(decision_id: str, moment: shapes.Moment, chosen: shapes.Chosen, active: Active) -> dict[str, Any]:
    """The answer to a channel; the same of the same inputs, letter by letter."""
    winner, question = chosen.winner, chosen.question
    told: dict[str, Any] = {
        "decision_id": decision_id, "customer_id": moment.profile.customer_id, "channel": moment.channel, "at": rfc3339(moment.at),
        "treatment": treatment_of(winner, moment.channel, active) if winner else None,
        "question": question_document(question) if question else None,
        "greeting": chosen.greeting, "tier": chosen.tier, "in_review": chosen.for_review.policy if chosen.for_review else None,
    }  # fmt: skip
    if winner is not None:
        told |= {
            "dollars": _words(winner.dollars), "lever": _words(winner.lever), "lever_price": _words(chosen.lever_price),
            "reasons": list(winner.why), "assumed": not active.declared(winner.policy).effect.measured,
        }  # fmt: skip
    return told


def explanation_of(
    row: storage.state.DecisionRow, versions: Mapping[str, Any], moment: shapes.Moment, chosen: shapes.Chosen,
    outcomes: Sequence[storage.state.OutcomeRow],
) -> dict[str, Any]:  # fmt: skip
    """A decision with every candidate and why it fell."""
    return {
        "decision_id": row.decision_id, "customer_id": row.customer_id, "channel": row.channel, "at": rfc3339(row.at), "versions": dict(versions),
        "replayed": True, "winner": candidate_document(chosen.winner) if chosen.winner else None,
        "candidates": [candidate_document(one) for one in chosen.candidates],
        "outcomes": [{"kind": one.kind, "at": rfc3339(one.at), "amount": _words(one.amount), "reason": one.reason} for one in outcomes],
        "inputs": {
            "profile": {name: _plain(moment.profile.row[at]) for name, at in moment.profile.columns.items()
                        if at < len(moment.profile.row) and moment.profile.row[at] is not None},
            "happened": {event: [rfc3339(at) for at in times] for event, times in moment.profile.happened.moments.items()},
            "contacts": len(moment.standing.contacts), "context": {name: _plain(value) for name, value in moment.context.items()},
        },
    }  # fmt: skip


def candidate_document(one: shapes.Candidate) -> dict[str, Any]:
    """A policy and how it fared."""
    return {
        "policy": one.policy, "version": one.version, "fell": one.fell, "because": REASONS[one.fell] if one.fell else None,
        "dollars": _words(one.dollars), "lever": _words(one.lever), "parts": {name: _words(part) for name, part in one.parts.items()},
        "arm": one.arm, "reasons": list(one.why),
    }  # fmt: skip


def quarantined_document(row: storage.state.QuarantinedRow) -> dict[str, Any]:
    """An event that was not taken, as it was sent."""
    return {
        "event_id": row.quarantined_id, "source": row.source, "message_id": row.message_id, "code": row.reason, "reason": row.detail,
        "received_at": rfc3339(row.received_at), "payload": row.payload,
    }  # fmt: skip


def text_of(document: Mapping[str, Any]) -> str:
    """A document as it is kept and compared."""
    return orjson.dumps(document).decode()


def rfc3339(at: datetime) -> str:
    """A moment as it leaves: naive UTC inside, with its zone outside."""
    return f"{at.isoformat()}Z"


def _words(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return _words(value)
    return rfc3339(value) if isinstance(value, datetime) else value if isinstance(value, str | bool | int | float) else str(value)


# What may be said


def vocabulary_of(project: config.Project) -> Vocabulary:
    """The names that a project declares for what customers say."""
    live = project.live
    return Vocabulary(
        channels=tuple(live.channels),
        purposes=tuple(live.purposes),
        questions={name: tuple(one.answers) for name, one in live.questions.items()},
    )
