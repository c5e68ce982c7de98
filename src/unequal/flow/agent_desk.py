"""What an agent sees of one contact, and what he may give in it: one decision a contact, asked anew when the customer has said something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import orjson

from unequal import predicates, storage
from unequal.flow import deciding, recalling
from unequal.terms.errors import LiveError
from unequal.terms.gifts import check_gift

if TYPE_CHECKING:
    from unequal.flow.live import Live

TELLABLE: Final = (
    "orders", "orders_12m", "first_order_on", "last_order_on", "days_since_order", "began_on", "main_channel", "country", "kind",
)  # fmt: skip
"""Columns that may be read out to the customer, as reasons are: what he did himself, and nothing that we think of him."""
ENDED: Final = frozenset({"accepted", "declined", "not_now", "overridden"})
"""Outcomes after which the contact holds no other suggestion."""
OUTCOMES: Final = frozenset({"offered", *ENDED})
WRONG: Final = "overridden"
"""What an agent did not offer, because it was wrong."""
_MOST_FACTS: Final = 3
_YEAR: Final = timedelta(days=365)
_LONGEST_NOTE: Final = 500


class AgentDesk:
    """The moment of contact as agents use it. Safe for threads."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._declared = live.project.config.live
        self._zone = ZoneInfo(live.project.config.time_zone)

    @property
    def page(self) -> Any:
        """How the page for agents is set up."""
        return self._declared.agent_page

    def sheet(self, customer_id: str, *, channel: str | None, agent: str) -> dict[str, Any] | None:
        """All that an agent's page tells of a contact: the customer, what to do, what was said, and what may be given; None: nobody has that id.

        Opened again within `live.agent_page.contact_minutes`, it is the same contact with the same decision.

        Args:
            customer_id: today's id or an older one.
            channel: on which the customer is; the page's own by default.
            agent: who asks, as the audit knows him.

        Raises:
            LiveError: LIV401, the channel is none that the project declares.
        """
        today = self._live.today(customer_id)
        if today is None:
            return None
        channel = self._channel(channel)
        decision = self._decision(today, channel)
        customer = self._live.profile(today)
        return {
            "customer": customer, "decision": decision, "channel": channel, "channels": list(self._declared.channels),
            "currency": self._live.project.config.reporting_currency, "time_zone": self._zone.key, "goodwill": self._goodwill(today, decision["decision_id"], agent),
        }  # fmt: skip

    def give_goodwill(
        self, decision_id: str, *, goodwill_id: str, agent: str, amount: Decimal, reason: str, note: str | None = None
    ) -> bool:  # fmt: skip
        """Give a customer something at the agent's discretion; false where there is no such decision.

        Sent twice under one goodwill_id it is given once.

        Raises:
            LiveError: LIV400, more than the limits leave; LIV402, the project lets agents give nothing; LIV403, a reason that it does not
                list; LIV404, no amount that could be given; LIV406, another gift has the goodwill_id.
        """
        declared = self._declared.goodwill
        if declared is None:
            raise LiveError("LIV402", "agents have nothing to give", where="live.goodwill", do="declare how much they may give, and why")
        if reason not in declared.reasons:
            raise LiveError("LIV403", "that is no reason to give something", where="live.goodwill.reasons", seen=reason[:80] or "none",
                            do=f"choose one of: {'; '.join(declared.reasons)}")  # fmt: skip
        check_gift(amount)
        at = self._live.clock()
        row = storage.state.GoodwillRow(goodwill_id, decision_id, agent, at, amount, reason, (note or "")[:_LONGEST_NOTE] or None)
        try:
            self._live.state.goodwill.give(row, self._limits(declared, at))
        except LiveError as error:
            if error.code == "LIV104":
                return False
            raise
        return True

    def take_back(self, decision_id: str) -> None:
        """Count no contact for a decision that an agent did not pass on."""
        made = self._live.state.contacts.decision(decision_id)
        self._release(made.customer_id, {decision_id})

    def measured(self, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """What agents did otherwise and what they gave, by agent and reason; instants naive UTC, the last left out."""
        told = self._live.state.goodwill.measured(since=since, until=until)
        return [{name: getattr(one, name) for name in one.__slots__} for one in told]

    def _channel(self, channel: str | None) -> str:
        named = channel or self.page.channel
        if named not in self._declared.channels:
            known = ", ".join(self._declared.channels) or "none is declared"
            do = f"name one of: {known}" if channel else f"let whoever keeps the config name one of: {known}"
            where = "" if channel else "live.agent_page.channel"
            raise LiveError("LIV401", "agents cannot answer on this channel", where=where, seen=named[:80], do=do)
        return named

    # The decision of this contact

    def _decision(self, today: str, channel: str) -> dict[str, Any]:
        """The decision that holds in this contact: the last one, until the customer says something that may change it."""
        contacts = self._live.state.contacts
        begins = self._begins(self._live.clock())
        # Older than the contact, or of another channel, a decision is another contact's.
        ours = [one for one in contacts.decisions(today) if one.channel == channel and one.at >= begins]
        outcomes = [one for one in contacts.outcomes(ours[0].decision_id) if one.kind in OUTCOMES] if ours else []
        # What was passed on stays, whatever is said afterwards, until what came of it is recorded.
        if not ours or (not outcomes and self._has_said(today, ours[0].at)):
            self._release(today, {one.decision_id for one in ours[:1]})
            response = self._live.decide(_Asked(channel, today, self.page.moment))
            ours, outcomes = [contacts.decision(response["decision_id"]), *ours], []
        response = orjson.loads(ours[0].response)
        if response["question"] is None:
            response["question"] = self._open_question(today, ours[1:])
        told = [{"kind": one.kind, "at": one.at, "reason": one.reason} for one in outcomes]
        return {**response, "facts": self._facts(ours[0]) if response["treatment"] else [], "outcomes": told}

    def _has_said(self, today: str, since: datetime) -> bool:
        """Whether the customer has told a wish or answered a question since a decision was made."""
        standing = self._live.state.contacts.standing(today)
        answered = (one.answered_at for one in self._live.state.contacts.asked(today) if one.answered_at is not None)
        wishes = (one[3] for one in (*standing.consents, *standing.preferences))
        return any(at > since for at in (*answered, *wishes))

    def _release(self, customer_id: str, decision_ids: set[str]) -> None:
        """Give back the contacts of decisions that nobody has passed on: they do not count among the customer's contacts.

        What was sent meanwhile has reached the customer whatever is said of it, and counts.
        """
        contacts, active = self._live.state.contacts, self._live.policies.active()
        for one in contacts.contacts(customer_id) if decision_ids else ():
            if one.decision_id in decision_ids and one.status == "reserved":
                goes_out = deciding.is_outbound(one.channel, active)
                contacts.take_back(one.contact_id, str(one.decision_id), self._live.clock(), goes_out=goes_out)

    def _open_question(self, today: str, earlier: Iterable[storage.state.DecisionRow]) -> Any:
        """A question of this contact that is not answered yet."""
        waiting = {one.question for one in self._live.state.contacts.asked(today) if one.answer is None}
        refused = any(
            name == "questions" and value == "never" for name, _, value, _ in self._live.state.contacts.standing(today).preferences
        )
        asked = (orjson.loads(one.response)["question"] for one in earlier)
        return next((one for one in asked if one and one["question"] in waiting and not refused), None)

    def _facts(self, row: storage.state.DecisionRow) -> list[dict[str, Any]]:
        """What the rule of the winner looked at and may be told, with its value then: three at the most."""
        versions, active = self._live.policies.made_by(row.versions), self._live.policies.active()
        policies, rules = active.policies, active.rules
        if (versions["rules"], versions["policies"]) != (active.rules_id, dict(active.versions)):
            policies, rules = self._live.policies.as_of(versions["rules"], versions["policies"])
        moment, reads = recalling.moment_of(row.inputs, rules), policies.named(str(row.winner)).reads
        profile = moment.profile
        told: list[dict[str, Any]] = [
            {"fact": window.what, "event": window.event, "span": f"{window.amount} {window.unit}",
             "value": predicates.windows.value(window, profile.happened.times(window.event), moment.at)}
            for window in rules.windows if window.name in reads
        ]  # fmt: skip
        values = {name: profile.row[profile.columns[name]] for name in TELLABLE if name in reads and name in profile.columns}
        told += [{"fact": name, "value": value} for name, value in values.items() if value is not None]
        return told[:_MOST_FACTS]

    # What may be given

    def _goodwill(self, today: str, decision_id: str, agent: str) -> dict[str, Any] | None:
        declared = self._declared.goodwill
        if declared is None:
            return None
        limits = self._limits(declared, self._live.clock())
        left = self._live.state.goodwill.left(decision_id, agent, limits)
        given = [
            {"amount": one.amount, "reason": one.reason, "at": one.at}
            for one in self._live.state.goodwill.of_customer(today, since=limits.contact_begins)
        ]
        return {
            "left": min(left.values()),
            "least": min(left, key=lambda name: left[name]),
            "reasons": list(declared.reasons),
            "given": given,
        }

    def _limits(self, declared: Any, at: datetime) -> storage.state.GoodwillLimits:
        utc = ZoneInfo("UTC")
        today = at.replace(tzinfo=utc).astimezone(self._zone).date()
        midnight = datetime.combine(today, time(), self._zone).astimezone(utc).replace(tzinfo=None)
        amounts = (Decimal(declared.at_once), Decimal(declared.agent_a_day), Decimal(declared.customer_a_year))
        return storage.state.GoodwillLimits(*amounts, self._begins(at), midnight, at - _YEAR)

    def _begins(self, at: datetime) -> datetime:
        """Since when the contact of a moment goes on, at the most."""
        return at - timedelta(minutes=self.page.contact_minutes)


class _Asked:
    """What an agent's page asks: what to do for this customer on this channel, at the moment that opening the page is."""

    kind = value = None
    purpose = "service"

    def __init__(self, channel: str, customer_id: str, moment: str) -> None:
        self.channel, self.customer_id, self.context = channel, customer_id, {"moment": moment}
