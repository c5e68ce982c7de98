"""What a policy must not do, found before it acts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from unequal import config, predicates
from unequal.terms.errors import TreatmentError
from unequal.treatments import wording

_NUMBERS: Final = ("int", "uint", "float", "decimal")
_MADE_OF: Final = {"household": "households", "referral": "relationships of kind referrer or introducer"}


def check(
    declared: Sequence[config.policies.Declared], moments: config.policies.Moments, *, types: Mapping[str, str], protected: Collection[str] = (),
    events: Collection[str] = (), untold: Collection[str] = (),
) -> list[TreatmentError]:  # fmt: skip
    """What is wrong with policies beside the texts of their rules, which `ready` parses.

    Args:
        declared: the policies.
        moments: what holds at every moment.
        types: the profile's columns and their Ibis types.
        protected: attributes that are protected.
        events: the events there are; where none are told, triggers are not checked.
        untold: columns of the profile that are known of no customer.

    Returns:
        TRT001, an amount is taken from a protected attribute; TRT002, no such channel; TRT003, no such purpose; TRT004, an amount from
        no column of numbers, or what counts beside is known of nobody; TRT005, no such event or day; TRT006, no such policy to exclude;
        TRT007, service is taken away and nothing tells whether a band is stable; TRT008, a question that tells a column it cannot; TRT009,
        a limit, floor or quiet hours of no such purpose or channel, or a case by no such event; TRT011, a message or trigger reads what
        no moment says; TRT012, a policy is set off, and has no channel in which the company begins.
    """
    names = {one.policy.policy for one in declared}
    found = [
        problem
        for one in declared
        for problem in _Checking(one, moments, types, frozenset(protected), frozenset(events), frozenset(untold)).problems(names)
    ]
    return [*found, *_of_questions(moments, types, frozenset(protected)), *_of_moments(moments, frozenset(events))]


def reads_protected(rule: predicates.Predicate, protected: frozenset[str], do: str) -> Iterator[TreatmentError]:
    """TRT001 where a rule reads protected attributes."""
    read = [name for name in predicates.columns_of(rule) if name in protected]
    if read:
        yield TreatmentError("TRT001", "a rule reads a protected attribute", where=rule.where, seen=", ".join(read), do=do)


class _Checking:
    def __init__(
        self, declared: config.policies.Declared, moments: config.policies.Moments, types: Mapping[str, str], protected: frozenset[str],
        events: frozenset[str], untold: frozenset[str],
    ) -> None:  # fmt: skip
        self.declared, self.policy, self.moments = declared, declared.policy, moments
        self.types, self.protected, self.events, self.untold = types, protected, events, untold

    def problems(self, names: Collection[str]) -> Iterator[TreatmentError]:
        policy = self.policy
        for channel in policy.channels:
            if channel not in self.moments.channels:
                yield self._error(
                    "TRT002", "a policy is for a channel that is not declared", channel, self.moments.channels, "channels", channel
                )
        if policy.purpose not in self.moments.purposes:
            yield self._error("TRT003", "a policy is for a purpose that is not declared", policy.purpose, self.moments.purposes, "purpose")
        yield from self._amounts()
        yield from self._trigger()
        for channel, said in wording.said(policy).items():
            for name in said:
                if name not in self.moments.context:
                    yield self._error("TRT011", "a message says what no moment says", name, self.moments.context, "channels", channel)
        for at, other in enumerate(policy.excludes):
            if other not in names or other == policy.policy:
                yield self._error("TRT006", "a policy excludes one that is not there", other, names, "excludes", at)
        if policy.takes_service_away and self.types.get("band_is_stable", "").removeprefix("!") != "boolean":
            yield TreatmentError("TRT007", "a policy takes service away, and nothing tells whether a band is stable",
                                 where=self.declared.where("takes_service_away"), do="run `unequal run` with bands, so that the profile has band_is_stable")  # fmt: skip

    def _amounts(self) -> Iterator[TreatmentError]:
        effect = self.policy.effect
        given: list[tuple[str | config.policies.Multiple | None, tuple[str | int, ...]]] = [(effect.margin, ("effect", "margin"))]
        given += [(one.margin, ("effect", "variants", at, "margin")) for at, one in enumerate(effect.variants) if one.margin is not None]
        read: list[tuple[str, tuple[str | int, ...]]] = [(one.of, path) for one, path in given if isinstance(one, config.policies.Multiple)]
        read += [(column, ("counts", key)) for key, column in self.policy.counts.columns.items()]
        for column, path in read:
            if not self.types.get(column, "").removeprefix("!").startswith(_NUMBERS):
                numbers = [name for name, stored in self.types.items() if stored.removeprefix("!").startswith(_NUMBERS)]
                yield self._error("TRT004", "dollars are taken from a column that holds no number", column, numbers, *path)
            elif path[0] == "counts" and column in self.untold:
                # Unknown is nothing there: nobody would see that the policy counts nothing.
                yield TreatmentError("TRT004", "dollars are taken from a column that is told of no customer", where=self.declared.where(*path), seen=column,
                                     do=f"run `unequal run` with forecasts and {_MADE_OF[str(path[1])]}, or leave {'.'.join(map(str, path))} out")  # fmt: skip
            elif column in self.protected and self.policy.lawful_reason is None:
                yield TreatmentError("TRT001", "dollars are taken from a protected attribute", where=self.declared.where(*path), seen=column,
                                     do="declare lawful_reason, or leave the attribute out")  # fmt: skip

    def _trigger(self) -> Iterator[TreatmentError]:
        trigger = self.policy.trigger
        if trigger is None:
            return
        if trigger.reply_by is not None and trigger.reply_by not in self.moments.context:
            yield self._error("TRT011", "a policy reads what no moment says", trigger.reply_by, self.moments.context, "trigger", "reply_by")
        if trigger.reply_by is None and not any(
            self.moments.channels[name].outbound for name in self.policy.channels if name in self.moments.channels
        ):
            outbound = [name for name, one in self.moments.channels.items() if one.outbound]
            yield self._error("TRT012", "a policy is set off, and has no channel in which the company begins",
                              ", ".join(self.policy.channels), outbound, "channels")  # fmt: skip
        known = [*trigger.cancelled_by, *([trigger.on] if trigger.on else [])] if self.events else []
        for event in known:
            if event not in self.events:
                yield self._error("TRT005", "a trigger waits for an event that is not there", event, self.events, "trigger")
        day = trigger.on_day
        if day is not None and trigger.on is not None:
            if day not in (days := [name for name, one in self.moments.context.items() if one.type == "date"]):
                yield self._error("TRT011", "a policy reads a day that no event says", day, days, "trigger", "on_day")
        elif day is not None and not self.types.get(day, "").removeprefix("!").startswith("date"):
            days = [name for name, stored in self.types.items() if stored.removeprefix("!").startswith("date")]
            yield self._error("TRT005", "a trigger waits for a day that is not there", day, days, "trigger", "on_day")

    def _error(self, code: str, what: str, seen: str, known: Collection[str], *path: str | int) -> TreatmentError:
        names = ", ".join(sorted(known)[:12]) or "none"
        return TreatmentError(code, what, where=self.declared.where(*path), seen=seen, do=f"choose from: {names}")


def _of_questions(moments: config.policies.Moments, types: Mapping[str, str], protected: frozenset[str]) -> Iterator[TreatmentError]:
    for name, question in moments.questions.items():
        where, stored = f"live.questions.{name}.tells", types.get(question.tells, "string").removeprefix("!")
        if question.tells in protected:
            yield TreatmentError(
                "TRT008", "a question asks for a protected attribute", where=where, seen=question.tells, do="ask for something else"
            )
        elif stored == "boolean" and set(question.answers) != {"yes", "no"}:
            yield TreatmentError("TRT008", "a question for true or false has other answers", where=where, seen=", ".join(question.answers),
                                 do="let its answers be yes and no")  # fmt: skip
        elif stored not in {"string", "boolean"}:
            yield TreatmentError("TRT008", "a question tells a column that is no text", where=where, seen=f"{question.tells}: {stored}",
                                 do="let it tell a column of text, of true or false, or one of its own")  # fmt: skip


def _of_moments(moments: config.policies.Moments, events: frozenset[str]) -> Iterator[TreatmentError]:
    for case, declared in moments.cases.items():
        for event in (*declared.opened_by, *declared.closed_by):
            if events and event not in events:
                yield TreatmentError("TRT009", "a case hangs on an event that is not there", where=f"live.cases.{case}", seen=event,
                                     do=f"choose from: {', '.join(sorted(events)[:12])}")  # fmt: skip
    named: list[tuple[str, str | None, Collection[str]]] = [
        *((f"live.contact_limits[{at}]", one.purpose, moments.purposes) for at, one in enumerate(moments.contact_limits)),
        *((f"live.contact_limits[{at}]", one.channel, moments.channels) for at, one in enumerate(moments.contact_limits)),
        *((f"live.floors.{name}.silences", purpose, moments.purposes) for name, one in moments.floors.items() for purpose in one.silences or ()),
        *(("live.quiet_hours.purposes", purpose, moments.purposes) for purpose in (moments.quiet_hours.purposes if moments.quiet_hours else ())),
        *((f"live.questions.{name}.channels", channel, moments.channels) for name, one in moments.questions.items() for channel in one.channels),
        *((f"live.greetings.{name}.channels", channel, moments.channels) for name, one in moments.greetings.items() for channel in one.channels),
    ]  # fmt: skip
    for where, name, known in named:
        if name is not None and name not in known:
            yield TreatmentError("TRT009", "something is said of a purpose or channel that is not declared", where=where, seen=name,
                                 do=f"choose from: {', '.join(known) or 'none'}")  # fmt: skip
