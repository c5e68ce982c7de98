"""The sections `relationships` of a source and `households`, `customer` and `active` of identity."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, load, problem

from unequal import config

REFERRER = "{kind: referrer, from: {source: crm, id: by}, to: {source: crm, id: customer_no}, since: order_date, weight: quantity}"
SENTENCE = SOUND + f"    relationships:\n      - {REFERRER}\n"


def test_a_relationship_is_read_with_its_ends_and_its_columns_are_known(tmp_path: Path) -> None:
    source = load(tmp_path, SENTENCE).project.sources["orders"]
    (relationship,) = source.relationships
    assert [(name, end.source, end.id) for name, end in config.columns.ends_of(relationship)] == [
        ("from", "crm", "by"),
        ("to", "crm", "customer_no"),
    ]
    named = {path: column for path, column in config.columns.named_columns(source) if path[0] == "relationships"}
    assert named == {
        ("relationships", 0, "from", "id"): "by", ("relationships", 0, "to", "id"): "customer_no",
        ("relationships", 0, "since"): "order_date", ("relationships", 0, "weight"): "quantity",
    }  # fmt: skip


def test_an_end_may_be_whoever_carries_an_identifier_and_a_weight_a_number(tmp_path: Path) -> None:
    text = SENTENCE.replace("{source: crm, id: by}", "{identifier: loyalty_no, column: by}").replace("weight: quantity", "weight: 0.5")
    (relationship,) = load(tmp_path, text).project.sources["orders"].relationships
    assert (relationship.from_.identifier, relationship.weight, relationship.when) == ("loyalty_no", 0.5, None)


def test_a_rule_is_among_the_predicates_of_its_source(tmp_path: Path) -> None:
    source = load(tmp_path, SENTENCE.replace("weight: quantity", "when: quantity > 0")).project.sources["orders"]
    assert list(config.columns.named_predicates(source)) == [(("relationships", 0, "when"), "quantity > 0")]


@pytest.mark.parametrize(
    ("old", "new", "code", "do"),
    [
        ("kind: referrer", "kind: refferer", "CFG014", "did you mean referrer?"),
        ("{source: crm, id: by}", "{source: cmr, id: by}", "CFG020", "did you mean crm?"),
        ("{source: crm, id: by}", "{source: products, id: by}", "CFG021", "name the source that has them: crm"),
        ("{source: crm, id: by}", "{id: by}", "CFG021", "name the source that has them: crm"),
        ("{source: crm, id: by}", "{source: crm, id: [a, by]}", "CFG021", "name as many columns, in the same order"),
        ("{source: crm, id: by}", "{identifier: emial, column: by}", "CFG022", "did you mean email?"),
        ("{source: crm, id: by}", "by", "CFG012", "for a record"),
        ("{source: crm, id: by}", "{source: crm, id: customer_no}", "CFG035", "another record"),
        ("since: order_date", "since: quantity", "CFG030", "date or timestamp"),
        ("weight: quantity", "weight: by", "CFG030", "decimal or integer"),
        ("weight: quantity", "weight: 0", "CFG014", "above 0"),
        ("weight: quantity", "weight: [quantity]", "CFG012", "a number above 0"),
        ("id: by", "id: quantity", "CFG031", "leave it text"),
        ("weight: quantity", "wieght: quantity", "CFG010", "weight"),
    ],
)
def test_what_cannot_be_related_so_is_told(tmp_path: Path, old: str, new: str, code: str, do: str) -> None:
    assert SENTENCE.count(old) == 1
    told = problem(tmp_path, SENTENCE.replace(old, new))
    assert (told.code, told.line) == (code, len(SENTENCE.splitlines())), str(told)
    assert do in str(told)


def test_identity_says_who_is_one_customer_and_when_one_is_active(tmp_path: Path) -> None:
    plain = load(tmp_path, SOUND).project.identity
    assert (plain.customer, plain.active.within_days, plain.active.lines, plain.households.infer) == (
        "customer",
        365,
        ("list_revenue",),
        True,
    )
    text = added("identity: {customer: household, active: {within_days: 90, lines: [list_revenue, returns]}, households: {infer: false}}")
    own = load(tmp_path, text).project.identity
    assert (own.customer, own.active.within_days, own.households.infer) == ("household", 90, False)


@pytest.mark.parametrize(
    ("section", "code", "do"),
    [
        ("customer: family", "CFG014", "household"),
        ("active: {within_days: 0}", "CFG014", "Days before"),
        ("active: {lines: []}", "CFG014", "Lines of the ledger"),
        ("active: {lines: [sales]}", "CFG014", "list_revenue"),
        ("households: {crowded_from: 2}", "CFG014", "block of flats"),
        ("households: {false_links: 0.5}", "CFG014", "may be wrong"),
        ("households: {false_links: 0}", "CFG014", "may be wrong"),
    ],
)
def test_what_no_customer_can_be_is_refused(tmp_path: Path, section: str, code: str, do: str) -> None:
    told = problem(tmp_path, added(f"identity: {{{section}}}"))
    assert told.code == code, str(told)
    assert do.lower() in str(told).lower()
