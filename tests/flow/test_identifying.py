"""Somebody looked up in a published base: whose the record is today, whatever stewards and new runs have done since."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.flow.looking import customers, edit, run

from unequal import flow
from unequal.flow import identifying, reviewing
from unequal.notebook.project import open_project
from unequal.terms.errors import IdentityError, StorageError


def opened(folder):
    return flow.open_project(folder, {})


def test_a_caller_is_the_customer_whom_readers_see(company):
    bert = customers(company)["2"]
    found = identifying.identify(opened(company), {"email": "BERT@bakery.example", "full_name": "Brook, Bert"})
    assert [candidate.customer_id for candidate in found.candidates] == [bert]
    assert found == open_project(company).identify(email="BERT@bakery.example", full_name="Brook, Bert")


def test_a_resolver_takes_up_what_stewards_say_and_what_runs_publish(company):
    project = opened(company)
    cleo, bert = {"full_name": "Cleo Cole"}, {"full_name": "Bert Brook", "email": "bert@bakery.example"}
    with identifying.Resolver(project) as resolver:
        assert resolver.identify(cleo).candidates[0].customer_id == customers(company)["4"]
        first = resolver.load()
        assert resolver.load() is first
        reviewing.merge(project, ("crm:2", "crm:4"), author="jo", reason="one firm", commit=True)
        (one,) = {resolver.identify(given).candidates[0].customer_id for given in (cleo, bert)}
        assert one == customers(company)["4"] == customers(company)["2"]
        assert resolver.load().bases is first.bases, "whose a record is was read again, and no record"
        edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", "4,Cleo Cole,,AT\n5,Dora Dorn,dora@bakery.example,DE"))
        run(company)
        assert resolver.identify({"email": "dora@bakery.example"}).candidates[0].customer_id == customers(company)["5"]
        assert resolver.load().bases is not first.bases


def test_the_index_is_found_again_while_the_records_stay_as_they_are(company):
    assert not run(company).steps["index"]


def test_a_pair_says_what_became_of_it(company):
    with flow.open_base(opened(company)) as base:
        linked, apart = (flow.identifying.explain_match(base, "crm:1", other) for other in ("crm:3", "crm:4"))
        turned = flow.identifying.explain_match(base, "crm:3", "crm:1")
    assert linked.customer_a == linked.customer_b
    assert linked.outcome == "one customer: linked by their weight"
    assert [row["level"] for row in linked.parts if row["part"] == "e-mail"] == ["same"]
    assert (turned.weight, turned.parts[1]["value_a"]) == (linked.weight, linked.parts[1]["value_b"])
    assert apart.outcome == "two customers: no key brings them together, so no run compares them"
    assert apart.keys == ()


def test_a_pair_that_stewards_have_parted_says_so_before_and_after_the_next_run(company):
    said = [reviewing.Said("crm:1", "crm:3", "different")]
    reviewing.judge(opened(company), said, author="jo", reason="two sisters", commit=True)
    for outcome in ("stewards have parted them since", "the link is refused: a steward said that they are different"):
        with flow.open_base(opened(company)) as base:
            found = flow.identifying.explain_match(base, "crm:1", "crm:3")
        assert found.outcome == f"two customers: {outcome}"
        assert found.verdicts == [{"verdict": "different", "author": "jo", "reason": "two sisters"}]
        run(company)


@pytest.mark.parametrize(("pair", "code"), [(("crm:1", "crm:1"), "IDN023"), (("crm:1", "crm:77"), "IDN010"), (("1", "crm:1"), "IDN010")])
def test_what_is_no_pair_is_refused(company, pair, code):
    with flow.open_base(opened(company)) as base, pytest.raises(IdentityError) as told:
        flow.identifying.explain_match(base, *pair)
    assert told.value.code == code


def test_a_run_that_no_index_was_made_for_says_what_to_do(company):
    with flow.open_base(opened(company)) as base:
        steps = {name: step for name, step in base.run.manifest.steps.items() if name != "index"}
        older = replace(base, run=replace(base.run, manifest=replace(base.run.manifest, steps=steps)))
        with pytest.raises(StorageError) as told:
            identifying.published(older)
    assert told.value.code == "STO012"
