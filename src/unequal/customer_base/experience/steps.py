"""The step of experience: surveys, contacts that agents answered, and promises, each a row under its customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import ibis

from unequal import config, identity, ledger
from unequal.customer_base.experience import contacts
from unequal.customer_base.experience.tables import SERVICE_CONTACT
from unequal.storage import Engine
from unequal.terms.errors import LedgerError

_BEFORE_ALL: Final = date(1900, 1, 1)


@dataclass(frozen=True)
class Owners:
    """Who is who.

    Args:
        customer_record: CUSTOMER_RECORD.
        records: RECORD.
    """

    customer_record: ibis.Table
    records: ibis.Table


def sources_of_experience(project: config.Project) -> tuple[str, ...]:
    """The sources whose accepted rows are read for it, each once; none where no section asks for any."""
    agents = project.agents
    named = [
        project.surveys.source if project.surveys else None,
        project.promises.source if project.promises else None,
        *((agents.contacts, agents.source) if agents else ()),
    ]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def tell(
    engine: Engine, *, rows: Mapping[str, ibis.Table], interactions: ibis.Table, entries: ibis.Table, owners: Owners, project: config.Project,
    folder: Path,
) -> None:  # fmt: skip
    """Write `survey_answer`, `service_contact` and `promise`, each where its section of the config is there.

    Args:
        engine: where it runs.
        rows: accepted rows of `sources_of_experience`.
        interactions: INTERACTION.
        entries: ENTRY; the last day booked tells until when promises are known.
        owners: who is who.
        project: for the sections surveys, agents and promises.
        folder: where to write.

    Raises:
        LedgerError: LED005, a column is not in its source; LED009, a day is none.
    """
    if project.surveys is not None:
        engine.write(_surveys(rows[project.surveys.source], owners, project.surveys, project), folder / "survey_answer.parquet")
    if project.agents is not None:
        engine.write(_contacts(engine, rows, interactions, project.agents, project), folder / "service_contact.parquet")
    if project.promises is not None:
        until = _last(engine, entries, "booked_on")
        found = _promises(rows[project.promises.source], owners, project.promises, project, until)
        engine.write(found, folder / "promise.parquet")


def _surveys(rows: ibis.Table, owners: Owners, surveys: config.columns.Surveys, project: config.Project) -> ibis.Table:
    columns = [(name, "attribute") for name in surveys.attributes]
    columns += [(name, role) for role in ("satisfaction", "recommend") if (name := getattr(surveys, role)) is not None]
    for name, _role in columns:
        _require(rows, name, surveys.source, "surveys")
    named = _named(rows, surveys.source, surveys.customer).mutate(
        answered_on=_day(rows, surveys.day, surveys.source, "surveys.day", project), survey_id=rows["_row_id"]
    )
    found = _owned(named, owners, [name for name, _role in columns], ["survey_id", "answered_on"])
    numbers = found.mutate(**{name: found[name].cast("float64") for name, _role in columns})
    return contacts.scores(numbers, columns)


def _contacts(
    engine: Engine, rows: Mapping[str, ibis.Table], interactions: ibis.Table, agents: config.columns.Agents, project: config.Project
) -> ibis.Table:
    """Contacts of the source with what else their rows say, each with its agent's team."""
    source = rows[agents.contacts]
    own = interactions.filter(interactions["source"] == agents.contacts, interactions["occurred_on"].notnull())
    said = source.select(
        _said="_row_id", recorded=_text(source, agents.recorded, agents.contacts), about=_text(source, agents.about, agents.contacts)
    )
    joined = own.left_join(said, own["row_id"] == said["_said"])
    served = _with_teams(joined, rows, agents, project).rename(contact_id="interaction_id", moment="occurred_at")
    until = _last(engine, own, "occurred_on")
    asked = [name for name in SERVICE_CONTACT.names if name not in ("is_again", "came_again", "recorded_again")]
    return contacts.came_again(
        engine.materialise(served.select(*asked, "moment"), "contacts"), within_days=agents.repeat_within_days, known_until=until
    )


def _with_teams(found: ibis.Table, rows: Mapping[str, ibis.Table], agents: config.columns.Agents, project: config.Project) -> ibis.Table:
    if agents.source is None or agents.agent is None:
        return found.mutate(team=ibis.null("string"), incentive_from=ibis.null("date"))
    listed = rows[agents.source]
    begins = (
        ibis.null("date")
        if agents.incentive is None
        else _day(listed, agents.incentive.from_, agents.source, "agents.incentive.from", project)
    )
    teams = listed.mutate(_agent=_text(listed, agents.agent, agents.source), _team=_text(listed, agents.team, agents.source), _from=begins)
    # Whoever stands twice in the table has one team, so that no contact is counted twice.
    once = (
        teams.filter(teams["_agent"].notnull()).group_by("_agent").aggregate(team=teams["_team"].min(), incentive_from=teams["_from"].min())
    )
    return found.left_join(once, found["agent"] == once["_agent"])


def _promises(rows: ibis.Table, owners: Owners, promises: config.columns.Promises, project: config.Project, until: date) -> ibis.Table:
    named = _named(rows, promises.source, promises.customer).mutate(
        promise_id=rows["_row_id"],
        promised_on=_day(rows, promises.promised, promises.source, "promises.promised", project),
        kept_on=_day(rows, promises.kept, promises.source, "promises.kept", project),
    )
    return contacts.kept(_owned(named, owners, [], ["promise_id", "promised_on", "kept_on"]), known_until=until)


def _named(rows: ibis.Table, source: str, customer: config.sources.CustomerOf) -> ibis.Table:
    """Rows with the record that each names."""
    for part in (customer.id,) if isinstance(customer.id, str) else customer.id:
        _require(rows, part, source, "customer")
    return rows.mutate(record=identity.record_key(rows, customer.id), record_source=ibis.literal(customer.source or source))


def _owned(named: ibis.Table, owners: Owners, kept: list[str], made: list[str]) -> ibis.Table:
    whole = named.select(*made, *kept, "record_source", "record")
    return ledger.steps.owned_rows(whole, owners.customer_record, owners.records)


def _text(rows: ibis.Table, name: str | None, source: str) -> ibis.Value:
    """A column as text; absent where it is empty, or not named."""
    if name is None:
        return ibis.null("string")
    _require(rows, name, source, "agents")
    return rows[name].cast("string").strip().nullif("")


def _day(rows: ibis.Table, name: str, source: str, where: str, project: config.Project) -> ibis.Value:
    _require(rows, name, source, where)
    return ledger.steps.day_of(rows[name], project.time_zone, where=where)


def _require(rows: ibis.Table, name: str, source: str, where: str) -> None:
    if name not in rows.columns:
        raise LedgerError("LED005", "a column that is mapped is not in the source", where=where, seen=f"{name}; {source} has no such column",
                          do="name one of its columns; a header is read as it is written")  # fmt: skip


def _last(engine: Engine, table: ibis.Table, column: str) -> date:
    """The last day of a table; of an empty one a day that any other is after, for then there is nothing to say."""
    found = engine.fetch(table.aggregate(day=table[column].max()))[0]["day"]
    return found if isinstance(found, date) else _BEFORE_ALL
