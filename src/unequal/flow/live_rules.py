"""The rules of the section `live`, held against what they may name before anybody is met by them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from unequal import config, customer_base, predicates, treatments
from unequal.flow.holding import types_of
from unequal.flow.opening import OpenProject
from unequal.terms.errors import Problems, TreatmentError, UnequalError


def refused(opened: OpenProject, events: Collection[str] | None = None) -> Iterator[UnequalError]:
    """What rules of floors, greetings, tiers, questions, cases and signals of hosts name and is not there, each with its line.

    Args:
        opened: the project; no run of it is needed.
        events: that the published run tells of, where there is one. Without, a name that only data could tell passes.
    """
    project, live = opened.config, opened.config.live
    known = {*customer_base.steps.profiling.may_be_named(project), *(events or ())}
    if events is None and not customer_base.steps.profiling.are_all_declared(project):
        known |= _named(live)
    protected = [name for name, one in project.attributes.items() if one.protected]
    types = types_of(project)
    try:
        treatments.ready((), live, types=types, time_zone=project.time_zone, protected=protected, events=known)
    except Problems as error:
        yield from (_placed(problem, opened) for problem in error.problems)
    if live.hosts is not None:
        said = _told_at_moments(live, types)
        for name, signal in live.hosts.signals.items():
            where = f"live.hosts.signals.{name}.when"
            try:
                rule = predicates.parse(signal.when, {**types, **said}, where=where, events=known)
                yield from (_placed(problem, opened) for problem in _of_no_moment(rule, said, where))
            except UnequalError as error:
                yield _placed(error, opened)


def check(opened: OpenProject, events: Collection[str]) -> None:
    """Refuse rules by which nobody could be met.

    Args:
        opened: a project that has been run.
        events: that the published run tells of.

    Raises:
        Problems: PRD and TRT codes, all at once.
    """
    problems = list(refused(opened, events))
    if problems:
        raise Problems(problems)


def _named(live: config.policies.Moments) -> set[str]:
    """Every event that rules and cases name, be it one or not."""
    texts = [one.when for several in (live.floors, live.greetings, live.tiers) for one in several.values()]
    texts += [tier.holds_when for tier in live.tiers.values()]
    texts += [signal.when for signal in live.hosts.signals.values()] if live.hosts is not None else []
    of_cases = {event for case in live.cases.values() for event in (*case.opened_by, *case.closed_by)}
    return of_cases | {event for text in texts if text is not None for event in predicates.windows.events_in(text)}


def _told_at_moments(live: config.policies.Moments, types: Mapping[str, str]) -> dict[str, str]:
    """Columns that no profile has, with their types: what channels say, and what only questions tell."""
    _, rules = treatments.ready((), config.policies.Moments(context=live.context), types={}, time_zone="UTC")
    return {**rules.types, **{one.tells: "string" for one in live.questions.values() if one.tells not in types}}


def _of_no_moment(rule: predicates.Predicate, said: Collection[str], where: str) -> Iterator[UnequalError]:
    """TRT011 where a signal reads what only a moment of contact says: tasks are made of the whole base, when nobody is met."""
    read = [name for name in predicates.columns_of(rule) if name in said]
    if read:
        yield TreatmentError("TRT011", "a signal of hosts reads what only a moment of contact says", where=where, seen=", ".join(read),
                             do="tasks are made when nobody is met: read columns of the profile, and events, alone")  # fmt: skip


def _placed(error: UnequalError, opened: OpenProject) -> UnequalError:
    """The error with its line, behind the key that it names."""
    named, comma, rest = error.where.partition(", ")
    path = [int(part) if part.isdigit() else part for part in re.split(r"[.\[\]]+", named) if part]
    error.where = f"{named} ({opened.loaded.where(*path)}){comma}{rest}"
    return error
