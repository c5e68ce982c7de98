"""Between the state's rows, the plain shapes that a choice is made from, and the documents that leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

import orjson

from unequal import config, storage
from unequal.flow.customer_profile import OfState
from unequal.flow.told import AHEAD, Vocabulary
from unequal.flow.told_by_events import valued
from unequal.treatments import Rules, shapes, tiers, wording

if TYPE_CHECKING:
    from unequal.flow.policy_desk import Active

_VISITORS: Final = ("anonymous:", "user:")


def is_visitor(customer_id: str) -> bool:
    """Whether an id is what a source calls somebody who is no record that we know."""
    return customer_id.startswith(_VISITORS)


# What is known


def context_of(said: Mapping[str, Any], rules: Rules) -> dict[str, str | Decimal | bool | date]:
    """What a channel says of the moment, each in the type that is declared, and nothing of what nobody declared.

    Args:
        said: by name; numbers, texts, true and false.
        rules: that say what may be said.
    """
    known = {"moment", "trigger", "address_is_shared", *rules.context, *config.policies.FLOOR_CLASSES}
    told = {name: value for name, value in said.items() if name in known and value is not None}
    declared = rules.moments.context
    values = {name: valued(value, declared[name].type) if name in declared else value for name, value in told.items()}
    return {name: _number(value) for name, value in values.items() if value is not None}


def _number(value: Any) -> str | Decimal | bool | date:
    return value if isinstance(value, str | bool | Decimal | date) else Decimal(str(value))


def standing_of(found: storage.state.Standing, spent: Mapping[str, Decimal]) -> shapes.Standing:
    """What the state holds of a customer, as a choice is given it."""
    return shapes.Standing(
        tuple(shapes.Contact(channel, purpose, policy or "", at) for channel, purpose, policy, at in found.contacts),
        tuple(shapes.Consent(purpose, channel, cast("Any", status), at) for purpose, channel, status, at in found.consents),
        tuple(shapes.Preference(*one) for one in found.preferences),
        tuple(shapes.Asked(*one) for one in found.asked),
        cast("Mapping[str, shapes.Arm]", found.arms),
        spent,
        None if found.tier is None else shapes.TierHeld(*found.tier),
    )


def no_earlier(found: storage.state.Standing, at: datetime, now: datetime) -> datetime:
    """The moment to decide for: not before anything that the state holds of the customer, or a later contact or objection would not count.

    What it holds may be later where a batch goes on for long, where another server's clock is ahead of this one, or a channel's is.

    Args:
        found: what it holds.
        at: the moment that is asked about, which is returned where nothing is later.
        now: the present; what lies further ahead than clocks go wrong is left for when its time has come.
    """
    last = [rows[-1][3] for rows in (found.contacts, found.consents, found.preferences) if rows]
    if found.asked:
        last.append(found.asked[-1][1])
    if not last or max(last) <= at:
        return at
    until = now + AHEAD
    told = [row[3] for rows in (found.contacts, found.consents, found.preferences) for row in rows] + [row[1] for row in found.asked]
    return max([at, *(one for one in told if one <= until)])


def of_state(
    state: storage.state.LiveState, customer_id: str, cases_open: Sequence[Mapping[str, Any]], events: Mapping[str, Any], names: Sequence[str]
) -> OfState:  # fmt: skip
    """What the state holds of a customer, for whoever reads the profile.

    Args:
        state: which holds it.
        customer_id: the customer.
        cases_open: what is open, as `open_cases` tells.
        events: what happened that the run does not tell, as `EventMemory.told_of` tells.
        names: others under which sources knew him.
    """
    standing = state.contacts.standing(customer_id, also=names)
    contacts = state.contacts.contacts(customer_id, also=names)
    return OfState(
        standing.version,
        [dict(zip(("purpose", "channel", "status", "at"), one, strict=True)) for one in standing.consents],
        [dict(zip(("name", "channel", "value", "at"), one, strict=True)) for one in standing.preferences],
        [
            {"at": one.reserved_at, "channel": one.channel, "purpose": one.purpose, "policy": one.policy, "status": one.status}
            for one in contacts
        ],
        cases_open,
        events,
    )


def open_cases(rules: Rules, happened: shapes.Happened, at: datetime) -> list[dict[str, Any]]:
    """What is open between a customer and the company, longest first."""
    found = [(happened.open_since(case, at), name) for name, case in rules.moments.cases.items()]
    return [{"case": name, "since": since} for since, name in sorted((since, name) for since, name in found if since is not None)]


def visitor_document(customer_id: str, asked_id: str, told: OfState) -> dict[str, Any]:
    """Somebody whom a source named, and who is no customer that we know."""
    return {"customer_id": customer_id, "asked_id": asked_id, "kind": "visitor", "version": told.version, "consents": list(told.consents),
            "preferences": list(told.preferences), "contacts": list(told.contacts), "events": told.events}  # fmt: skip


# What is written


def taken(
    row: storage.state.DecisionRow, moment: shapes.Moment, chosen: shapes.Chosen, active: Active, *, timers: Sequence[int] = (),
    history: Mapping[str, Any] | None = None,
) -> storage.state.Reservation:  # fmt: skip
    """A decision with all that it takes: the contact, its dollars, lots that were drawn, the question, and the message.

    Args:
        timers: that set it off.
        history: of the customer, for whoever delivers the message.
    """
    customer_id, winner = moment.profile.customer_id, chosen.winner
    met = met_of(moment, chosen.service, active.rules)
    lots = _lots(moment, chosen, active)
    if met is not None and met.lot is not None:
        lots[met.lot[0]] = met.lot[1]
    asked = chosen.question and storage.state.AskedRow(customer_id, chosen.question.question, moment.channel, moment.at, row.decision_id)
    return storage.state.Reservation(
        customer_id, moment.profile.version, row,
        contacts=(contact_of(row, moment, winner, active),) if winner else (),
        lots=lots,
        spends=(spend_of(winner, active),) if winner else (),
        asked=asked or None,
        timer=timers[0] if timers else None,
        other_timers=timers[1:],
        # Nobody waits for the answer to what was set off: it is sent, though by a channel in which customers begin.
        messages=(message_of(row, moment, chosen, active, history),) if winner and (timers or is_outbound(moment.channel, active)) else (),
        policies=active.change,
        tier=met.tier if met is not None else None,
    )  # fmt: skip


def _lots(moment: shapes.Moment, chosen: shapes.Chosen, active: Active) -> dict[str, storage.state.Lot]:
    """The lots of policies, and of the universal holdout, that were drawn for the first time."""
    known, found = moment.standing.arms, {}
    for one in _that_mattered(chosen):
        held_out = active.policies.named(one.policy).holdout
        if one.arm and one.policy not in known and held_out:
            found[one.policy] = storage.state.Lot(one.arm, held_out)
    if chosen.universal is not None and shapes.UNIVERSAL not in known:
        found[shapes.UNIVERSAL] = storage.state.Lot(chosen.universal, active.rules.universal_holdout)
    return found


def met_of(moment: shapes.Moment, service: shapes.Service, rules: Rules) -> storage.state.Met | None:
    """What is to be remembered of the service that a customer was met with; None where all of it is known."""
    customer_id, trial = moment.profile.customer_id, f"{tiers.TRIAL}{service.earned}"
    lot = None
    if service.arm is not None and trial not in moment.standing.arms:
        lot = (trial, storage.state.Lot(service.arm, 1 - rules.tier_trial))
    tier = None
    if service.is_new:
        tier = storage.state.TierRow(customer_id, service.earned or tiers.NO_TIER, moment.at, service.before)
    if tier is None and lot is None:
        return None
    return storage.state.Met(customer_id, moment.at, tier, lot)


def _that_mattered(chosen: shapes.Chosen) -> Sequence[shapes.Candidate]:
    """The winner, and whoever stood before it: whoever would have been outbid is in no arm yet, for nothing hung on his lot."""
    winner = next((at for at, one in enumerate(chosen.candidates) if one.fell is None), len(chosen.candidates))
    return chosen.candidates[: winner + 1]


def is_outbound(channel: str, active: Active) -> bool:
    """Whether we begin the contact there, so that a message must be sent."""
    declared = active.rules.moments.channels.get(channel)
    return declared is not None and declared.outbound


def contact_of(row: storage.state.DecisionRow, moment: shapes.Moment, winner: shapes.Candidate, active: Active) -> storage.state.ContactRow:
    """The contact that a decision makes: one at the most, and so by the decision's own id."""
    declared = active.declared(winner.policy)
    return storage.state.ContactRow(
        row.decision_id, row.customer_id, moment.channel, declared.purpose, moment.at, policy=winner.policy, policy_version=winner.version,
        treatment=declared.treatment, decision_id=row.decision_id, cost=cost_of(winner),
    )  # fmt: skip


def cost_of(winner: shapes.Candidate) -> Decimal:
    """What the treatment and the channel cost, as a positive amount."""
    return -sum((winner.parts.get(part, Decimal(0)) for part in ("treatment", "channel")), Decimal(0))


def spend_of(winner: shapes.Candidate, active: Active) -> storage.state.Spend:
    """What a decision takes of its policy's budget."""
    budget = active.policies.named(winner.policy).budget
    return storage.state.Spend(winner.policy, winner.version, cost_of(winner), budget[0] if budget else None)


def message_of(
    row: storage.state.DecisionRow, moment: shapes.Moment, chosen: shapes.Chosen, active: Active, history: Mapping[str, Any] | None = None
) -> storage.state.Message:  # fmt: skip
    """What is sent to the customer: once, by the decision's own key; with the question that the decision asks."""
    assert chosen.winner is not None, "nothing is sent where nothing is done"
    payload = {
        "decision_id": row.decision_id, "customer_id": row.customer_id, "channel": moment.channel, "at": rfc3339(moment.at),
        **treatment_of(row.decision_id, chosen.winner, moment, active),
        **({"question": question_document(chosen.question)} if chosen.question else {}),
    }  # fmt: skip
    if history is not None:
        payload["history"] = history
    return storage.state.Message(moment.channel, text_of(payload), row.decision_id, moment.at)


# What is told


def treatment_of(decision_id: str, winner: shapes.Candidate, moment: shapes.Moment, active: Active) -> dict[str, Any]:
    """What is done, in the words that a customer may read."""
    declared = active.declared(winner.policy)
    content = dict(active.policies.named(winner.policy).contents[moment.channel])
    for part in ("text", "subject", "link"):
        if part in content:
            content[part] = wording.filled(content[part], moment.context)
    if "coupon" in content:
        # A code is good for one decision, and so once: the shop says by it what came of the decision.
        content["coupon"] = {"code": f"{winner.policy}-{decision_id[-12:]}".upper(), "amount": content["coupon"]}
    if declared.ending is not None:
        content["ending"] = {"notice_days": declared.ending.notice_days, "appeal": declared.ending.appeal}
    return {"policy": winner.policy, "version": winner.version, "action": declared.action, "treatment": declared.treatment, **content}


def question_document(question: shapes.Ask) -> dict[str, Any]:
    """A question as it is asked."""
    return {"question": question.question, "text": question.text, "answers": dict(question.answers)}


def response_of(decision_id: str, moment: shapes.Moment, chosen: shapes.Chosen, active: Active) -> dict[str, Any]:
    """The answer to a channel; the same of the same inputs, letter by letter."""
    winner, question = chosen.winner, chosen.question
    told: dict[str, Any] = {
        "decision_id": decision_id, "customer_id": moment.profile.customer_id, "channel": moment.channel, "at": rfc3339(moment.at),
        "treatment": treatment_of(decision_id, winner, moment, active) if winner else None,
        "question": question_document(question) if question else None,
        "greeting": chosen.greeting, "tier": chosen.tier, "in_review": chosen.for_review.policy if chosen.for_review else None,
        "propensity": _words(chosen.propensity.normalize()),
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
        "policy": one.policy, "version": one.version, "fell": one.fell, "because": shapes.REASONS[one.fell] if one.fell else None,
        "dollars": _words(one.dollars), "lever": _words(one.lever), "parts": {name: _words(part) for name, part in one.parts.items()},
        "arm": one.arm, "reasons": list(one.why),
    }  # fmt: skip


def quarantined_document(row: storage.state.QuarantinedRow) -> dict[str, Any]:
    """An event that was not taken, as it was sent."""
    return {
        "quarantined_id": row.quarantined_id, "source": row.source, "message_id": row.message_id, "reason": row.reason,
        "received_at": rfc3339(row.received_at), "detail": row.detail, "payload": row.payload,
    }  # fmt: skip


def text_of(document: Mapping[str, Any]) -> str:
    """A document as it is kept and compared."""
    return orjson.dumps(document, default=str, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z).decode()


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
