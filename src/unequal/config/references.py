"""Whether what a config refers to is there: sources, records, attributes, lines of money and their currencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from unequal.config.columns import ends_of, lookups_of, parts, type_of
from unequal.config.experience import Agents, columns_of_experience
from unequal.config.ledger import DatedRate, RatesFrom
from unequal.config.live import problems_of_live
from unequal.config.model import CURRENCY
from unequal.config.plans import PlanList, Plans, columns_of_plans, uses_unknown
from unequal.config.problems import KeyPath, Problem, did_you_mean, shown
from unequal.config.project import Project
from unequal.config.relationships import RecordById
from unequal.config.sources import ATTRIBUTES, Constant, CustomerOf, Postings, Source
from unequal.config.value import Contracts, Occasions, claims_entries
from unequal.terms.address_parts import ADDRESS_PARTS

_OF_ONE_CUSTOMER: Final = ("unit", "order", "customer")


def problems_of_references(project: Project) -> Iterator[Problem]:
    """What is referred to and is not there, or contradicts what else the config says."""
    for name, source in project.sources.items():
        at: KeyPath = ("sources", name)
        yield from _lookups(project, source, at)
        yield from _attributes(project, source, at)
        if source.postings is not None:
            yield from _level(source.postings, (*at, "postings"))
            yield from _returns(source.postings, (*at, "postings", "returns"))
            yield from _control_total(source.postings, (*at, "postings", "control_total"))
            yield from _currency(project, source, (*at, "postings", "currency"))
            if source.postings.customer is not None:
                yield from _customer(project, name, source.postings.customer, (*at, "postings", "customer"))
        if source.interactions is not None:
            yield from _customer(project, name, source.interactions.customer, (*at, "interactions", "customer"))
        yield from _relationships(project, name, source, (*at, "relationships"))
    yield from _own_attributes(project)
    yield from _identifiers(project)
    yield from _survivorship(project)
    yield from _rates(project)
    yield from _value(project)
    yield from _programmes(project)
    yield from _experience(project)
    yield from _codes(project)
    yield from _loyalty(project)
    yield from _turnover(project)
    yield from _live(project)


def _live(project: Project) -> Iterator[Problem]:
    """User ids name records of a source that is there and has one id to a record."""
    yield from problems_of_live(project.live)
    for name, sender in project.live.sources.items():
        if sender.user_id is None:
            continue
        path: KeyPath = ("live", "sources", name, "user_id", "source")
        yield from _known_source(project, sender.user_id.source, path)
        holder = project.sources.get(sender.user_id.source)
        if holder is not None and (holder.records is None or len(parts(holder.records.id)) != 1):
            do = "name a source whose records have an id of one column"
            yield Problem("CFG021", "user ids cannot name records of that source", path, seen=sender.user_id.source, do=do)


def _codes(project: Project) -> Iterator[Problem]:
    """What is said of codes names a source that is there, and columns that its header has."""
    for name, codes in project.codes.items():
        yield from _known_source(project, name, ("codes", name))
        for column in codes.named() if name in project.sources else ():
            yield from _column_in_header(project.sources[name], column, ("codes", name))


def _known_source(project: Project, name: str, path: KeyPath) -> Iterator[Problem]:
    if name not in project.sources:
        yield Problem("CFG020", "there is no such source", path, seen=shown(name), do=did_you_mean(name, project.sources))


def _column_in_header(source: Source, column: str, path: KeyPath) -> Iterator[Problem]:
    if source.header is not None and column not in source.header:
        yield Problem(
            "CFG027", "the header of that source has no such column", path, seen=shown(column), do=did_you_mean(column, source.header)
        )


def _lookups(project: Project, source: Source, at: KeyPath) -> Iterator[Problem]:
    for below, lookup in lookups_of(source):
        path = (*at, *below)
        yield from _known_source(project, lookup.source, (*path, "source"))
        if other := project.sources.get(lookup.source):
            yield from _column_in_header(other, lookup.key, (*path, "key"))
            yield from _column_in_header(other, lookup.value, (*path, "value"))


def _relationships(project: Project, name: str, source: Source, at: KeyPath) -> Iterator[Problem]:
    known = {*project.identity.identifiers, *(key for each in project.sources.values() if each.records for key in each.records.keys)}
    for index, relationship in enumerate(source.relationships):
        for key, end in ends_of(relationship):
            path = (*at, index, key)
            if isinstance(end, RecordById):
                yield from _customer(project, name, end, path)
            elif end.identifier not in known:
                do = did_you_mean(end.identifier, known, otherwise="name one of identity.identifiers, or a declared key")
                yield Problem("CFG022", "there is no such identifier", (*path, "identifier"), seen=shown(end.identifier), do=do)
        if relationship.from_ == relationship.to:
            do = "let `to` name another record than `from`"
            yield Problem("CFG035", "a relationship leads from a record to itself", (*at, index, "to"), do=do)


def _customer(project: Project, name: str, customer: CustomerOf | RecordById, at: KeyPath) -> Iterator[Problem]:
    named = customer.source or name
    path = (*at, "source") if customer.source else at
    yield from _known_source(project, named, path)
    holder = project.sources.get(named)
    if holder is None:
        return
    if holder.records is None:
        holders = [other for other, source in project.sources.items() if source.records]
        do = (
            f"name the source that has them: {', '.join(holders)}"
            if holders
            else f"add records to sources.{named}: its id and its attributes"
        )
        yield Problem("CFG021", f"the source {named} has no records that rows could belong to", path, do=do)
    elif len(parts(customer.id)) != len(parts(holder.records.id)):
        seen = f"{len(parts(customer.id))} here, {len(parts(holder.records.id))} there"
        do = "name as many columns, in the same order"
        yield Problem("CFG021", f"the id has not as many parts as the records of {named}", (*at, "id"), seen=seen, do=do)


def _attributes(project: Project, source: Source, at: KeyPath) -> Iterator[Problem]:
    if source.records is None:
        return
    known = {*ATTRIBUTES, *project.attributes}
    for attribute in source.records.attributes:
        if attribute not in known:
            do = did_you_mean(attribute, known, otherwise=f"declare it under attributes: {attribute}: {{type: text, meaning: ...}}")
            yield Problem(
                "CFG022", "there is no such attribute", (*at, "records", "attributes", attribute), seen=attribute, do=do, at_key=True
            )
    for key in source.records.keys:
        if key in known:
            do = "give the key another name, or map its column as an attribute"
            yield Problem(
                "CFG022", "a declared key has the name of an attribute", (*at, "records", "keys", key), seen=key, do=do, at_key=True
            )
    held = {*source.records.attributes, *source.records.keys}
    for attribute in source.records.verified:
        if attribute not in held:
            do = did_you_mean(attribute, held, otherwise="name an attribute that these records have")
            yield Problem(
                "CFG022", "a value is verified that these records do not have", (*at, "records", "verified", attribute),
                seen=attribute, do=do, at_key=True,
            )  # fmt: skip


def _own_attributes(project: Project) -> Iterator[Problem]:
    for attribute in project.attributes:
        if attribute in ATTRIBUTES:
            do = "give it another name, or leave it out: it is known without being declared"
            yield Problem(
                "CFG022", "an attribute of that name is known already", ("attributes", attribute), seen=attribute, do=do, at_key=True
            )


def _identifiers(project: Project) -> Iterator[Problem]:
    known = _known_values(project)
    for index, identifier in enumerate(project.identity.identifiers):
        if identifier not in known:
            do = did_you_mean(identifier, known, otherwise="name an attribute, or a key that a source declares under records.keys")
            yield Problem("CFG022", "there is no such identifier", ("identity", "identifiers", index), seen=identifier, do=do)


def _programmes(project: Project) -> Iterator[Problem]:
    """Whom a programme reached stands in a source that is there, and what it opposes is declared."""
    for name, programme in project.programmes.items():
        at: KeyPath = ("programmes", name)
        for index, other in enumerate(programme.against):
            if other not in project.programmes or other == name:
                do = did_you_mean(other, [each for each in project.programmes if each != name])
                yield Problem("CFG037", "there is no such programme to oppose", (*at, "against", index), seen=shown(other), do=do)
        reached = programme.reached
        if reached is None:
            continue
        yield from _known_source(project, reached.source, (*at, "reached", "source"))
        if source := project.sources.get(reached.source):
            yield from _customer(project, reached.source, reached.customer, (*at, "reached", "customer"))
            if reached.on is not None:
                yield from _column_of_type(source, reached.source, reached.on, ("date", "timestamp"), (*at, "reached", "on"))


def _value(project: Project) -> Iterator[Problem]:
    """Contracts name a source that is there, and relationships share no entry by default: one alone may leave out its rule."""
    without_rule = [name for name, one in project.value.relationships.items() if claims_entries(one) and one.where is None]
    for name in without_rule[1:]:
        at: KeyPath = ("value", "relationships", name)
        do = f"add where to it, or to {without_rule[0]}: which entries are whose"
        yield Problem(
            "CFG060", "two relationships claim all entries that no other claims", at, seen=f"{without_rule[0]}, {name}", do=do, at_key=True
        )
    for name, relationship in project.value.relationships.items():
        at = ("value", "relationships", name)
        if isinstance(relationship, Contracts):
            yield from _contracts(project, relationship, at)
        if isinstance(relationship, Occasions):
            yield from _occasions(project, relationship, at)


def _turnover(project: Project) -> Iterator[Problem]:
    """Sources that say who has left are there, with their columns; reasons are those of contracts."""
    bound = {name: one for name, one in project.value.relationships.items() if isinstance(one, Contracts)}
    for name, reason in project.turnover.reasons.items():
        at: KeyPath = ("turnover", "reasons", name)
        if name not in bound:
            do = did_you_mean(name, bound, otherwise="name a relationship of kind contracts, or map turnover.departures")
            yield Problem("CFG020", "there are no contracts of that name", at, seen=name, do=do, at_key=True)
        elif source := project.sources.get(bound[name].source):
            yield from _column_in_header(source, reason.column, (*at, "column"))
    for name, told in project.turnover.departures.items():
        at = ("turnover", "departures", name)
        yield from _known_source(project, told.source, (*at, "source"))
        source = project.sources.get(told.source)
        if source is None:
            continue
        yield from _customer(project, told.source, told.customer, (*at, "customer"))
        for key, column, needed in (
            ("ended", told.ended, ("date", "timestamp")),
            ("tenure_months", told.tenure_months, ("integer", "decimal")),
        ):
            if column is not None:
                yield from _column_of_type(source, told.source, column, needed, (*at, key))
        if told.reason is not None:
            yield from _column_in_header(source, told.reason, (*at, "reason"))


def _contracts(project: Project, relationship: Contracts, at: KeyPath) -> Iterator[Problem]:
    yield from _known_source(project, relationship.source, (*at, "source"))
    source = project.sources.get(relationship.source)
    if source is None:
        return
    yield from _customer(project, relationship.source, relationship.customer, (*at, "customer"))
    needs: list[tuple[str, str, tuple[str, ...]]] = [
        ("started", relationship.started, ("date", "timestamp")),
        ("ended", relationship.ended, ("date", "timestamp")),
    ]
    needs += [("covariates", column, ("integer", "decimal", "money")) for column in relationship.covariates]
    for key, column, needed in needs:
        yield from _column_of_type(source, relationship.source, column, needed, (*at, key))


def _column_of_type(source: Source, name: str, column: str, needed: tuple[str, ...], path: KeyPath) -> Iterator[Problem]:
    yield from _column_in_header(source, column, path)
    found = type_of(source, column)
    if found is not None and found not in needed:
        do = f"give it the type {' or '.join(needed)} under sources.{name}.columns"
        yield Problem("CFG030", f"the column is no {needed[0]}", path, seen=f"{shown(column)} is of type {found}", do=do)


def _occasions(project: Project, relationship: Occasions, at: KeyPath) -> Iterator[Problem]:
    """Counted histories name a source that is there, and a day; what dated rows tell is not declared beside them."""
    counted = relationship.histories
    if counted is None:
        if relationship.dollars_an_occasion is not None:
            do = "take it out: what an occasion brings is learned from the entries"
            yield Problem(
                "CFG061", "dollars are assumed of occasions that the ledger knows", (*at, "dollars_an_occasion"), do=do, at_key=True
            )
        return
    if relationship.where is not None:
        do = "take it out: counted histories have no entries"
        yield Problem("CFG061", "a rule over entries is given to histories that come counted", (*at, "where"), do=do, at_key=True)
    if project.value.as_of is None:
        do = "add value.as_of: the first day that the histories do not cover"
        yield Problem("CFG062", "histories that come counted say nothing of their day", (*at, "histories"), do=do, at_key=True)
    at = (*at, "histories")
    yield from _known_source(project, counted.source, (*at, "source"))
    source = project.sources.get(counted.source)
    if source is None:
        return
    yield from _customer(project, counted.source, counted.customer, (*at, "customer"))
    for key in ("repeat", "last", "opportunities"):
        yield from _column_of_type(source, counted.source, getattr(counted, key), ("integer",), (*at, key))


def _experience(project: Project) -> Iterator[Problem]:
    """Surveys, agents, promises and plans name sources and columns that are there; contacts that agents answer are mapped as contacts."""
    for name, section in (("surveys", project.surveys), ("promises", project.promises), ("plans", project.plans)):
        if section is not None:
            yield from _known_source(project, section.source, (name, "source"))
            if section.source in project.sources:
                yield from _customer(project, section.source, section.customer, (name, "customer"))
    agents = project.agents
    if agents is not None:
        yield from _agents(project, agents)
    if project.plans is not None:
        yield from _plans(project, project.plans)
    for path, source, column, needed in (
        *columns_of_experience(project.surveys, agents, project.promises),
        *columns_of_plans(project.plans),
    ):
        if source in project.sources and needed:
            yield from _column_of_type(project.sources[source], source, column, needed, path)
        elif source in project.sources:
            yield from _column_in_header(project.sources[source], column, path)


def _plans(project: Project, plans: Plans) -> Iterator[Problem]:
    """A price list is a source that is there, and plans hold only what is said to be used."""
    if isinstance(plans.offered, PlanList):
        yield from _known_source(project, plans.offered.source, ("plans", "offered", "source"))
    for path, name in uses_unknown(plans):
        do = did_you_mean(name, plans.use, otherwise="name it under plans.use, with its column")
        yield Problem("CFG020", "a plan holds what nobody is said to use", path, seen=name, do=do, at_key=True)


def _agents(project: Project, agents: Agents) -> Iterator[Problem]:
    """Contacts that agents answer are mapped as contacts, and what is said of agents stands in a table of them."""
    yield from _known_source(project, agents.contacts, ("agents", "contacts"))
    answered = project.sources.get(agents.contacts)
    if answered is not None and answered.interactions is None:
        do = f"add interactions to sources.{agents.contacts}: whose contact it is, when, and by which agent"
        yield Problem("CFG021", f"the source {agents.contacts} has no contacts", ("agents", "contacts"), do=do)
    if agents.source is not None:
        yield from _known_source(project, agents.source, ("agents", "source"))
    if agents.source is None or agents.agent is None:
        for key in ("source", "agent", "team", "incentive"):
            if getattr(agents, key) is not None:
                do = "name the table of agents and its column with their codes: source and agent"
                yield Problem("CFG063", "something is said of agents of whom there is no table", ("agents", key), do=do, at_key=True)
                break


def _loyalty(project: Project) -> Iterator[Problem]:
    """Declared behaviours name a source, a record and a day that are there."""
    for name, behaviour in project.loyalty.behaviours.items():
        at: KeyPath = ("loyalty", "behaviours", name)
        yield from _known_source(project, behaviour.source, (*at, "source"))
        source = project.sources.get(behaviour.source)
        if source is not None:
            yield from _customer(project, behaviour.source, behaviour.customer, (*at, "customer"))
            yield from _column_of_type(source, behaviour.source, behaviour.occurred_on, ("date", "timestamp"), (*at, "occurred_on"))


def _known_values(project: Project) -> set[str]:
    """What records may say: known attributes, the project's own, and declared keys."""
    keys = {key for source in project.sources.values() if source.records for key in source.records.keys}
    return {*ATTRIBUTES, *project.attributes, *keys}


def _survivorship(project: Project) -> Iterator[Problem]:
    trusted, at = project.identity.source_trust, ("identity", "source_trust")
    weighed = isinstance(trusted, dict)
    for index, name in enumerate(trusted):
        if name not in project.sources:
            do = did_you_mean(name, project.sources)
            yield Problem("CFG020", "there is no such source", (*at, name if weighed else index), seen=name, do=do, at_key=weighed)
        elif project.sources[name].records is None:
            holders = [other for other, source in project.sources.items() if source.records]
            do = f"take it out, or name one that has them: {', '.join(holders)}"
            what = f"the source {name} has no records whose word could be trusted"
            yield Problem("CFG021", what, (*at, name if weighed else index), seen=name, do=do, at_key=weighed)
    known = _known_values(project)
    for attribute in project.identity.golden:
        path: KeyPath = ("identity", "golden", attribute)
        if attribute not in known:
            do = did_you_mean(attribute, known, otherwise="name an attribute, or a key that a source declares under records.keys")
            yield Problem("CFG022", "there is no such attribute", path, seen=attribute, do=do, at_key=True)
        elif attribute in ADDRESS_PARTS and attribute != "address":
            do = "give the rules of the whole address, under the name address"
            yield Problem("CFG034", "the parts of an address survive together, and one is given rules of its own", path,
                          seen=attribute, do=do, at_key=True)  # fmt: skip


def _level(postings: Postings, at: KeyPath) -> Iterator[Problem]:
    of_one = postings.level in _OF_ONE_CUSTOMER
    if postings.customer is None and of_one:
        do = "add customer, or say level: channel, market or corporate"
        yield Problem("CFG023", f"dollars at the level {postings.level} belong to a customer, and none is named", at, do=do, at_key=True)
    if postings.customer is not None and not of_one:
        do = "take out customer, or say level: customer, order or unit"
        yield Problem(
            "CFG023", f"dollars at the level {postings.level} belong to no single customer, and one is named", (*at, "level"), do=do
        )
    if postings.level in ("channel", "market") and getattr(postings, postings.level) is None:
        do = f"add {postings.level}: a column, or {{value: its name}}"
        yield Problem("CFG023", f"dollars at the level {postings.level} name no {postings.level}", (*at, "level"), do=do)


def _returns(postings: Postings, at: KeyPath) -> Iterator[Problem]:
    if postings.returns and postings.returns.original and postings.document is None:
        do = "add document: the column with the order's number, so that the original can be found by it"
        yield Problem("CFG023", "a return names its original by a number, and no row has one", (*at, "original"), do=do)


def _control_total(postings: Postings, at: KeyPath) -> Iterator[Problem]:
    for name in postings.control_total:
        if name not in postings.amounts:
            do = did_you_mean(name, postings.amounts)
            yield Problem("CFG023", "a control total is given for an amount that is not there", (*at, name), seen=name, do=do, at_key=True)


def _currency(project: Project, source: Source, at: KeyPath) -> Iterator[Problem]:
    currency = source.postings.currency if source.postings else None
    rated = {rate.currency for rate in _dated(project)}
    if isinstance(currency, str) and currency in {project.reporting_currency, *rated}:
        do = f"write currency: {{value: {currency}}}; a text alone is the name of a column"
        yield Problem("CFG032", "a currency stands where a column is meant", at, seen=currency, do=do)
    if not isinstance(currency, Constant):
        return
    if not re.fullmatch(CURRENCY, currency.value):
        do = "write the ISO 4217 code, as in EUR"
        yield Problem("CFG032", "a currency is not three capital letters", (*at, "value"), seen=shown(currency.value), do=do)
    elif currency.value not in {project.reporting_currency, *rated} and not _rates_unknown_yet(project, source):
        do = f"add a rate for {currency.value} under ledger.rates, or set unknown_currency: quarantine"
        yield Problem(
            "CFG032", "dollars are posted in a currency that the ledger has no rate for", (*at, "value"), seen=currency.value, do=do
        )


def _rates_unknown_yet(project: Project, source: Source) -> bool:
    return isinstance(project.ledger.rates, RatesFrom) or source.unknown_currency == "quarantine"


def _dated(project: Project) -> tuple[DatedRate, ...]:
    return () if isinstance(project.ledger.rates, RatesFrom) else project.ledger.rates


def _rates(project: Project) -> Iterator[Problem]:
    if isinstance(project.ledger.rates, RatesFrom):
        yield from _rates_from(project, project.ledger.rates)
    seen: set[tuple[str, object]] = set()
    for index, rate in enumerate(_dated(project)):
        path: KeyPath = ("ledger", "rates", index)
        if rate.currency == project.reporting_currency:
            do = "take it out: all figures are in that currency, and one of it is worth one"
            yield Problem("CFG032", "a rate is given for the reporting currency", path, seen=rate.currency, do=do)
        if (rate.currency, rate.since) in seen:
            yield Problem("CFG032", "two rates begin on one day", path, seen=f"{rate.currency} since {rate.since}", do="keep one of them")
        seen.add((rate.currency, rate.since))


def _rates_from(project: Project, rates: RatesFrom) -> Iterator[Problem]:
    at: KeyPath = ("ledger", "rates")
    yield from _known_source(project, rates.source, (*at, "source"))
    source = project.sources.get(rates.source)
    if source is None:
        return
    for key, needed in (("currency", ("text",)), ("since", ("date", "timestamp")), ("rate", ("decimal", "money", "integer"))):
        column = getattr(rates, key)
        yield from _column_in_header(source, column, (*at, key))
        found = type_of(source, column)
        if found is not None and found not in needed:
            do = f"give it the type {' or '.join(needed)} under sources.{rates.source}.columns"
            yield Problem("CFG030", f"the {key} of a rate is a {needed[0]}, and {shown(column)} is of type {found}", (*at, key), do=do)
