"""Somebody looked up: found by what a run would find them by, weighed as a run weighs, and never for what everybody has."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.identity.bases import Base, project

from unequal import storage
from unequal.identity import identifiers, lookup, steps
from unequal.identity.feature_tables import FEATURES
from unequal.identity.lookup.asked import features_of_values
from unequal.identity.lookup.looking_up import CERTAIN_FROM, FAR, _verdict
from unequal.identity.tables import MATCH_KEY
from unequal.terms.errors import IdentityError

GIVEN = (
    "Ann",
    "Robert",
    "Maria",
    "Jonas",
    "Wei",
    "Olga",
    "Samuel",
    "Ingrid",
    "Pablo",
    "Leila",
    "Dmitri",
    "Grace",
    "Hugo",
    "Nina",
    "Omar",
    "Tess",
)
FAMILY = ("Lee", "Thompson", "Garcia", "Keller", "Zhang", "Ivanova", "Okafor", "Nilsson", "Moreno", "Haddad", "Popov", "Murphy", "Weber",
          "Rossi", "Farouk", "Byrne", "Lindqvist", "Castellano", "O'Neil", "van der Berg")  # fmt: skip
SWITCHBOARD = "office@firm.com"
ATTRIBUTE = {"given": "given_name", "family": "family_name", "born": "birth_date", "mail": "email", "tel": "phone", "tax": "tax_id", "card": "card",
             "full": "full_name", "org": "organisation_name", "suffix": "suffix"}  # fmt: skip


def persons(count: int) -> Iterator[dict[str, Any]]:
    """Made persons, most with a second record in billing that has a slip or says less."""
    draw = random.Random(7)
    for number in range(count):
        given, family = draw.choice(GIVEN), draw.choice(FAMILY)
        born = f"19{draw.randrange(40, 99)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        own = {"given": given, "family": family, "born": born, "mail": f"{given}.{family}{number}@post.com".replace(" ", "").lower(),
               "tel": f"+1212555{draw.randrange(10**4):04}"}  # fmt: skip
        yield {"id": f"{number}", **own, "card": f"L-{number}"}
        if draw.random() < 0.7:
            less = {name: value for name, value in own.items() if draw.random() < 0.8}
            if "family" in less and draw.random() < 0.2:
                less["family"] = f"{family[:-1]}x"
            yield {"id": f"b{number}", **less}
    for number in range(12):
        yield {"id": f"s{number}", "given": "Ola", "family": f"Strand{number}", "mail": SWITCHBOARD, "born": f"1960-01-{number + 1:02}"}
    yield {"id": "test", "given": "Quentin", "family": "Tester", "mail": "qa@nowhere.com", "born": "1999-09-09"}


PROJECT = project(records={"crm": {"test_when": "mail = 'qa@nowhere.com'"}})


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in persons(150)}


class Company:
    """A run of the made persons, and what look-ups need of it."""

    def __init__(self, base: Base, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self.base, engine = base, base.engine
        found = base.run(
            {"crm": [row for key, row in rows.items() if key[0] != "b"], "billing": [row for key, row in rows.items() if key[0] == "b"]}
        )
        self.customer = {record_id: customer for (_, record_id), customer in found.items()}
        read = {name: engine.read([base.written / source / f"{name}.parquet" for source in base.project.sources])
                for name in ("record", "person_attribute")}  # fmt: skip
        model = {name: engine.read(base.written / f"{name}.parquet") for name in ("match_level", "match_figure", "value_frequency")}
        lookup.index(engine, records=read["record"], attributes=read["person_attribute"], model=model, project=PROJECT, folder=base.written)
        self.published = lookup.Published(read["record"], read["person_attribute"], engine.read(base.written / "match_key.parquet"), model)
        self.everybody = lookup.everybody(engine, self.published, PROJECT)

    def identify(self, *, limit: int = 5, **given: str) -> lookup.Identified:
        asked = lookup.asked(given, PROJECT)
        return self.answer(self.everybody[asked.kind], asked, limit)

    def identify_alone(self, *, limit: int = 5, **given: str) -> lookup.Identified:
        asked = lookup.asked(given, PROJECT)
        return self.answer(lookup.base_for(self.base.engine, self.published, asked, PROJECT), asked, limit)

    def answer(self, base: lookup.Askable, asked: Any, limit: int) -> lookup.Identified:
        found = lookup.found(base, asked)
        customers = [self.customer[record_id] for record_id in base.names(found.records)[1]]
        return lookup.identified(base, found, customers, kind=asked.kind, limit=limit)


@pytest.fixture(scope="module")
def company(tmp_path_factory, rows) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("looking-up")
    with storage.open_engine(PROJECT.storage, folder / "scratch") as engine:
        yield Company(Base(engine, folder, PROJECT), rows)


def said(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    """What a row of a source says, or some of it, by the names of attributes."""
    return {ATTRIBUTE[name]: value for name, value in row.items() if name in ATTRIBUTE and (not names or name in names)}


def test_a_record_asked_for_by_all_its_own_values_finds_its_own_customer_first_unless_a_twin_has_the_same(company, rows):
    asked_for = [row for key, row in rows.items() if key != "test" and len(said(row)) > 1]
    assert len(asked_for) > 200
    for row in asked_for:
        first = company.identify(**said(row)).candidates[0]
        twins = {company.customer[other["id"]] for other in rows.values() if said(row).items() <= said(other).items()}
        assert first.customer_id in twins


def test_a_look_up_weighs_a_pair_as_the_run_weighed_it(company, rows):
    edges = [row for row in company.base.table("edge") if row["weight"] is not None]
    assert len(edges) > 50
    compared = 0
    for edge in edges:
        found = lookup.found(company.everybody["person"], lookup.asked(said(rows[edge["record_id_a"]]), PROJECT))
        held = list(zip(*company.everybody["person"].names(found.records), strict=True))
        if (edge["source_b"], edge["record_id_b"]) in held:
            weight = found.weighed.total[held.index((edge["source_b"], edge["record_id_b"]))]
            assert weight == pytest.approx(edge["weight"], abs=1e-6)
            compared += 1
    assert compared > 50


def test_a_pair_is_explained_with_the_weight_that_the_run_gave_it_and_its_parts_sum_up(company):
    edges = [row for row in company.base.table("edge") if row["weight"] is not None]
    for edge in edges[:: len(edges) // 8]:
        pair = [(edge["source_a"], edge["record_id_a"]), (edge["source_b"], edge["record_id_b"])]
        _, base = lookup.base_of_pair(company.base.engine, company.published, pair, PROJECT)
        found = lookup.pair_of(base, 0, 1)
        assert found.weight == pytest.approx(edge["weight"], abs=1e-6)
        assert found.prior + found.taken_off + sum(one.bits + one.rarity for one in found.reasons) == pytest.approx(found.weight)
        # Some pairs stand in EDGE by their identifier alone.
        assert found.keys or edge["basis"] == "identifier"


@pytest.mark.parametrize("names", [("given", "family", "born"), ("mail",), ("family", "born"), ("tel", "given"), ("card",)])
def test_one_look_up_that_fetches_only_what_it_needs_answers_as_one_among_all(company, rows, names):
    for key in ("3", "40", "101"):
        given = said(rows[key], *names)
        assert company.identify_alone(**given) == company.identify(**given)


def test_values_are_read_as_records_are(company):
    """The Python reading of one caller, held against the tables' reading of every record."""
    engine, published = company.base.engine, company.published
    numbered = engine.materialise(identifiers.numbered(published.records), "numbered")
    known = steps.known_of(engine, numbered, published.attributes, None, PROJECT)
    best: dict[tuple[str, str], dict[str, str]] = {}
    for row in engine.arrow(published.attributes.filter(lambda t: (t["rank"] == 1) & t.value_normalised.notnull())).to_pylist():
        best.setdefault((row["source"], row["record_id"]), {})[row["attribute"]] = row["value_normalised"]
    names = [name for name in (*FEATURES.names, "key_card") if name not in {"number", "source", "kind"}]
    for record, row in zip(known.records.to_pylist(), known.features.to_pylist(), strict=True):
        told = {name: str(row[name]) for name in names if row[name] is not None}
        assert features_of_values(best.get((record["source"], record["record_id"]), {}), record["kind"], keys=("card",)) == told


@pytest.mark.parametrize(
    ("values", "kind", "features"),
    [
        ({"full_name": "lee, ann"}, "person", {"given": "ann", "family": "lee"}),
        ({"given_name": "ann", "full_name": "bob lee"}, "person", {"given": "ann"}),
        ({"given_name": "ann lee", "family_name": "lee"}, "person", {"given": "ann", "family": "lee"}),
        ({"full_name": "acme inc", "given_name": "ann"}, "organisation", {"organisation": "acme", "legal_form": "inc"}),
        ({"organisation_name": "acme inc"}, "person", {}),
        ({"postcode": "89132", "address": "12 high st, reno, nv 89501"}, "person",
         {"postcode": "89132", "house_number": "12", "street": "high st", "city": "reno", "region": "nv"}),
    ],
)  # fmt: skip
def test_names_and_addresses_come_from_whichever_field_tells_them(values, kind, features):
    found = features_of_values(values, kind)
    assert {name: value for name, value in found.items() if name != "country"} == features


def test_a_value_that_everybody_has_finds_nobody_and_is_said_to_be_passed_over(company):
    alone = company.identify(email=SWITCHBOARD)
    assert (alone.verdict, dict(alone.passed_over)) == ("nobody", {"email": "too_common"})
    with_name = company.identify(email=SWITCHBOARD, given_name="Ola", family_name="Strand3", birth_date="1960-01-04")
    assert with_name.candidates[0].record_id == "s3"
    assert next(one for one in with_name.candidates[0].reasons if one.comparison == "e-mail").level == "not known"


def test_a_declared_key_decides_whatever_else_differs(company, rows):
    found = company.identify(card="L-40", given_name="Zacharias", birth_date="2001-01-01")
    assert (found.verdict, found.candidates[0].customer_id, found.candidates[0].decided_by) == ("certain", company.customer["40"], "card")


def test_a_test_account_is_not_found(company):
    assert company.identify(given_name="Quentin", family_name="Tester", birth_date="1999-09-09").candidates == ()
    numbers = {row["number"] for row in company.base.table("match_key")}
    tests = company.base.engine.arrow(identifiers.numbered(company.published.records).filter(lambda t: t.is_test))
    assert numbers.isdisjoint(tests["number"].to_pylist())


def test_nobody_is_found_who_is_nobody(company):
    found = company.identify(given_name="Xenophon", family_name="Quux", birth_date="1901-01-01")
    assert (found.verdict, found.candidates, found.words) == ("nobody", (), "Nobody is known by this.")


def test_the_index_is_in_order_and_the_same_when_made_again(company):
    table = company.base.table("match_key")
    rows = [(row["kind"], row["key"], row["hash"], row["number"]) for row in table]
    assert rows == sorted(set(rows))
    asked = company.everybody["person"].index
    again = lookup.everybody(company.base.engine, company.published, PROJECT)["person"].index
    from_nothing = type(asked).of(asked.model, asked.records)
    for kept, made, new in zip(asked.keys, again.keys, from_nothing.keys, strict=True):
        for other in (made, new):
            assert np.array_equal(kept.hashes, other.hashes)
            assert np.array_equal(kept.records, other.records)


def test_the_index_is_the_same_in_whatever_order_an_engine_reads_it(company, rows):
    read = company.base.engine.arrow(company.published.match_key)
    stirred = read.take(np.random.default_rng(5).permutation(read.num_rows))
    published = replace(company.published, match_key=company.base.engine.rows(MATCH_KEY.types, stirred))
    again = lookup.everybody(company.base.engine, published, PROJECT)["person"]
    for key in list(rows)[::20]:
        given = said(rows[key])
        if given:
            asked = lookup.asked(given, PROJECT)
            assert company.answer(again, asked, 5) == company.identify(**given)


@pytest.mark.parametrize(
    ("ranked", "verdict"),
    [
        ([], "nobody"),
        ([(False, CERTAIN_FROM)], "certain"),
        ([(False, CERTAIN_FROM - 0.01)], "possible"),
        ([(False, 12.0), (False, 12.0 - FAR)], "certain"),
        ([(False, 12.0), (False, 12.1 - FAR)], "possible"),
        ([(True, -3.0), (False, 20.0)], "certain"),
        ([(True, 9.0), (True, 1.0)], "possible"),
    ],
)
def test_only_who_is_far_ahead_is_certain(ranked, verdict):
    assert _verdict(ranked, threshold=1.25) == verdict


def test_below_the_threshold_of_runs_nobody_is_certain():
    assert _verdict([(False, 7.0)], threshold=8.0) == "possible"


@pytest.mark.parametrize(
    ("given", "code"),
    [({"famly_name": "Lee"}, "IDN020"), ({"email": "n/a"}, "IDN021"), ({"family_name": "  "}, "IDN021"), ({}, "IDN021"),
     ({"phone": "call me"}, "IDN021")],
)  # fmt: skip
def test_what_says_nothing_is_told_apart_from_nobody(given, code):
    with pytest.raises(IdentityError) as told:
        lookup.asked(given, PROJECT)
    assert told.value.code == code


def test_an_organisation_is_asked_for_by_its_name_alone():
    assert lookup.asked({"organisation_name": "Acme Inc", "phone": "+12125550187"}, PROJECT).kind == "organisation"
    assert lookup.asked({"organisation_name": "Acme Inc", "given_name": "Ann"}, PROJECT).kind == "person"
    with pytest.raises(IdentityError) as told:
        lookup.of_kind({"person": 1}, "organisation")
    assert told.value.code == "IDN022"
