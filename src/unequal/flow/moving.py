"""The step of a run that tells who moved between bands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import ibis

from unequal import config, customer_base, predicates, storage, value
from unequal.flow.desk import Desk, Outputs
from unequal.flow.opening import OpenProject
from unequal.flow.reading import customer_attributes, sliceable
from unequal.flow.summary import level_of_project
from unequal.terms.errors import ConfigError, UnequalError

moving = customer_base.steps.moving


def refused(opened: OpenProject) -> Iterator[UnequalError]:
    """What the section movement names and is not there: schemes, bands, attributes, and columns in rules."""
    project, section = opened.config, opened.config.movement
    schemes, attributes = moving.schemes_of(project), sliceable(project)
    if section.scheme not in schemes:
        yield _unknown(opened, ("movement", "scheme"), section.scheme, schemes)
    if section.owner is not None and section.owner not in attributes:
        yield _unknown(opened, ("movement", "owner"), section.owner, attributes)
    for name, owners in section.owners.items():
        if name not in schemes:
            yield _unknown(opened, ("movement", "owners", name), name, schemes)
            continue
        for band in owners:
            if band not in schemes[name].bands:
                yield _unknown(opened, ("movement", "owners", name, band), band, schemes[name].bands)
    types = {
        **dict.fromkeys(("kind", "band", *attributes), "string"),
        **{name: value.tables.CUSTOMER_VALUE.types[name] for name in moving.steps.NAMED_OF_VALUE},
        **moving.tables.CUSTOMER_FIGURE.types,
    }
    for name, scheme in section.schemes.items():
        if scheme.kind == "rules":
            for number, rule in enumerate(scheme.bands):
                try:
                    at = opened.loaded.where("movement", "schemes", name, "bands", number, "when")
                    predicates.parse(rule.when, types, where=at, events=predicates.windows.events_in(rule.when))
                except UnequalError as error:
                    yield error


def _unknown(opened: OpenProject, at: tuple[str, ...], seen: str, there: Iterable[str]) -> ConfigError:
    where = f"{'.'.join(at)} ({opened.loaded.where(*at)})"
    return ConfigError("CFG070", "movement names what is not there", where=where, seen=seen, do=f"name one of {', '.join(there)}")


def move(
    desk: Desk, gathered: Outputs, who: tuple[storage.StepOutput, storage.StepOutput], book: storage.StepOutput, band: storage.StepOutput,
    foreseen: storage.StepOutput,
) -> storage.StepOutput:  # fmt: skip
    """Who stands in which band of each scheme, who moved, and what of it chance would show.

    Args:
        desk: the run's.
        gathered: the records of each source.
        who: who is who, and golden values.
        book: entries and statements.
        band: the three bands of all that is booked.
        foreseen: forecasts.
    """
    level, (is_who, golden) = level_of_project(desk.project), who
    named, contacts = _windows_named(desk.project), desk.steps.done.get("interactions")

    def work(folder: Path) -> None:
        tables = {
            "customer": desk.read(is_who, "customer"),
            "band": desk.read(band, "band"),
            "golden_attribute": desk.read(golden, "golden_attribute"),
            "person_attribute": desk.read_all(gathered, "person_attribute"),
        }
        values = desk.read(foreseen, "customer_value")
        moving.steps.move(
            desk.engine,
            entries=desk.read(book, "entry"),
            statement=desk.read(book, "statement"),
            known=_happened(
                desk, moving.steps.beside(customer_attributes(tables, sliceable(desk.project)), values), (book, foreseen, contacts), named
            ),
            values=values,
            fits=desk.read(foreseen, "model_fit"),
            level=level,
            project=desk.project,
            folder=folder,
        )

    project = desk.project
    parameters: list[storage.StepOutput | str] = [project.movement.model_dump_json(), project.identity.active.model_dump_json()]
    parameters += [project.customer_base.break_even_within, str(project.customer_base.break_even_share_of_sales)]
    parameters += [str(desk.project.value.as_of), level, *sliceable(desk.project)]
    if named and contacts is not None:
        # Of who names no windows the step is as before, whatever contacts there were.
        parameters.append(contacts)
    return desk.steps.step("move", work, inputs=[book, band, is_who, golden, foreseen, *gathered.values(), *parameters])


def _windows_named(project: config.Project) -> tuple[predicates.windows.Window, ...]:
    """The windows over events that rules of bands name."""
    rules = [text for scheme in moving.schemes_of(project).values() for _, text in scheme.rules]
    found = [window for text in rules for window in predicates.windows.named_in(text, predicates.windows.events_in(text))]
    return tuple(dict.fromkeys(found))


def _happened(
    desk: Desk, known: ibis.Table, read: tuple[storage.StepOutput, storage.StepOutput, storage.StepOutput | None],
    named: tuple[predicates.windows.Window, ...],
) -> ibis.Table:  # fmt: skip
    """What is known of customers beside what windows come to, as of the run; itself where rules name none."""
    if not named:
        return known
    (book, foreseen, contacts), profiling = read, customer_base.steps.profiling
    entries = desk.read(book, "entry")
    day = profiling.as_of(desk.engine, {"lifetime": desk.read(foreseen, "lifetime"), "entry": entries})
    moments = profiling.moments(entries, None if contacts is None else desk.read(contacts, "interaction"))
    return customer_base.steps.happened_within(
        known, moments, named, at=customer_base.steps.last_instant_before(day, desk.project.time_zone)
    )
