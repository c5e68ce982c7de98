"""What treatments were measured to bring goes back to the choice: as drafts of policies for a person to approve; and those that lose are stopped.

A stated effect is a guess. What was measured beside those held out is a better one, with an error of its own. Both are weighed by how sure they
are: the guess as if it could be wrong by all of itself, the measurement by its standard error. So a policy that hardly anybody has answered
moves little, and the luck of the best of many policies is not taken for skill.

Source: the mean of a normal distribution with a normal prior; Efron and Morris, Stein's paradox in statistics (1977), for why the best should be shrunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import orjson
import yaml

from unequal import answers, config, storage
from unequal.flow.opening import OpenProject
from unequal.flow.policy_desk import PolicyDesk
from unequal.flow.previewing import RunTerms
from unequal.flow.reading import open_base
from unequal.flow.sending import WEBHOOK
from unequal.terms.errors import AnswerError

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
        stated_expected: the gain of one contact that the choice counted with, before the costs of the policy; None where nothing tells it.
        measured_expected: the gain that was measured, for each contact, before those costs; None while it is too early.
        counts_expected: what should be counted with from now on: between the two, by how sure each is.
        uplift: of the draft; None where none was written.
        done: what was done, in words.
    """

    policy: str
    verdict: str
    stated_expected: float | None
    measured_expected: float | None
    counts_expected: float | None
    uplift: str | None
    done: str


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
        found = ((row, _acting(state, row["policy"], at)) for row in _measured(project))
        return tuple(row["policy"] for row, acting in found if acting is not None and _stopped(project, desk, state, row, acting, at))


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
        return [_learned(project, desk, state, row, at, today) for row in _measured(project)]


def _measured(project: OpenProject) -> list[dict[str, Any]]:
    """The rows of the answer to `earned`; none where no lot was drawn."""
    with open_base(project) as opened:
        try:
            found: list[dict[str, Any]] = answers.answer(_QUESTION, opened.base).table.to_pylist()
        except AnswerError as error:
            if error.code != _LACKING:
                raise
            return []
        return found


def _learned(
    project: OpenProject, desk: PolicyDesk, state: storage.state.LiveState, row: Mapping[str, Any], at: datetime, today: date
) -> Learned:
    policy, verdict = str(row["policy"]), str(row["verdict"])
    acting = _acting(state, policy, at)
    if acting is None:
        return Learned(policy, verdict, None, None, None, None, "nothing: it does not act any more")
    if _stopped(project, desk, state, row, acting, at):
        return Learned(policy, verdict, None, None, None, None, "stopped: it loses, and its rule says so")
    declared, live = acting
    gains = weighed(row, declared, Decimal(project.config.live.assumed.counts))
    if gains is None:
        return Learned(policy, verdict, None, None, None, None, "nothing: " + _why_nothing(row))
    stated, measured, counts = gains
    text, uplift = _rewritten(live.text, declared, counts / _raw(stated, declared, project), today, row)
    draft = desk.submit(text, author=AUTHOR)
    done = (
        f"version {draft['version']} waits for a preview and for somebody's approval" if draft["version"] != live.version else "nothing new"
    )
    return Learned(policy, verdict, stated, measured, counts, uplift, done)


def weighed(row: Mapping[str, Any], declared: config.policies.Policy, assumed: Decimal) -> tuple[float, float, float] | None:
    """What was counted with, what was measured, and what should count now: each the gain of one contact, before the policy's costs.

    Args:
        row: of the answer to `earned`.
        declared: the policy as it acts.
        assumed: the share of a stated gain that counts until it is measured.

    Returns:
        None where nothing can be said yet, or the policy states no gain that could be scaled.
    """
    if row["verdict"] in {"too_early", "arms_not_as_drawn"} or not row["contacts"] or row["stated_customer_expected"] is None:
        return None
    contacts_each = row["contacts"] / row["treated"]
    cost = float(row["contact_cost"]) / row["contacts"]
    serve = Decimal(declared.cost_to_serve)
    served = float(serve if serve >= 0 or declared.effect.measured else serve * assumed)
    stated = float(row["stated_customer_expected"]) + cost + served
    if stated <= 0:
        return None
    # What it earned is net of its contacts; serving those customers stands in the ledger, and so within what was measured.
    measured = row["customer_expected"] / contacts_each + cost
    error = row["customer_standard_error"] / contacts_each
    trust = stated**2 / (stated**2 + error**2)
    return stated, measured, trust * measured + (1 - trust) * stated


def _raw(stated: float, declared: config.policies.Policy, project: OpenProject) -> float:
    """The gain as the policy states it, of which only a share counted."""
    return stated if declared.effect.measured else stated / float(project.config.live.assumed.counts)


def _why_nothing(row: Mapping[str, Any]) -> str:
    if row["verdict"] == "too_early":
        return "it is too early to say"
    if row["verdict"] == "arms_not_as_drawn":
        return "the arms are not as they were drawn: find out why before anything is believed"
    return "it states no gain that a measurement could scale"


def _rewritten(text: str, declared: config.policies.Policy, factor: float, today: date, row: Mapping[str, Any]) -> tuple[str, str]:
    """The policy with its effect as measured: uplifts scaled, and no cost to serve beside them, for that was measured with them."""
    document = yaml.safe_load(text)
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


def _acting(state: storage.state.LiveState, policy: str, at: datetime) -> tuple[config.policies.Policy, storage.state.PolicyVersion] | None:
    """A policy as it acts; None where it does not."""
    live = next((one for one in state.policies.live(at) if one.name == policy), None)
    return None if live is None else (config.policies.read_policy(live.text, policy, version=live.version).policy, live)


def _stopped(
    project: OpenProject, desk: PolicyDesk, state: storage.state.LiveState, row: Mapping[str, Any],
    acting: tuple[config.policies.Policy, storage.state.PolicyVersion], at: datetime,
) -> bool:  # fmt: skip
    """Stop a policy that loses, where its rule says so; whether that was done."""
    declared, live = acting
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
