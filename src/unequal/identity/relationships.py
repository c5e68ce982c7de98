"""How customers stand to each other: as sources state it, and as e-mail domains and names let infer it."""

from __future__ import annotations

from functools import reduce
from typing import Final

import ibis
import ibis.expr.types as ir

from unequal import config
from unequal.identity.records import record_key
from unequal.identity.rules import rule_holds
from unequal.identity.tables import RELATIONSHIP

STATED: Final = {
    "kind": "string", "weight": "float64", "since": "date", "until": "date", "source": "string",
    "from_source": "string", "from_record": "string", "from_identifier": "string", "from_value": "string",
    "to_source": "string", "to_record": "string", "to_identifier": "string", "to_value": "string",
}  # fmt: skip
"""Types of what a row states, before its ends are customers."""

FREE_MAIL: Final = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com", "rocketmail.com", "hotmail.com",
    "hotmail.co.uk", "hotmail.fr", "hotmail.de", "outlook.com", "outlook.de", "live.com", "live.co.uk", "msn.com", "aol.com", "icloud.com",
    "me.com", "mac.com", "protonmail.com", "proton.me", "gmx.de", "gmx.net", "gmx.at", "gmx.com", "web.de", "t-online.de", "freenet.de",
    "mail.com", "mail.ru", "yandex.ru", "yandex.com", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it",
    "btinternet.com", "sky.com", "virginmedia.com", "talktalk.net", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "cox.net",
    "bellsouth.net", "charter.net", "earthlink.net", "shaw.ca", "rogers.com", "telus.net", "bigpond.com", "optusnet.com.au", "qq.com",
    "163.com", "126.com", "naver.com", "bluewin.ch", "hispeed.ch", "seznam.cz", "wp.pl", "o2.pl", "onet.pl", "uol.com.br", "terra.com.br",
)  # fmt: skip
"""Providers at which anybody may have an address."""
PROVIDER_FROM: Final = 20
"""Persons at one domain up to which it may be an employer's, however small the base."""
PROVIDER_SHARE: Final = 0.01
"""Of all persons with an e-mail, the share from which on a domain is a provider's."""
OF_A_GROUP: Final = 5
"""Organisations that may share one domain as parent and daughters."""


def stated_by(rows: ibis.Table, name: str, source: config.Source) -> ibis.Table | None:
    """What the rows of a source state.

    Args:
        rows: its accepted rows.
        name: the source's name.
        source: its section of the config.

    Returns:
        STATED, a row for each row and relationship of which both ends are named; None where the source declares none.
        A weight that is absent counts 1; one of 0 or less says nothing, and its row is left out.
    """
    parts = [_stated(rows, name, relationship, number) for number, relationship in enumerate(source.relationships)]
    return reduce(lambda all_, part: all_.union(part), parts) if parts else None


def _stated(rows: ibis.Table, name: str, relationship: config.columns.Relationship, number: int) -> ibis.Table:
    if relationship.when is not None:
        rows = rows.filter(rule_holds(relationship.when, rows, where=f"sources.{name}.relationships[{number}].when"))
    weight = ibis.literal(relationship.weight) if isinstance(relationship.weight, float) else rows[relationship.weight].cast("float64")
    found = rows.select(
        kind=ibis.literal(relationship.kind),
        weight=weight.fill_null(1.0),
        since=_day(rows, relationship.since),
        until=_day(rows, relationship.until),
        source=ibis.literal(name),
        **_end(rows, name, "from", relationship.from_),
        **_end(rows, name, "to", relationship.to),
    ).select(*STATED)
    named = [found[f"{end}_record"].notnull() | found[f"{end}_value"].notnull() for end in ("from", "to")]
    return found.filter(*named, found.weight > 0)


def _day(rows: ibis.Table, column: str | None) -> ir.DateValue:
    return ibis.null("date") if column is None else rows[column].cast("date")


def _end(rows: ibis.Table, name: str, end: str, given: config.columns.RecordById | config.columns.HolderOf) -> dict[str, ir.StringValue]:
    nothing = ibis.null("string")
    if isinstance(given, config.columns.HolderOf):
        value = rows[given.column].cast("string").nullif("")
        return {
            f"{end}_source": nothing,
            f"{end}_record": nothing,
            f"{end}_identifier": ibis.literal(given.identifier),
            f"{end}_value": value,
        }
    return {f"{end}_source": ibis.literal(given.source or name), f"{end}_record": record_key(rows, given.id),
            f"{end}_identifier": nothing, f"{end}_value": nothing}  # fmt: skip


def values_to_find(stated: ibis.Table) -> ibis.Table:
    """The values by which ends are named, each once: attribute, value_given."""
    ends = [stated.select(attribute=f"{end}_identifier", value_given=f"{end}_value") for end in ("from", "to")]
    both = ends[0].union(ends[1])
    return both.filter(both.value_given.notnull()).distinct()


def holders_of_values(values: ibis.Table, attributes: ibis.Table, members: ibis.Table) -> ibis.Table:
    """Who carries a value: nobody, where several customers do.

    Args:
        values: attribute, value_given, value_normalised.
        attributes: PERSON_ATTRIBUTE.
        members: CUSTOMER_RECORD.

    Returns:
        identifier, value (as given), holder (a customer's id).
    """
    known = values.filter(values.value_normalised.notnull())
    carried = attributes.filter(attributes.value_normalised.notnull()).select("attribute", "value_normalised", "source", "record_id")
    owned = known.join(carried, ["attribute", "value_normalised"]).join(
        members.select("source", "record_id", "customer_id"), ["source", "record_id"]
    )
    grouped = owned.group_by(identifier="attribute", value="value_given").aggregate(
        holder=owned.customer_id.min(), holders=owned.customer_id.nunique()
    )
    return grouped.filter(grouped.holders == 1).drop("holders")


def between_customers(stated: ibis.Table, members: ibis.Table, holders: ibis.Table) -> ibis.Table:
    """What is stated, between customers.

    Args:
        stated: STATED.
        members: CUSTOMER_RECORD, so that merged and split customers are those of now.
        holders: see holders_of_values.

    Returns:
        RELATIONSHIP: each once, the rows that state it counted. Ends that are nobody, or one customer at both, have no row.
        It holds from the first day stated to the last; with no last day in one row it holds still.
    """
    found = stated
    for end in ("from", "to"):
        records = members.select(_source="source", _record="record_id", _owner="customer_id")
        found = found.left_join(records, [found[f"{end}_source"] == records["_source"], found[f"{end}_record"] == records["_record"]])
        values = holders.select(_identifier="identifier", _value="value", _holder="holder")
        found = found.left_join(values, [found[f"{end}_identifier"] == values["_identifier"], found[f"{end}_value"] == values["_value"]])
        found = found.mutate(**{f"{end}_customer": found["_owner"].coalesce(found["_holder"])}).drop(
            "_source", "_record", "_owner", "_identifier", "_value", "_holder"
        )
    real = found.filter(found.from_customer.notnull(), found.to_customer.notnull(), found.from_customer != found.to_customer)
    # Two who live together stand so to each other: one row, whoever named whom.
    turned = (real.kind == "household_member") & (real.from_customer > real.to_customer)
    real = real.mutate(
        from_customer=turned.ifelse(real.to_customer, real.from_customer), to_customer=turned.ifelse(real.from_customer, real.to_customer)
    )
    grouped = real.group_by("from_customer", "to_customer", "kind").aggregate(
        weight=real.weight.max(),
        sources=real.source.nunique().cast("int64"),
        rows=real.count().cast("int64"),
        since=real.since.min(),
        until=ibis.ifelse(real.until.isnull().any(), ibis.null("date"), real.until.max()),
    )
    return grouped.mutate(evidence=ibis.literal("stated")).select(*RELATIONSHIP.names)


def employers_by_domain(customers: ibis.Table, members: ibis.Table, attributes: ibis.Table) -> ibis.Table:
    """Persons whose e-mail is at an organisation's own domain: it employs them.

    A domain is an organisation's own where one organisation alone has an address there, it is no
    known provider's, and not so many persons of the base have one that it must be a provider's.

    Returns:
        RELATIONSHIP, kind employer, inferred.
    """
    mails = attributes.filter(attributes.attribute == "email", attributes.value_normalised.notnull())
    at = mails.select("source", "record_id", domain=mails.value_normalised.re_extract("@(.+)$", 1))
    owned = at.join(members.select("source", "record_id", "customer_id"), ["source", "record_id"]).select("customer_id", "domain")
    known = owned.join(customers.select("customer_id", "kind"), "customer_id").select("customer_id", "domain", "kind").distinct()
    counted = known.group_by("domain").aggregate(
        organisations=(known.kind == "organisation").cast("int64").sum(),
        persons=(known.kind == "person").cast("int64").sum(),
        employer=known.customer_id.min(where=known.kind == "organisation"),
    )
    everyone = counted.persons.sum().over(ibis.window()).cast("float64")
    few = (counted.persons <= PROVIDER_FROM) | (counted.persons.cast("float64") <= PROVIDER_SHARE * everyone)
    placed = counted.mutate(own=few & (counted.organisations == 1) & ~counted.domain.isin(FREE_MAIL))
    own = placed.filter(placed.own).select("domain", "employer")
    persons = known.filter(known.kind == "person").select("customer_id", "domain").join(own, "domain")
    pairs = persons.select(from_customer="employer", to_customer="customer_id").distinct()
    return inferred(pairs.mutate(kind=ibis.literal("employer"), weight=ibis.literal(0.9)))


def inferred(pairs: ibis.Table) -> ibis.Table:
    """RELATIONSHIP of from_customer, to_customer, kind and weight that no source states."""
    return pairs.select(
        "from_customer", "to_customer", "kind", weight=pairs.weight.cast("float64"), evidence=ibis.literal("inferred"),
        sources=ibis.literal(0).cast("int64"), rows=ibis.literal(0).cast("int64"), since=ibis.null("date"), until=ibis.null("date"),
    ).select(*RELATIONSHIP.names)  # fmt: skip


def organisations_of_domains(customers: ibis.Table, members: ibis.Table, attributes: ibis.Table) -> ibis.Table:
    """Organisations that share a domain with a few others: domain, customer_id, name, each once.

    Free providers are left out; the name is the smallest of those that its records give.
    """
    said = attributes.filter(attributes.attribute.isin(["email", "organisation_name"]), attributes.value_normalised.notnull())
    owned = said.join(members.select("source", "record_id", "customer_id"), ["source", "record_id"])
    firms = owned.semi_join(customers.filter(customers.kind == "organisation"), "customer_id")
    names = firms.filter(firms.attribute == "organisation_name").group_by("customer_id").aggregate(name=lambda t: t.value_normalised.min())
    mails = firms.filter(firms.attribute == "email")
    at = mails.select("customer_id", domain=mails.value_normalised.re_extract("@(.+)$", 1)).distinct()
    at = at.filter(~at.domain.isin(FREE_MAIL))
    shared = at.group_by("domain").aggregate(organisations=at.count())
    few = shared.filter(shared.organisations > 1, shared.organisations <= OF_A_GROUP)
    return at.semi_join(few, "domain").join(names, "customer_id").select("domain", "customer_id", "name").order_by("domain", "customer_id")


def stated_first(stated: ibis.Table, also: ibis.Table) -> ibis.Table:
    """What sources state, and of what is inferred only that which nobody states."""
    return stated.union(also.anti_join(stated, ["from_customer", "to_customer", "kind"]).select(*RELATIONSHIP.names))
