"""Policies between those who write them, those who approve them, and the moment that they act in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

import orjson

from unequal import config, customer_base, storage, treatments
from unequal.flow import live_rules, trial_plans
from unequal.flow.holding import tells
from unequal.flow.opening import OpenProject
from unequal.flow.previewing import RunTerms, acting, previewed
from unequal.flow.profiles import Profiles
from unequal.flow.reading import OpenBase, open_base
from unequal.terms.errors import LiveError

DRAFT: Final = "draft"


@dataclass(frozen=True)
class Active:
    """The policies that act, made ready.

    Args:
        change: of the policies, as the state counts them; a reservation names it.
        policies, rules: made ready.
        rules_id: under which the rules are kept, so that a decision can be made again by them.
        versions: policy -> version.
        versions_id: under which those are kept.
        set_off: event -> policies that it sets off.
    """

    change: int
    policies: treatments.Policies
    rules: treatments.Rules
    rules_id: str
    versions: Mapping[str, int]
    versions_id: str
    set_off: Mapping[str, tuple[config.policies.Policy, ...]]

    def declared(self, name: str) -> config.policies.Policy:
        """A policy as it was declared."""
        return self.policies.named(name).config


class PolicyDesk:
    """Policies in their versions. Safe for threads.

    Args:
        project: whose `live` section says what holds at every moment.
        state: where versions are kept.
        profiles: whose columns rules may name; `RunTerms` where nobody is decided on.
        clock: the present moment, naive UTC.
    """

    def __init__(
        self, project: OpenProject, state: storage.state.LiveState, profiles: Profiles | RunTerms, clock: Callable[[], datetime]
    ) -> None:
        self._project, self._state, self._profiles, self._clock = project, state, profiles, clock
        self._busy = Lock()
        self._active: Active | None = None

    # What acts

    def check_moments(self) -> None:
        """Refuse to begin with rules by which nobody could be met, whatever policies act.

        Raises:
            Problems: PRD and TRT codes of the section `live`, all at once, with their lines.
        """
        live_rules.check(self._project, self._profiles.events)

    def active(self) -> Active:
        """The policies that act now; made ready anew when one was approved, retired or reverted.

        Raises:
            Problems: one does not pass its tests, as after a column went away: nobody is decided on until it is mended or retired.
        """
        change = self._state.policies.change()
        found = self._active
        if found is None or found.change != change:
            with self._busy:
                # Of many who ask at once, the first makes them ready for all.
                found = self._active
                if found is None or found.change != change:
                    found = self._active = self._made_ready(change)
        return found

    def _made_ready(self, change: int) -> Active:
        live = self._state.policies.live(self._clock())
        declared = [config.policies.read_policy(one.text, one.name, version=one.version) for one in live]
        stated = self._stated()
        policies, rules = ready(declared, stated)
        set_off: dict[str, tuple[config.policies.Policy, ...]] = {}
        for one in declared:
            if one.policy.trigger is not None and one.policy.trigger.on is not None:
                set_off[one.policy.trigger.on] = (*set_off.get(one.policy.trigger.on, ()), one.policy)
        versions = {one.name: one.version for one in sorted(live, key=lambda one: one.name)}
        return Active(change, policies, rules, self._kept(stated), versions, self._kept(versions), set_off)

    def acting(self, live: Sequence[storage.state.PolicyVersion]) -> tuple[treatments.Policies, treatments.Rules]:
        """Versions made ready; nothing is written down."""
        return self._ready([config.policies.read_policy(one.text, one.name, version=one.version) for one in live])

    def _ready(
        self, declared: Sequence[config.policies.Declared], untold: Sequence[str] = ()
    ) -> tuple[treatments.Policies, treatments.Rules]:
        return ready(declared, self._stated(), untold)

    def _stated(self) -> dict[str, Any]:
        """All that rules are made ready by, beside the policies."""
        project = self._project.config
        return {
            "moments": project.live.model_dump(mode="json", include=set(config.policies.Moments.model_fields)),
            "types": dict(self._profiles.types),
            "time_zone": project.time_zone,
            "protected": sorted(name for name, one in project.attributes.items() if one.protected),
            "events": sorted(self._profiles.events | events_of(project)),
            "currency": project.reporting_currency,
        }

    def _kept(self, stated: Mapping[str, Any]) -> str:
        # In the order in which it is declared: of greetings and tiers the first that fits is taken.
        text = orjson.dumps(stated).decode()
        name = hashlib.sha256(text.encode()).hexdigest()
        self._state.kept.put(name, text)
        return name

    def made_by(self, versions: str) -> dict[str, Any]:
        """By which versions of everything a decision was made, from what is kept with it."""
        told: dict[str, Any] = orjson.loads(versions)
        by = told["policies"]
        return {**told, "policies": orjson.loads(self._state.kept.get(by)) if isinstance(by, str) else by}

    def as_of(self, rules_id: str, versions: Mapping[str, int]) -> tuple[treatments.Policies, treatments.Rules]:
        """Policies and rules as they stood when a decision was made.

        Args:
            rules_id, versions: as the decision names them.
        """
        stated = orjson.loads(self._state.kept.get(rules_id))
        declared = []
        for name, version in versions.items():
            text = next(one.text for one in self._state.policies.versions(name) if one.version == version)
            declared.append(config.policies.read_policy(text, name, version=version))
        return ready(declared, stated)

    # Who writes and approves

    def listed(self) -> list[dict[str, Any]]:
        """The version of each policy that acts, or its newest."""
        found: dict[str, storage.state.PolicyVersion] = {}
        for one in self._state.policies.versions():
            known = found.get(one.name)
            if known is None or (one.status == "approved" and known.status != "approved"):
                found[one.name] = one
        return [document(found[name]) for name in sorted(found)]

    def versions(self, name: str) -> list[dict[str, Any]]:
        """Every version of a policy, the newest first."""
        return [document(one) for one in self._state.policies.versions(name)]

    def submit(self, text: str, *, author: str) -> dict[str, Any]:
        """A new version, a draft; it passes the tests of its own first.

        Raises:
            Problems: whatever is wrong with it, in the order of its text.
        """
        declared = config.policies.read_policy(text, "policy")
        self._ready([declared], self._untold(declared))
        return document(self._state.policies.submit(declared.policy.policy, text, author=author, at=self._clock()))

    def preview(self, name: str, version: int) -> dict[str, Any] | None:
        """Whom a version would reach in the published base, for how many dollars, at what cost; how alike groups; and what it is at odds with."""
        found = self._one(name, version)
        if found is None:
            return None
        policies, rules = self._ready(self._beside(found))
        with open_base(self._project) as opened:
            told = previewed(opened, name, policies, rules, at=self._profiles.watermark)
            told["of"] = self._of(opened.run.run_id, name)
        kept = orjson.dumps(told, default=str).decode()
        return document(self._state.policies.keep_preview(name, version, kept) if found.status == DRAFT else found, kept)

    def trial_plan(
        self, name: str, version: int, *, effect: float | None = None, a_day: float | None = None
    ) -> trial_plans.TrialPlan | None:
        """What a trial of a version could tell, before it begins; None where there is no such version. See trial_plans.planned."""
        found = self._one(name, version)
        if found is None:
            return None
        policies, rules = self._ready(self._beside(found))
        with open_base(self._project) as opened:
            return trial_plans.planned(opened, name, policies, rules, at=self._profiles.watermark, effect=effect, a_day=a_day)

    def approve(self, name: str, version: int, *, by: str) -> dict[str, Any] | None:
        """Let a version act from now on. LIV112: its author cannot; LIV113: nobody has previewed it; LIV115: as it was then, and not as it is now."""
        found = self._one(name, version)
        if found is None:
            return None
        if found.status == DRAFT and found.preview is not None:
            self._check_preview(found, orjson.loads(found.preview))
        # One that breaks the others is refused.
        self._ready(self._beside(found), self._untold(config.policies.read_policy(found.text, found.name, version=found.version)))
        return document(self._state.policies.approve(name, version, by=by, at=self._clock()))

    def revert(self, name: str, version: int, *, by: str) -> dict[str, Any] | None:
        """A draft of an earlier version's text, for another person to approve."""
        if self._one(name, version) is None:
            return None
        return document(self._state.policies.revert(name, version, author=by, at=self._clock()))

    def retire(self, name: str, *, by: str) -> dict[str, Any]:
        """Stop a policy at once: whoever may approve may stop, for it takes nothing from a customer."""
        return document(self._state.policies.retire(name, by=by, at=self._clock()))

    def _of(self, run_id: str, name: str) -> dict[str, Any]:
        """What a preview of a policy rests on: the run, and the policies that act beside it."""
        return {"run": run_id, "policies": {one.name: one.version for one in self._state.policies.live(self._clock()) if one.name != name}}

    def _check_preview(self, version: storage.state.PolicyVersion, preview: Mapping[str, Any]) -> None:
        """LIV115 where a version was previewed on another run than is published, or beside other policies than act."""
        of, now = preview.get("of") or {"run": "", "policies": {}}, self._of(self._published(), version.name)
        if of == now:
            return
        changed = sorted(name for name in {*of["policies"], *now["policies"]} if of["policies"].get(name) != now["policies"].get(name))
        seen = (
            f"it is of run {of['run'] or 'none'}, and {now['run']} is published"
            if of["run"] != now["run"]
            else f"since then changed: {', '.join(changed)}"
        )
        raise LiveError("LIV115", "a policy's preview is out of date", where=f"policy {version.name}, version {version.version}", seen=seen,
                        do="preview it again, and look at the figures as they are now")  # fmt: skip

    def _untold(self, declared: config.policies.Declared) -> list[str]:
        """What a policy counts and the published run tells of no customer."""
        counted = declared.policy.counts.columns.values()
        if not counted:
            return []
        with open_base(self._project) as opened:
            return [column for column in counted if not tells(opened, column)]

    def _published(self) -> str:
        with storage.open_state(self._project.state_url) as state:
            run = state.current_run()
        return run.run_id if run is not None else ""

    def _beside(self, version: storage.state.PolicyVersion) -> list[config.policies.Declared]:
        """The policies as they would act with a version."""
        live = {one.name: one for one in self._state.policies.live(self._clock())} | {version.name: version}
        return [config.policies.read_policy(one.text, one.name, version=one.version) for one in live.values()]

    def _one(self, name: str, version: int) -> storage.state.PolicyVersion | None:
        return next((one for one in self._state.policies.versions(name) if one.version == version), None)


def acting_on(project: OpenProject, opened: OpenBase, at: datetime | None = None) -> treatments.conflicts.Acting | None:
    """The policies that act, with an open run that they act on; None where none do, or the run is older than profiles.

    Args:
        project: whose.
        opened: the run.
        at: as of when; now by default.
    """
    if not opened.run.steps("profile"):
        return None
    now = at or datetime.now(UTC).replace(tzinfo=None)
    with storage.state.open_live(project.state_url) as state:
        live = state.policies.live(now)
        if not live:
            return None
        terms = RunTerms(project, opened)
        desk = PolicyDesk(project, state, terms, lambda: now)
        return acting(opened, *desk.acting(live), at=terms.watermark)


def ready(
    declared: Sequence[config.policies.Declared], stated: Mapping[str, Any], untold: Sequence[str] = ()
) -> tuple[treatments.Policies, treatments.Rules]:
    """Policies and rules made ready by what was stated, as `PolicyDesk` keeps it; see `treatments.ready`."""
    moments = config.policies.Moments.model_validate(stated["moments"])
    more = {name: stated[name] for name in ("types", "time_zone", "protected", "events", "currency")}
    return treatments.ready(declared, moments, untold=untold, **more)


def events_of(project: config.Project) -> frozenset[str]:
    """Events that rules may name before any run tells of one, as the config declares them."""
    return customer_base.steps.profiling.may_be_named(project)


def document(version: storage.state.PolicyVersion, preview: str | None = None) -> dict[str, Any]:
    """A version of a policy, for whoever reads it."""
    told = preview or version.preview
    return {
        "name": version.name, "version": version.version, "status": version.status, "author": version.author, "created_at": version.created_at,
        "approved_by": version.approved_by, "approved_at": version.approved_at, "text": version.text,
        "preview": orjson.loads(told) if told else None,
    }  # fmt: skip
