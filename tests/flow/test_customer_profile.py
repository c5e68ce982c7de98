"""The whole profile of one customer of the small company, from the run, the state and stewards' words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D

import pytest
from tests.flow.looking import edit, run

from unequal import flow
from unequal.flow import reviewing
from unequal.flow.customer_profile import GROUP_OF, OfState, customer_profile
from unequal.flow.profiles import Profiles
from unequal.terms.errors import LiveError

WHO = {"author": "jo", "reason": "spoke to them", "commit": True}


def opened(folder):
    return flow.open_project(folder, {})


def of(profiles, record, *told):
    return customer_profile(profiles, *profiles.lookup("crm", record), *told)


def test_a_profile_tells_who_with_the_record_that_says_so_and_what_each_is_worth_and_why(profiles):
    ann = of(profiles, "1")
    assert ann["records"] == ["crm:1", "crm:3"]
    assert ann["contact_points"]["email"]["agreeing"] == 2
    assert (ann["attributes"]["full_name"]["value"], ann["attributes"]["country"]["value"]) == ("Ann Arbour", "DE")
    assert (ann["worth"]["contribution"], ann["worth"]["currency"], ann["band"]["band"]) == (D(90), "EUR", "profitable")
    assert [(one["line"], one["amount"]) for one in ann["worth"]["lines"]] == [
        ("Sales", D(160)),
        ("Cost of goods", D(-60)),
        ("Freight", D(-10)),
    ]
    # Of three customers the mean is (90 - 15 + 9.50) / 3.
    assert sum(one["amount"] for one in ann["worth"]["why"]) == D("61.8333")
    assert ann["orders"]["latest"] == [
        {"document": "b1", "source": "orders", "ordered_on": date(2026, 2, 1), "amount": D(60)},
        {"document": "a1", "source": "orders", "ordered_on": date(2026, 1, 5), "amount": D(100)},
    ]
    assert (ann["spend"], ann["orders"]["orders"]) == ({"currency": "EUR", "sales": D(160), "sales_12m": D(160)}, 2)


def floats_in(value):
    if isinstance(value, dict | list):
        return [one for part in (value.values() if isinstance(value, dict) else value) for one in floats_in(part)]
    return [value] if isinstance(value, float) else []


def test_forecasts_are_told_without_the_noise_of_floats(profiles):
    told = [one for record in ("1", "2") for one in floats_in(of(profiles, record)["worth"])]
    assert told
    assert all(one == round(one, 6) for one in told)
    held = profiles.row(profiles.lookup("crm", "1")[0])
    known = dict(zip(profiles.columns, held, strict=True))
    assert of(profiles, "1")["worth"]["value_expected"] == pytest.approx(known["value_expected"], abs=1e-6)


def test_every_field_belongs_to_a_group_and_none_is_told_beside_them(profiles):
    assert list(of(profiles, "2")) == list(GROUP_OF)


def test_what_the_state_holds_stands_beside_what_the_run_tells(profiles):
    told = OfState(
        version=7,
        consents=[{"purpose": "marketing", "channel": "email", "status": "withdrawn"}],
        contacts=[{"at": datetime(2026, 3, 1), "channel": "email"}, {"at": datetime(2026, 3, 2), "channel": "phone"}],
        cases=[{"case": "late", "opened_at": datetime(2026, 3, 1)}],
    )
    bert = of(profiles, "2", told)
    assert (bert["version"], bert["consents"], bert["cases"]) == (7, list(told.consents), list(told.cases))
    assert [one["channel"] for one in bert["contacts"]] == ["phone", "email"]
    assert bert["events"] == {"counts": {}, "latest": []}


def test_an_id_that_was_merged_away_tells_of_who_stands_there_today(company, profiles):
    bert, cleo = (profiles.lookup("crm", record)[0] for record in "24")
    alone = customer_profile(profiles, cleo)
    reviewing.merge(opened(company), ["crm:2", "crm:4"], **WHO)
    profiles.refresh()
    one, other = customer_profile(profiles, bert), customer_profile(profiles, cleo)
    assert {**one, "asked_id": ""} == {**other, "asked_id": ""}
    assert (other["asked_id"], other["records"]) == (cleo, ["crm:2", "crm:4"])
    assert (one["worth"]["contribution"], one["worth"]["is_of_before_verdict"], alone["worth"]["is_of_before_verdict"]) == (
        D("-5.5"),
        True,
        False,
    )
    assert [order["document"] for order in one["orders"]["latest"]] == ["a3", "a2"]
    assert one.keys() == alone.keys()


def test_customers_of_whom_no_steward_spoke_are_told_the_same_from_files_and_from_the_engine(company, profiles):
    from unequal.flow.by_customer import asked_anew

    for record in "124":
        (customer_id,) = profiles.lookup("crm", record)
        held = profiles.held
        assert held.told_of(customer_id) == asked_anew(held.opened, customer_id)


def test_nobody_has_no_profile(profiles):
    with pytest.raises(LiveError, match="LIV202"):
        customer_profile(profiles, "c_000000000000")


def test_a_protected_attribute_is_no_part_of_a_profile(company):
    declared = "attributes:\n  faith: {type: text, meaning: What it believes, protected: true}\nsources:\n  crm:"
    edit(company / "unequal.yaml", ("sources:\n  crm:", declared), ("country: land}", "country: land, faith: name}"))
    run(company)
    with Profiles.open(opened(company)) as profiles:
        assert "faith" not in profiles.columns
        assert "faith" not in of(profiles, "1")["attributes"]
