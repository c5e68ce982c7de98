"""The steps of this room: gather what records say, and resolve records into customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import ibis
import pyarrow as pa

from unequal import config, storage
from unequal.identity import attributes as attribute_tables
from unequal.identity import identifiers, linking, membership
from unequal.identity.arrays import column
from unequal.identity.attributes import PARSED, attributes_of, normalising_of, ranked
from unequal.identity.clustering import cluster
from unequal.identity.parsing import PARSED_VALUE, parsed_values
from unequal.identity.records import records_of
from unequal.identity.tables import CUSTOMER_EVENT, CUSTOMER_RECORD, CUSTOMER_REDIRECT, EDGE, PERSON_ATTRIBUTE

BEFORE: Final = {"source": "string", "record_id": "string", "customer_id": "string", "since": "date"}
"""Types of who was who before a run, as the state hands it over."""


def gather(engine: storage.Engine, name: str, source: config.Source, *, rows: ibis.Table, project: config.Project, folder: Path) -> None:
    """What the records of one source are, and say.

    Args:
        engine: to run on.
        name: the source's name.
        source: its section of the config, with `records`.
        rows: its accepted rows.
        project: the config.
        folder: where to write `record` and `person_attribute`.

    Raises:
        IdentityError: IDN001, the source declares no records; IDN002, its observed_at is no date or timestamp.
    """
    records = records_of(rows, name, source, placeholders_of_project=project.identity.placeholders)
    engine.write(records.order_by("record_id"), folder / "record.parquet")
    normalising = normalising_of(project)
    settled = engine.materialise(attributes_of(rows, name, source, normalising), "attributes")
    left_over = settled.filter(~settled[PARSED]).select("attribute", "value_given").distinct()
    parsed = pa.Table.from_batches(parsed_values(engine.batches(left_over), normalising), PARSED_SCHEMA)
    whole = ranked(_with_parsed(settled, engine.rows(PARSED_VALUE, parsed)))
    in_order = whole.select(*PERSON_ATTRIBUTE.names).order_by("attribute", "record_id", "rank")
    engine.write(in_order, folder / "person_attribute.parquet")


def resolve(
    engine: storage.Engine, *, records: ibis.Table, attributes: ibis.Table, before: ibis.Table, redirects: ibis.Table | None = None,
    project: config.Project, day: date, folder: Path,
) -> None:  # fmt: skip
    """Make records into customers by exact identifiers, and say what that changes.

    Everything is worked out anew from the live records, so that increments equal a full run;
    only ids come from before. A record that is no longer delivered keeps the customer that it had.

    Args:
        engine: to run on.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        before: source, record_id, customer_id, since: the state's membership; no rows at the first run.
        redirects: old_id, customer_id: the state's redirects, so that no id is given twice; None for none.
        project: the config.
        day: the run's, in the company's zone; it dates what is new, and changes nothing else.
        folder: where to write `customer_record`, `customer`, `edge`, `shared_identifier`, and the
            difference from before: `customer_event` and `customer_redirect`.
    """
    at_most = project.identity.shared_by_at_most
    numbered = engine.materialise(identifiers.numbered(records), "numbered")
    named = attribute_tables.identifiers_of(project)
    values = engine.materialise(identifiers.identifier_values(numbered, attributes, named), "identifier-values")
    held = engine.materialise(identifiers.holders(values), "holders")
    shared = identifiers.shared_identifiers(held, numbered, at_most=at_most)
    engine.write(shared.order_by("identifier", "source", "record_id"), folder / "shared_identifier.parquet")
    candidates = engine.materialise(identifiers.candidate_links(values, held, at_most=at_most), "links")
    guarding = identifiers.guarding_values(numbered, attributes, candidates)

    known = engine.arrow(numbered.select("number", "source", "record_id", "kind").order_by("number"))
    found = linking.evidence_of(known, engine.arrow(candidates), engine.arrow(guarding), project)
    clusters = cluster(known.num_rows, found.links, found.traits)
    edges = linking.edge_table(known, found, clusters.refused)
    in_order = engine.rows(EDGE.types, edges).order_by("source_a", "record_id_a", "source_b", "record_id_b", "identifier")
    engine.write(in_order, folder / "edge.parquet")

    past = engine.arrow(membership.with_numbers(before, numbered).order_by("number", "source", "record_id"))
    old_ids: list[str] = [] if redirects is None else column(engine.arrow(redirects.select("old_id")), "old_id").to_pylist()
    after = membership.member_tables(known, clusters.label, past, old_ids, day)
    crosswalk = engine.rows(CUSTOMER_RECORD.types, after.customer_records).order_by("source", "record_id")
    engine.write(crosswalk, folder / "customer_record.parquet")
    engine.write(engine.rows(CUSTOMER_EVENT.types, after.events).order_by("source", "record_id"), folder / "customer_event.parquet")
    engine.write(engine.rows(CUSTOMER_REDIRECT.types, after.redirects).order_by("old_id"), folder / "customer_redirect.parquet")
    written = engine.read(folder / "customer_record.parquet")
    engine.write(membership.customers_of(written, records).order_by("customer_id"), folder / "customer.parquet")


PARSED_SCHEMA: Final = pa.schema({name: pa.string() for name in PARSED_VALUE})


def _with_parsed(settled: ibis.Table, parsed: ibis.Table) -> ibis.Table:
    """Attributes with what Python made of the values that SQL left."""
    joined = settled.left_join(parsed, ["attribute", "value_given"])
    return joined.select(
        source=settled.source, record_id=settled.record_id, attribute=settled.attribute, value_given=settled.value_given,
        value_normalised=settled[PARSED].ifelse(settled.value_normalised, parsed.parsed_value),
        observed_at=settled.observed_at,
        flag=settled[PARSED].ifelse(settled.flag, parsed.parsed_flag),
        personal=settled.personal,
    )  # fmt: skip
