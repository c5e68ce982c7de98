"""The steps of this room: gather what records say, and resolve records into customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, reduce
from pathlib import Path
from threading import Thread
from typing import Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, storage
from unequal.identity import days, features, golden, identifiers, membership, name_order, relationships, resolving
from unequal.identity.arrays import column
from unequal.identity.attributes import PARSED, Normalising, attributes_from, judged, normalising_of, once_of, ranked, said_of
from unequal.identity.feature_tables import OF_FEW_VALUES, OTHER_VALUES
from unequal.identity.featuring import PARSED_PARTS, parsed_features
from unequal.identity.gathered import FeatureFiles, together
from unequal.identity.household_signs import said_of_persons, signs_of
from unequal.identity.households import households
from unequal.identity.matching import keeping
from unequal.identity.matching.side_by_side import both, side_by_side
from unequal.identity.parsing import PARSED_VALUE, parsed_values
from unequal.identity.records import records_from
from unequal.identity.relating import household_rows, member_rows, parents_by_name, places_of
from unequal.identity.stewardship import doubts, links_in_doubt
from unequal.identity.tables import (
    CUSTOMER,
    CUSTOMER_EVENT,
    CUSTOMER_RECORD,
    CUSTOMER_REDIRECT,
    EDGE,
    HOUSEHOLD,
    MATCH_FIGURE,
    MATCH_LEVEL,
    PERSON_ATTRIBUTE,
    SHARED_IDENTIFIER,
    VALUE_FREQUENCY,
)
from unequal.terms.tables import TableContract

BEFORE: Final = {"source": "string", "record_id": "string", "customer_id": "string", "since": "date"}
"""Types of who was who before a run, as the state hands it over."""

MODEL_TABLES: Final = ("match_level", "match_figure", "value_frequency")
"""The tables that hold a model."""

GROWTH_BEFORE_RETRAINING: Final = 1.5
"""A base that has grown by more than half since the model was learned is another base."""

VERDICT: Final = {"source_a": "string", "record_id_a": "string", "source_b": "string", "record_id_b": "string", "verdict": "string"}
"""Types of stewards' verdicts in force, as the state hands them over."""


IN_PYTHON_AT_MOST: Final = 1_000
"""Rows of which Python reads every value: it is done before the queries of SQL's half are compiled."""


@dataclass(frozen=True)
class Ways:
    """How a source writes what can be read in two ways, as all of its values tell.

    Args:
        day_first: whether 12/11/1978 is in November.
        family_first: the sources whose whole names stand family first, it alone at the most.
    """

    day_first: bool
    family_first: tuple[str, ...]


def ways_of(
    engine: storage.Engine, name: str, source: config.Source, *, records: ibis.Table, attributes: ibis.Table, project: config.Project
) -> Ways:
    """How a source writes, from what was gathered of it: a few more of its records are read in the same ways.

    Args:
        engine: to run on.
        name: the source's name.
        source: its section of the config.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        project: the config.
    """
    own, said = (table.filter(table["source"] == name) for table in (records, attributes))
    days_told = engine.fetch(days.order_of(said.filter(said["attribute"] == "birth_date").select("attribute", "value_given").distinct()))
    day_first = days.is_day_first(normalising_of(project, source).region, **days_told[0])
    return Ways(day_first, _family_first(engine, own, said))


def gather(
    engine: storage.Engine, name: str, source: config.Source, *, rows: ibis.Table, project: config.Project, folder: Path, ways: Ways | None = None,
) -> None:  # fmt: skip
    """What the records of one source are, and say.

    Args:
        engine: to run on.
        name: the source's name.
        source: its section of the config, with `records`.
        rows: its accepted rows.
        project: the config.
        folder: where to write `record` and `person_attribute`; and `feature` and `other_value`, see FeatureFiles.
        ways: how the source writes; by default as these rows tell.

    Raises:
        IdentityError: IDN001, the source declares no records; IDN002, its observed_at is no date or timestamp.
    """
    _warming()
    normalising = normalising_of(project, source)
    said = engine.materialise(said_of(rows, name, source, normalising.own_placeholders), "said")
    engine.write(records_from(said, name).order_by("record_id"), folder / "record.parquet")
    rows_said = engine.count(said)
    alone = rows_said == engine.count(engine.read(folder / "record.parquet"))
    once = said if alone else engine.materialise(once_of(said), "once")
    found = attributes_from(once, name, source, normalising, alone=alone, in_sql=rows_said > IN_PYTHON_AT_MOST)
    settled = _settled(engine, judged(engine.materialise(found, "attributes")), normalising, ways)
    in_order = ranked(settled, alone=alone).select(*PERSON_ATTRIBUTE.names).order_by("attribute", "record_id", "rank")
    engine.write(in_order, folder / "person_attribute.parquet")
    _write_features(engine, folder, features.wanted_of(project, source), ways)


def _write_features(engine: storage.Engine, folder: Path, wanted: features.Wanted, ways: Ways | None) -> None:
    """What of a source's records is compared, beside what they say."""
    numbered = engine.materialise(identifiers.numbered(engine.read(folder / "record.parquet")), "numbered")
    best, others = _features(engine, numbered, engine.read(folder / "person_attribute.parquet"), wanted, ways)
    named = best.join(numbered.select("number", "record_id", "is_test"), "number")
    engine.write(named.select(*best.columns, "record_id", "is_test").order_by("number"), folder / "feature.parquet")
    engine.write(others.order_by(*OTHER_VALUES.key), folder / "other_value.parquet")


def files_of(gathered: Mapping[str, Path]) -> list[FeatureFiles] | None:
    """The features that lie where sources were gathered; None where a source has none, as those of older versions.

    Args:
        gathered: the folder of each source.
    """
    files = [FeatureFiles(name, folder / "feature.parquet", folder / "other_value.parquet") for name, folder in gathered.items()]
    return files if all(one.best.exists() and one.others.exists() for one in files) else None


def _settled(engine: storage.Engine, attributes: ibis.Table, normalising: Normalising, ways: Ways | None) -> ibis.Table:
    """Attributes all normalised: what SQL left is read by Python, each distinct value once."""
    rest = attributes.filter(~attributes[PARSED])
    left_over = engine.materialise(rest.select("attribute", "value_given").distinct(), "left-over")
    if ways is None:
        (order,) = engine.fetch(days.order_of(left_over))
        normalising = replace(normalising, day_first=days.is_day_first(normalising.region, **order))
    else:
        normalising = replace(normalising, day_first=ways.day_first)
    parsed = pa.Table.from_batches(parsed_values(engine.batches(left_over), normalising), PARSED_SCHEMA)
    if not parsed.num_rows:
        return attributes
    read = _with_parsed(rest, engine.rows(PARSED_VALUE, parsed))
    return attributes.filter(attributes[PARSED]).select(read.columns).union(read)


def resolve(
    engine: storage.Engine, *, records: ibis.Table, attributes: ibis.Table, before: ibis.Table, redirects: ibis.Table | None = None,
    verdicts: ibis.Table | None = None, model: Mapping[str, ibis.Table] | None = None, files: Sequence[FeatureFiles] | None = None,
    project: config.Project, day: date, folder: Path,
) -> None:  # fmt: skip
    """Make records into customers, and say what that changes.

    Everything is worked out anew from the live records, so that increments equal a full run;
    only ids come from before. A record that is no longer delivered keeps the customer that it had.

    Args:
        engine: to run on.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        before: source, record_id, customer_id, since: the state's membership; no rows at the first run.
        redirects: old_id, customer_id: ids given up, so that none is given twice; None for none.
        verdicts: VERDICT: pairs that must be, or must not be, one customer; None for none.
        model: `match_level`, `match_figure` and `value_frequency` of the run that learned what agreement is worth; learned anew by default.
        files: the features that were gathered with the records; worked out from the attributes by default.
        project: the config.
        day: the run's, in the company's zone; it dates what is new, and changes nothing else.
        folder: where to write `customer_record`, `customer`, `edge`, `shared_identifier`, the three tables of the model,
            and the difference from before: `customer_event` and `customer_redirect`.
    """
    _, known = both(lambda: _warming().join(), lambda: all_known(engine, records, attributes, files, verdicts, project))
    kept = {} if model is None else keeping.models_of({name: engine.arrow(table) for name, table in model.items()})
    found = resolving.resolved(known, project, kept, resolving.budget_of(project))
    old_ids: list[str] = [] if redirects is None else column(engine.arrow(redirects.select("old_id")), "old_id").to_pylist()
    past = _past(engine, before, known.records)

    def write(contract: TableContract, rows: pa.Table) -> None:
        engine.write_rows(contract.types, rows, folder / f"{contract.name}.parquet")

    def write_evidence() -> None:
        write(EDGE, found.edges)
        write(SHARED_IDENTIFIER, found.over_cap)
        of_model = keeping.model_tables(resolving.learned_models(found), resolving.report_of(found))
        for contract in (MATCH_LEVEL, MATCH_FIGURE, VALUE_FREQUENCY):
            write(contract, of_model[contract.name])

    def write_members() -> None:
        after = membership.member_tables(known.records, found.label, past, old_ids, day, found.weight)
        tables = {
            CUSTOMER_RECORD: after.customer_records, CUSTOMER_EVENT: after.events, CUSTOMER: after.customers,
            CUSTOMER_REDIRECT: after.redirects,
        }  # fmt: skip
        side_by_side(lambda table: write(*table), tables.items())

    both(write_evidence, write_members)


@cache
def _warming() -> Thread:
    """The thread on which kernels are loaded, begun once a process: the first of them waits half a second for its compiler."""
    thread = Thread(target=_load_a_kernel)
    thread.start()
    return thread


def _load_a_kernel() -> None:
    from unequal.identity.matching.grouping_kernels import lowest

    lowest(0, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _past(engine: storage.Engine, before: ibis.Table, records: pa.Table) -> pa.Table:
    """Who was who, by the numbers of the records now; see membership.with_numbers."""
    types = {"number": "int64", "source": "string", "record_id": "string"}
    numbered = engine.rows(types, records if engine.count(before.limit(1)) else records.slice(0, 0))
    return engine.arrow(membership.with_numbers(before, numbered).order_by("number", "source", "record_id"))


def learned_from(engine: storage.Engine, figures: ibis.Table) -> int:
    """How many records the models in force were learned from.

    Args:
        engine: to run on.
        figures: MATCH_FIGURE.
    """
    counted = engine.fetch(figures.filter(figures["name"] == "learned_from"))
    return int(sum(row["value"] for row in counted))


def known_of(
    engine: storage.Engine, numbered: ibis.Table, attributes: ibis.Table, verdicts: ibis.Table | None, project: config.Project,
    ways: Ways | None = None,
) -> resolving.Known:  # fmt: skip
    """Records with what is compared of them, in memory.

    Args:
        engine: to run on.
        numbered: RECORD and number.
        attributes: PERSON_ATTRIBUTE.
        verdicts: VERDICT; None for none.
        project: the config.
        ways: how the records' one source writes; by default as these attributes tell.
    """
    best, others = _features(engine, numbered, attributes, features.wanted_of(project), ways)
    records = engine.arrow(numbered.select("number", "source", "record_id", "kind", "is_test").order_by("number"))
    said = None if verdicts is None else engine.arrow(verdicts)
    return resolving.Known(records, engine.arrow(best.order_by("number")), engine.arrow(others), resolving.numbered_verdicts(records, said))


def all_known(
    engine: storage.Engine, records: ibis.Table, attributes: ibis.Table, files: Sequence[FeatureFiles] | None, verdicts: ibis.Table | None,
    project: config.Project,
) -> resolving.Known:  # fmt: skip
    """All records of a run with what is compared of them, in memory.

    Args:
        engine: to run on.
        records, attributes: RECORD and PERSON_ATTRIBUTE of all sources.
        files: the features that were gathered with them; None to work them out.
        verdicts: VERDICT; None for none.
        project: the config.
    """
    if files is None:
        return known_of(engine, engine.materialise(identifiers.numbered(records), "numbered"), attributes, verdicts, project)
    by_name = sorted(files, key=lambda one: one.source)
    best = [engine.stored(one.best, as_codes=OF_FEW_VALUES) for one in by_name]
    others = [engine.stored(one.others) for one in by_name]
    found = together(best, others, features.wanted_of(project))
    said = None if verdicts is None else engine.arrow(verdicts)
    return resolving.Known(found.records, found.features, found.others, resolving.numbered_verdicts(found.records, said))


def _features(
    engine: storage.Engine, numbered: ibis.Table, attributes: ibis.Table, wanted: features.Wanted, ways: Ways | None = None
) -> tuple[ibis.Table, ibis.Table]:
    """FEATURES and OTHER_VALUES of all records, each run once.

    Args:
        engine: to run on.
        numbered: RECORD and number, see identifiers.numbered.
        attributes: PERSON_ATTRIBUTE of all sources.
        wanted: what the records may say.
        ways: see known_of.
    """
    told = ways.family_first if ways else None
    family_first = () if "full_name" not in wanted.known else _family_first(engine, numbered, attributes) if told is None else told
    in_sql = engine.count(numbered) > IN_PYTHON_AT_MOST
    best = _read(engine, features.best_values(numbered, attributes, wanted), wanted, family_first, in_sql=in_sql)
    if not engine.fetch(features.has_others(attributes)):
        return best, engine.rows(OTHER_VALUES.types, [])
    values = features.best_values(numbered, attributes, wanted, others=True)
    others = _read(engine, values, wanted, family_first, in_sql=in_sql)
    return best, engine.materialise(features.other_values_of(others, best, wanted), "other-values")


def _read(
    engine: storage.Engine, values: ibis.Table, wanted: features.Wanted, family_first: tuple[str, ...], *, in_sql: bool
) -> ibis.Table:  # fmt: skip
    """Values side by side read into FEATURES, run."""
    if in_sql:
        cut = engine.materialise(features.cut_in_sql(values, wanted, family_first), "cut")
        read = engine.materialise(features.read_in_sql(cut, wanted), "read")
    else:
        read = engine.materialise(features.left_to_python(values, wanted, family_first), "read")
    left_over = engine.batches(features.left_over(read, wanted))
    parsed = pa.Table.from_batches(parsed_features(left_over), pa.schema({name: pa.string() for name in PARSED_PARTS}))
    attributes = [name for name in wanted.read if name in set(column(parsed, "attribute").unique().to_pylist())]
    return engine.materialise(features.features_of(read, engine.rows(PARSED_PARTS, parsed), wanted, attributes), "features")


def _family_first(engine: storage.Engine, numbered: ibis.Table, attributes: ibis.Table) -> tuple[str, ...]:
    """The sources whose whole names stand family first."""
    known = engine.rows(name_order.GIVEN_NAME, name_order.given_names())
    return name_order.family_first(engine.fetch(name_order.order_of(numbered, attributes, known)))


def choose(
    engine: storage.Engine, *, customer_records: ibis.Table, attributes: ibis.Table, records: ibis.Table, project: config.Project, folder: Path
) -> None:  # fmt: skip
    """Choose the golden values of each customer.

    Args:
        engine: to run on.
        customer_records: CUSTOMER_RECORD.
        attributes: PERSON_ATTRIBUTE of all sources.
        records: RECORD of all sources.
        project: the config.
        folder: where to write `golden_attribute`.
    """
    chosen = golden_of(engine, customer_records=customer_records, attributes=attributes, records=records, project=project)
    engine.write(chosen.order_by("customer_id", "attribute"), folder / "golden_attribute.parquet")


def golden_of(
    engine: storage.Engine, *, customer_records: ibis.Table, attributes: ibis.Table, records: ibis.Table, project: config.Project
) -> ibis.Table:
    """GOLDEN_ATTRIBUTE of the customers of some records; see choose."""
    owned = engine.materialise(golden.owned_records(customer_records, records, project=project), "owned")
    values = engine.materialise(golden.values_of_customers(attributes, owned), "values-of-customers")
    return golden.golden_attributes(values, owned, project=project)


def relate(
    engine: storage.Engine, *, rows: Mapping[str, ibis.Table], customers: ibis.Table, members: ibis.Table, records: ibis.Table,
    attributes: ibis.Table, project: config.Project, folder: Path,
) -> None:  # fmt: skip
    """Who lives with whom, and how customers stand to each other: as sources state it, and as it can be inferred.

    Args:
        engine: to run on.
        rows: accepted rows of each source that declares relationships, by its name.
        customers: CUSTOMER.
        members: CUSTOMER_RECORD.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        project: the config.
        folder: where to write `household` and `relationship`.
    """
    stated = engine.materialise(_stated(engine, rows, members, attributes, project), "stated")
    signs = signs_of(engine.arrow(said_of_persons(customers, members, records, attributes)))
    told = places_of(signs, engine.arrow(stated.filter(stated.kind == "household_member")))
    how = project.identity.households
    found = households(
        signs,
        told,
        infer=how.infer,
        crowd=how.crowded_from,
        shared_by_at_most=project.identity.shared_by_at_most,
        false_links=how.false_links,
    )
    days = engine.arrow(customers.select("customer_id", "founded_on"))
    founded = dict(zip(column(days, "customer_id").to_pylist(), column(days, "founded_on").to_pylist(), strict=True))
    homes = engine.rows(HOUSEHOLD.types, household_rows(signs, found, founded)).order_by("household_id", "customer_id")
    engine.write(homes, folder / "household.parquet")
    daughters = parents_by_name(engine.arrow(relationships.organisations_of_domains(customers, members, attributes)))
    also = relationships.inferred(engine.rows(_INFERRED, pa.concat_tables([member_rows(signs, found), daughters])))
    also = also.union(relationships.employers_by_domain(customers, members, attributes))
    whole = relationships.stated_first(stated, also)
    engine.write(whole.order_by("kind", "from_customer", "to_customer"), folder / "relationship.parquet")


_INFERRED: Final = {"from_customer": "string", "to_customer": "string", "kind": "string", "weight": "float64"}


def _stated(
    engine: storage.Engine, rows: Mapping[str, ibis.Table], members: ibis.Table, attributes: ibis.Table, project: config.Project
) -> ibis.Table:
    """What sources state, between customers."""
    parts = [relationships.stated_by(table, name, project.sources[name]) for name, table in rows.items()]
    told = reduce(lambda all_, part: all_.union(part), [part for part in parts if part is not None], engine.rows(relationships.STATED, []))
    told = engine.materialise(told, "told")
    wanted = _normalised(engine, relationships.values_to_find(told), normalising_of(project))
    return relationships.between_customers(told, members, relationships.holders_of_values(wanted, attributes, members))


def _normalised(engine: storage.Engine, values: ibis.Table, normalising: Normalising) -> ibis.Table:
    """Values as records have them: attribute, value_given, value_normalised."""
    given = engine.arrow(values)
    parsed = pa.Table.from_batches(parsed_values(given.to_batches(), normalising), PARSED_SCHEMA)
    return engine.rows(PARSED_VALUE, parsed).select("attribute", "value_given", value_normalised="parsed_value")


PARSED_SCHEMA: Final = pa.schema({name: pa.string() for name in PARSED_VALUE})


def _with_parsed(rest: ibis.Table, parsed: ibis.Table) -> ibis.Table:
    """The attributes that SQL left, with what Python made of them."""
    joined = rest.join(parsed, ["attribute", "value_given"])
    return joined.select(
        source=rest.source, record_id=rest.record_id, attribute=rest.attribute, value_given=rest.value_given,
        value_normalised=parsed.parsed_value, observed_at=rest.observed_at, flag=parsed.parsed_flag, personal=rest.personal, verified=rest.verified,
    )  # fmt: skip


@dataclass(frozen=True)
class InDoubt:
    """What doubtful links leave open; every customer that no doubtful link concerns is in neither.

    Args:
        maybe_one: customer_a, customer_b.
        parts: source, record_id, customer_id, apart, cut; see links_in_doubt.parts_of.
    """

    maybe_one: ibis.Table
    parts: ibis.Table


def in_doubt(engine: storage.Engine, *, edges: ibis.Table, figures: ibis.Table, customer_record: ibis.Table) -> InDoubt:
    """Customers who may be one, and customers who would come apart along their weakest link: by pairs on which no steward has ruled.

    Args:
        engine: to run on.
        edges: EDGE.
        figures: MATCH_FIGURE, for the threshold of the model: the weakest link of a base may be far above it.
        customer_record: CUSTOMER_RECORD.
    """
    threshold = engine.fetch(doubts.settled_threshold(figures))[0]["threshold"]
    pairs = links_in_doubt.pairs_not_ruled(edges)
    doubtful = engine.materialise(doubts.doubtful(pairs, threshold=threshold, within=doubts.WITHIN_BITS), "in-doubt")
    weakest = engine.materialise(links_in_doubt.weakest_links(doubtful, customer_record), "weakest")
    members = engine.materialise(links_in_doubt.members_of(weakest.select("customer_id"), customer_record), "members")
    linking = edges.filter(edges["links"])
    sides = links_in_doubt.parts_without(
        engine.arrow(members.select("number", "customer_id").order_by("number")),
        engine.arrow(links_in_doubt.numbered(linking, members)),
        engine.arrow(links_in_doubt.numbered(weakest, members)),
    )
    parts = links_in_doubt.parts_of(members, engine.rows(links_in_doubt.SIDE, sides), weakest)
    return InDoubt(links_in_doubt.maybe_one(doubtful, customer_record), parts)
