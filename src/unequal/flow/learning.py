"""What treatments were measured to bring goes back to the choice: as drafts of policies for a person to approve; and those that lose are stopped.

A stated effect is a guess. What was measured beside those held out is a better one, with an error of its own. Both are weighed by how sure they
are: the guess as if it could be wrong by all of itself, the measurement by its standard error. So a policy that hardly anybody has answered
moves little, and the luck of the best of many policies is not taken for skill.

What one version earned says nothing of another that does something else: only customers whose lot fell since a person wrote what acts now are counted.
A version that differs from the one before it in its measured effect alone goes on with that one's customers, and is learned anew from the person's guess:
so the same data give the same effect, however often they are asked.

Source: the mean of a normal distribution with a normal prior; Efron and Morris, Stein's paradox in statistics (1977), for why the best should be shrunk.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import ibis
import orjson
import yaml

from unequal import answers, config, experiments, storage
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import DRAFT, PolicyDesk
from unequal.flow.previewing import RunTerms
from unequal.flow.reading import OpenBase, open_base
from unequal.flow.sending import WEBHOOK
from unequal.terms.errors import AnswerError
from unequal.terms.money import money_sum

AUTHOR: Final = "unequal, as measured"
"""Who writes drafts of measured effects and stops those that lose: any person may approve what it wrote."""
OWNERS: Final = "owners"
"""Where the owners of policies are told, if no webhook is declared for them: a file among those delivered."""
_QUESTION: Final = "earned"
_LACKING: Final = "ANS016"
_UPLIFT: Final = Decimal("0.000001")


@dataclass(frozen=True)
class Learned:
    """What a measurement says of one policy, and what was done about it.

    Args:
        policy: its name.
        verdict: what may be said of it; see answers.
        stated_expected: the gain of one contact that the choice counted with by a person's guess, before the costs of the policy; None where nothing tells it.
        measured_expected: the gain that was measured, for each contact, before those costs; None while it is too early.
        counts_expected: what should be counted with from now on: between the two, by how sure each is.
        uplift: of the draft that waits; None where none does.
        done: what was done, in words.
    """

    policy: str
    verdict: str
    stated_expected: float | None
    measured_expected: float | None
    counts_expected: float | None
    uplift: str | None
    done: str


@dataclass(frozen=True)
class _Acting:
    """A policy as it acts.

    Args:
        declared, live: the version that acts.
        newest: of all versions; it may be a draft.
        same: the versions that do the same to customers, by number: the one that acts, and those before it, if only their effect was measured since.
        guess: of those the one that a person wrote.
        since: lots of before were drawn for versions that did something else, naive UTC; None where there are none.
    """

    declared: config.policies.Policy
    live: storage.state.PolicyVersion
    newest: storage.state.PolicyVersion
    same: Mapping[int, config.policies.Policy]
    guess: storage.state.PolicyVersion
    since: datetime | None

    @property
    def guessed(self) -> config.policies.Policy:
        """The policy as a person wrote it."""
        return self.same[self.guess.version]


@dataclass(frozen=True)
class _Found:
    """What was measured of one policy: the row of the answer to `earned`, and the gain of one contact that a person's guess counted with."""

    row: Mapping[str, Any]
    stated: float | None


def stop_losing(project: OpenProject, *, at: datetime) -> tuple[str, ...]:
    """Stop the policies whose own rule says so, and that were shown to lose; their owners are told.

    Args:
        project: published.
        at: now, naive UTC.

    Returns:
        Their names.
    """
    with storage.state.open_live(project.state_url) as state:
        if not any("when_it_loses" in one.text for one in state.policies.live(at)):
            return ()
        desk = PolicyDesk(project, state, RunTerms(project), lambda: at)
        acting = _acting(state, at)
        found = ((one.row, acting.get(one.row["policy"])) for one in _measured(project, acting, with_stated=False))
        return tuple(row["policy"] for row, one in found if one is not None and _stopped(project, desk, state, row, one, at))


def learn(project: OpenProject, *, at: datetime, today: date) -> list[Learned]:
    """Write a draft for each policy whose effect was measured, with that effect in it; and stop those that lose, where their rule says so.

    Args:
        project: published.
        at: now, naive UTC.
        today: the company's day, which a measured effect carries.

    Returns:
        One for each policy whose lots were drawn, best first.
    """
    with storage.state.open_live(project.state_url) as state:
        desk = PolicyDesk(project, state, RunTerms(project), lambda: at)
        acting = _acting(state, at)
        return [
            _learned(project, desk, state, one, acting.get(one.row["policy"]), at, today)
            for one in _measured(project, acting, with_stated=True)
        ]


def _measured(project: OpenProject, acting: Mapping[str, _Acting], *, with_stated: bool) -> list[_Found]:
    """Each policy as the answer to `earned` tells it, of the customers of what acts now; none where no lot was drawn.

    What a guess counted with is looked up `with_stated` alone: it takes the customers' days to be gone through again, and who only stops policies needs none.
    """
    with open_base(project) as opened:
        trials = opened.base.trials()
        if trials is None:
            return []
        theirs = replace(trials, arms=_since(trials.arms, acting))
        try:
            answered = answers.answer(_QUESTION, replace(opened.base, trials=lambda: theirs))
        except AnswerError as error:
            if error.code != _LACKING:
                raise
            return []
        rows: list[dict[str, Any]] = answered.table.to_pylist()
        return [_Found(row, _stated(project, opened, theirs, acting.get(row["policy"])) if with_stated else None) for row in rows]


def _since(arms: ibis.Table, acting: Mapping[str, _Acting]) -> ibis.Table:
    """The arms without those whom an earlier version drew for something else than the policy does now."""
    for name, one in acting.items():
        if one.since is not None:
            arms = arms.filter((arms["policy"] != name) | (arms["drawn_at"] >= ibis.literal(one.since)))
    return arms


def _stated(project: OpenProject, opened: OpenBase, trials: experiments.trials.Trials, acting: _Acting | None) -> float | None:
    """The gain of one contact as a person's guess counted with it, over those that were made; None where nothing tells it.

    A contact of a later version tells it too: its gain by that version's uplift is the margin of that customer, whichever uplift counted.
    """
    if acting is None:
        return None
    base, name, guessed = opened.base, acting.live.name, acting.guessed
    assumed = Decimal(project.config.live.assumed.counts)
    measured = experiments.trials.brought(base.table("entry"), trials, name, level=base.level)
    made = experiments.trials.made_in_time(trials, name, measured)
    made = made.filter(made["policy"] == name, made["dollars"].notnull(), made["policy_version"].isin(list(acting.same)))
    told = made.group_by("policy_version").aggregate(
        contacts=made.count().cast("int64"), dollars=money_sum(made["dollars"]), cost=money_sum(made["cost"])
    )
    number, total = 0, Decimal(0)
    for row in base.fetch(told.order_by("policy_version")):
        version, contacts = acting.same[int(str(row["policy_version"]))], int(str(row["contacts"]))
        serve = Decimal(version.cost_to_serve)
        served = serve if serve >= 0 or version.effect.measured else serve * assumed
        gain = Decimal(str(row["dollars"])) + Decimal(str(row["cost"])) + served * contacts
        if ratio := _ratio(version, guessed):
            number, total = number + contacts, total + gain / (1 if version.effect.measured else assumed) / ratio
    return float(total * _counts(guessed, project) / number) if number else None


def _ratio(version: config.policies.Policy, guessed: config.policies.Policy) -> Decimal:
    """How many times the guessed uplift a version states; 0 where it states none, and tells nothing of the margin."""
    pairs = zip(_uplifts(version), _uplifts(guessed), strict=True)
    return next((theirs / guess for theirs, guess in pairs if guess), Decimal(0))


def _uplifts(policy: config.policies.Policy) -> Iterator[Decimal]:
    effect = policy.effect
    yield Decimal(effect.uplift)
    yield from (Decimal(one.uplift or effect.uplift) for one in effect.variants)


def _learned(
    project: OpenProject, desk: PolicyDesk, state: storage.state.LiveState, found: _Found, acting: _Acting | None, at: datetime, today: date
) -> Learned:  # fmt: skip
    row = found.row
    policy, verdict = str(row["policy"]), str(row["verdict"])
    if acting is None:
        return Learned(policy, verdict, None, None, None, None, "nothing: it does not act any more")
    if _stopped(project, desk, state, row, acting, at):
        return Learned(policy, verdict, None, None, None, None, "stopped: it loses, and its rule says so")
    gains = weighed(row, found.stated)
    if gains is None:
        return Learned(policy, verdict, None, None, None, None, "nothing: " + _why_nothing(row))
    stated, measured, counts = gains
    raw = stated / float(_counts(acting.guessed, project))
    text, uplift = rewritten(acting.guess.text, acting.guessed, counts / raw, today, row)
    if _says(text) == _says(acting.live.text):
        return Learned(policy, verdict, stated, measured, counts, None, "nothing new: what acts rests on this measurement")
    # Of another day, and else the same: who looks every day finds one draft.
    waits = acting.newest.status == DRAFT and _says(text) == _says(acting.newest.text)
    version = acting.newest.version if waits else desk.submit(text, author=AUTHOR)["version"]
    return Learned(policy, verdict, stated, measured, counts, uplift, f"version {version} waits for a preview and for somebody's approval")


def weighed(row: Mapping[str, Any], stated: float | None) -> tuple[float, float, float] | None:
    """What was counted with, what was measured, and what should count now: each the gain of one contact, before the policy's costs.

    Args:
        row: of the answer to `earned`.
        stated: the gain of one contact that was counted with; None where nothing tells it.

    Returns:
        None where nothing can be said yet, or the policy states no gain that could be scaled.
    """
    if row["verdict"] in {"too_early", "arms_not_as_drawn"} or not row["contacts"] or stated is None or stated <= 0:
        return None
    contacts_each = row["contacts"] / row["treated"]
    cost = float(row["contact_cost"]) / row["contacts"]
    # What it earned is net of its contacts; serving those customers stands in the ledger, and so within what was measured.
    measured = row["customer_expected"] / contacts_each + cost
    error = row["customer_standard_error"] / contacts_each
    trust = stated**2 / (stated**2 + error**2)
    return stated, measured, trust * measured + (1 - trust) * stated


def _counts(policy: config.policies.Policy, project: OpenProject) -> Decimal:
    """The share of a stated gain that counts: all of what was measured."""
    return Decimal(1) if policy.effect.measured else Decimal(project.config.live.assumed.counts)


def _says(text: str) -> config.policies.Policy:
    """A policy but for the day on which it was measured, and what stands beside it in comments."""
    policy = config.policies.read_policy(text, "policy").policy
    return policy.model_copy(update={"effect": policy.effect.model_copy(update={"measured_on": None})})


def _why_nothing(row: Mapping[str, Any]) -> str:
    if row["verdict"] == "too_early":
        return "it is too early to say"
    if row["verdict"] == "arms_not_as_drawn":
        return "the arms are not as they were drawn: find out why before anything is believed"
    return "it states no gain that a measurement could scale"


def rewritten(text: str, declared: config.policies.Policy, factor: float, today: date, row: Mapping[str, Any]) -> tuple[str, str]:
    """The policy with its effect as measured: uplifts scaled, and no cost to serve beside them, for that was measured with them."""
    document = yaml.safe_load(text)
    # A margin of next to nothing cannot carry all that was measured: then the most that a policy may state counts.
    largest = float(max(map(abs, _uplifts(declared))))
    if largest * abs(factor) > config.policies.MOST_MEASURED:
        factor = math.copysign(config.policies.MOST_MEASURED / largest, factor)
    uplift = _scaled(declared.effect.uplift, factor)
    effect = {**document["effect"], "uplift": uplift, "measured": True, "measured_on": today.isoformat()}
    if "variants" in effect:
        effect["variants"] = [
            {**one, "uplift": _scaled(one["uplift"], factor)} if one.get("uplift") is not None else one for one in effect["variants"]
        ]
    document = {**document, "effect": effect}
    document.pop("cost_to_serve", None)
    told = f"# Measured on {today.isoformat()}: {row['treated']:,} treated beside {row['held_out']:,} held out, {row['days']} days each.\n"
    return told + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120), uplift


def _scaled(uplift: str, factor: float) -> str:
    return f"{(Decimal(uplift) * Decimal(repr(factor))).quantize(_UPLIFT, rounding=ROUND_HALF_UP).normalize():f}"


def _acting(state: storage.state.LiveState, at: datetime) -> dict[str, _Acting]:
    """The policies that act, by name."""
    return {one.name: _versions(state, one) for one in state.policies.live(at)}


def _versions(state: storage.state.LiveState, live: storage.state.PolicyVersion) -> _Acting:
    every = state.policies.versions(live.name)
    approved = [one for one in every if one.approved_at is not None]
    same = [live]
    while same[-1].author == AUTHOR:
        before = next((one for one in approved if one.retired_at == same[-1].approved_at and one not in same), None)
        if before is None or _does(before) != _does(same[-1]):
            break
        same.append(before)
    guess = same[-1]
    since = guess.approved_at if len(same) < len(approved) else None
    return _Acting(_read(live), live, every[0], {one.version: _read(one) for one in same}, guess, since)


def _read(version: storage.state.PolicyVersion) -> config.policies.Policy:
    return config.policies.read_policy(version.text, version.name, version=version.version).policy


def _does(version: storage.state.PolicyVersion) -> dict[str, Any]:
    """What a version does, and to whom: all but what is expected of it, which a measurement takes the place of."""
    policy = _read(version)
    told = policy.model_dump(exclude={"cost_to_serve": True, "effect": {"uplift", "measured", "measured_on", "variants"}})
    return told | {"variants": [(one.when, one.margin) for one in policy.effect.variants]}


def _stopped(
    project: OpenProject, desk: PolicyDesk, state: storage.state.LiveState, row: Mapping[str, Any],
    acting: _Acting, at: datetime,
) -> bool:  # fmt: skip
    """Stop a policy that loses, where its rule says so; whether that was done."""
    declared, live = acting.declared, acting.live
    if row["verdict"] != "lost" or declared.measure.stop != "when_it_loses":
        return False
    # First told, then stopped: a message that comes twice has one key, and a loss that nobody hears of goes on elsewhere.
    state.outbox.enqueue([_message(project, declared, live.version, row, at)])
    desk.retire(live.name, by=AUTHOR)
    return True


def _message(
    project: OpenProject, declared: config.policies.Policy, version: int, row: Mapping[str, Any], at: datetime
) -> storage.state.Message:
    webhook = project.config.live.tell_owners
    figures: Sequence[str] = ("treated", "held_out", "days", "customer_expected", "customer_low", "customer_high", "total_expected", "said")
    payload = {
        "policy": declared.policy, "version": version, "owner": declared.owner, "stopped_at": f"{at.isoformat()}Z",
        "why": "it loses money, and measure.stop says when_it_loses", **{name: row[name] for name in figures},
    }  # fmt: skip
    to = OWNERS if webhook is None else WEBHOOK + webhook
    return storage.state.Message(to, orjson.dumps(payload).decode(), f"stopped:{declared.policy}:{version}", at)
