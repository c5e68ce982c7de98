"""What can be told before any data is read, and what is held against its contract before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unequal import config, customer_base, identity, ledger, predicates, sources, storage, value
from unequal.flow import live_rules, published, returning
from unequal.flow.assessing import assess
from unequal.flow.moving import refused as movement_refused
from unequal.flow.opening import OpenProject
from unequal.flow.reading import sliceable
from unequal.terms.errors import ConfigError, LedgerError, Problems, UnequalError

__all__ = ["assess", "check"]

Rule = tuple[tuple[str | int, ...], str]
"""The place of a rule in the config, and its text."""


def check(opened: OpenProject) -> list[dict[str, Any]]:
    """Hold the config against the files that it names: their headers, and no row of their data.

    Returns:
        A row for each source: its files and how many columns they have.

    Raises:
        Problems: files that are not there, columns that no header has, rules that cannot be; all at once.
    """
    returning.bring_back(opened)
    problems: list[UnequalError] = [*no_records(opened.config)]
    found: list[dict[str, Any]] = []
    known: dict[str, Mapping[str, str]] = {}
    for name, source in opened.config.sources.items():
        try:
            files = sources.files_of(source, opened.folder)
            columns = sources.columns_of(name, source, files, project=opened.config, root=opened.folder)
        except UnequalError as error:
            problems.extend(_placed(error, opened, "sources", name))
            continue
        known[name] = columns
        problems.extend(_rules_refused(opened, _rules(name, source), columns))
        problems.extend(_rules_refused(opened, _rules_of_books(name, opened.config.ledger), columns))
        problems.extend(_rules_refused(opened, _rules_of_programmes(name, opened.config), columns))
        problems.extend(_rules_refused(opened, _rules_of_loyalty(name, opened.config), columns))
        found.append({"source": name, "files": len(files), "columns": len(columns), "records": source.records is not None,
                      "postings": source.postings is not None})  # fmt: skip
    problems.extend(_costs_refused(opened, known))
    problems.extend(_value_refused(opened))
    problems.extend(_metrics_refused(opened))
    problems.extend(movement_refused(opened))
    problems.extend(live_rules.refused(opened))
    if problems:
        raise Problems(problems)
    return found


def _costs_refused(opened: OpenProject, known: Mapping[str, Mapping[str, str]]) -> Iterator[UnequalError]:
    """Columns that no header has and rules that cannot be, of pools, activities, shared costs, and what customers experience."""
    section = opened.config.ledger
    asked = config.columns.columns_of_experience(opened.config.surveys, opened.config.agents, opened.config.promises)
    for path, name, column, _types in (
        *config.ledger.columns_of_costs(section),
        *asked,
        *config.columns.columns_of_plans(opened.config.plans),
    ):
        if name in known and column not in known[name]:
            there = ", ".join(sorted(each for each in known[name] if not each.startswith("_")))
            yield LedgerError("LED005", "a column that is mapped is not in the source", where=f"{'.'.join(map(str, path))} ({opened.loaded.where(*path)})",
                              seen=f"{column}; {name} has {there}", do="name one of its columns; a header is read as it is written")  # fmt: skip
    for path, name, text in config.ledger.rules_of_costs(section):
        if name in known:
            try:
                predicates.parse(text, known[name], where=opened.loaded.where(*path))
            except UnequalError as error:
                yield error


def _value_refused(opened: OpenProject) -> Iterator[UnequalError]:
    """Rules of the sections value and promises that cannot be: they are over the ledger's columns, not over a source's."""
    rules: list[tuple[tuple[str, ...], str]] = [
        (("value", "relationships", name, "where"), one.where) for name, one in opened.config.value.relationships.items() if one.where
    ]
    if opened.config.promises is not None:
        rules += [(("promises", "at_customers_expense", name), rule) for name, rule in opened.config.promises.at_customers_expense.items()]
    for path, rule in rules:
        try:
            predicates.parse(rule, ledger.tables.ENTRY.types, where=opened.loaded.where(*path))
        except UnequalError as error:
            yield error


def _metrics_refused(opened: OpenProject) -> Iterator[UnequalError]:
    """Rules of metrics that cannot be: they are over entries, contacts or customers, and what is known of a customer."""
    known = dict.fromkeys(("customer_id", "kind", "band", "needs_group", *sliceable(opened.config)), "string")
    tables = {
        "entries": ledger.tables.ENTRY.types,
        "interactions": ledger.tables.INTERACTION.types,
        "customers": value.tables.CUSTOMER_VALUE.types,
    }
    for name, metric in opened.config.metrics.items():
        for key, text in (("among", metric.among), ("where", metric.where)):
            if text is None:
                continue
            try:
                predicates.parse(
                    text,
                    {**known, **tables[metric.of]},
                    where=opened.loaded.where("metrics", name, key),
                    events=predicates.windows.events_in(text),
                )
            except UnequalError as error:
                yield error


def _placed(error: UnequalError, opened: OpenProject, *path: str) -> Iterator[UnequalError]:
    """Each error with the place in the config that it comes from, where it does not say so itself."""
    if isinstance(error, Problems):
        for problem in error.problems:
            yield from _placed(problem, opened, *path)
        return
    place, named = opened.loaded.where(*path), ".".join(path)
    if place not in error.where:
        error.where = f"{named} ({place}), {error.where.removeprefix(named).removeprefix(', ')}".removesuffix(", ")
    yield error


def _rules_refused(opened: OpenProject, rules: Iterator[Rule], columns: Mapping[str, str]) -> Iterator[UnequalError]:
    for path, text in rules:
        try:
            predicates.parse(text, columns, where=opened.loaded.where(*path))
        except UnequalError as error:
            yield error


def _rules_of_books(name: str, section: config.ledger.Ledger) -> Iterator[Rule]:
    """The rules that the general ledger's mapping asks of its source's columns, and their places."""
    books, at = section.general_ledger, ("ledger", "general_ledger")
    if books is None or books.source != name:
        return
    if books.when is not None:
        yield (*at, "when"), books.when
    yield from (((*at, "accounts", rule, "when"), given.when) for rule, given in books.accounts.items() if given.when is not None)


def _rules_of_programmes(name: str, project: config.Project) -> Iterator[Rule]:
    """The rules by which programmes choose rows of a source, and their places."""
    for programme, given in project.programmes.items():
        if given.reached is not None and given.reached.source == name and given.reached.when is not None:
            yield ("programmes", programme, "reached", "when"), given.reached.when


def _rules_of_loyalty(name: str, project: config.Project) -> Iterator[Rule]:
    """The rules of behaviours that are counted from a source's rows, and their places."""
    for behaviour, given in project.loyalty.behaviours.items():
        if given.source == name and given.when is not None:
            yield ("loyalty", "behaviours", behaviour, "when"), given.when


def _rules(name: str, source: config.Source) -> Iterator[Rule]:
    """Every rule of a source and its place."""
    yield from ((("sources", name, *path), text) for path, text in _rules_of_source(source))


def _rules_of_source(source: config.Source) -> Iterator[Rule]:
    """Every rule of a source and its place below the source."""
    records, postings = source.records, source.postings
    if records is not None:
        if records.test_when is not None:
            yield ("records", "test_when"), records.test_when
        yield from ((("records", "verified", attribute), rule) for attribute, rule in records.verified.items())
        if isinstance(records.kind, config.sources.KindByRule):
            yield ("records", "kind", "organisation_when"), records.kind.organisation_when
    if postings is not None:
        for amount_name, amount in postings.amounts.items():
            if amount.when is not None:
                yield ("postings", "amounts", amount_name, "when"), amount.when
        for number, rule in enumerate(postings.rules):
            yield ("postings", "rules", number, "when"), rule.when
        if postings.returns is not None:
            yield ("postings", "returns", "when"), postings.returns.when
    for number, relationship in enumerate(source.relationships):
        if relationship.when is not None:
            yield ("relationships", number, "when"), relationship.when


def check_published(engine: storage.Engine, done: Mapping[str, storage.StepOutput]) -> None:
    """Hold every table that will be seen against its contract.

    Raises:
        StorageError: STO008, a table breaks its contract.
    """
    gathered = [output for name, output in done.items() if name.startswith("gather ")]
    contracts = (
        (ledger.tables.ENTRY, [done["book"].table("entry")]),
        (ledger.tables.STATEMENT, [done["book"].table("statement")]),
        (ledger.tables.CONTACT_TOTAL, [done["interactions"].table("contact_total")]),
        (customer_base.steps.BAND, [done["band"].table("band")]),
        *(
            (contract, [path])
            for step in published.BESIDE
            if step in done or step not in published.WHERE_DECLARED
            for contract, path in published.tables_of(step, done[step], is_kept=False)
        ),
        (identity.tables.CUSTOMER_RECORD, [done["who is who"].table("customer_record")]),
        (identity.tables.CUSTOMER, [done["who is who"].table("customer")]),
        (identity.tables.MATCH_KEY, [done["index"].table("match_key")]),
        (identity.tables.GOLDEN_ATTRIBUTE, [done["golden"].table("golden_attribute")]),
        (identity.tables.HOUSEHOLD, [done["relate"].table("household")]),
        (identity.tables.RELATIONSHIP, [done["relate"].table("relationship")]),
        (identity.tables.RECORD, [output.table("record") for output in gathered]),
        (identity.tables.PERSON_ATTRIBUTE, [output.table("person_attribute") for output in gathered]),
    )
    for contract, paths in contracts:
        if paths:
            storage.checks.check_contract(engine, engine.read(paths), contract)


def no_records(project: config.Project) -> Sequence[ConfigError]:
    """A base without a customer record is no base."""
    if any(source.records for source in project.sources.values()):
        return ()
    return (ConfigError("CFG093", "no source holds customer records", where="sources",
                        do="add records with the column of the customer's id to the source that names customers"),)  # fmt: skip
