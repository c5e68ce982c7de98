"""Identifiers made comparable, one value at a time."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import unequal.identity
from unequal.identity import emails, phones, texts
from unequal.identity.attributes import Normalising
from unequal.identity.customer_ids import found_ids
from unequal.identity.parsing import parsed_value
from unequal.terms.ids import founding_customer_id

AMERICAN = Normalising(phones.numbering_plan("US"), "US")


@pytest.mark.parametrize("module", [found.name for found in pkgutil.iter_modules(unequal.identity.__path__)])
def test_examples_in_the_docs_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"unequal.identity.{module}")).failed == 0


@pytest.mark.parametrize(
    "address",
    ["a@b", "a@b.c", "@b.com", "a@", "a b@c.com", "a..b@c.com", ".a@c.com", "a.@c.com", "a@-b.com", "a@b-.com", "a@b..com", "a@b.com.", "a,b@c.com",
     "a@b.com;c@d.com", "\u00fc@", f"{'a' * 65}@b.com", f"a@{'b' * 260}.com", "a@1.2.3.4"],
)  # fmt: skip
def test_what_is_no_address_is_none(address: str) -> None:
    assert emails.email(address) is None


def test_an_international_domain_has_one_form() -> None:
    assert emails.email("Info@M\u00fcller.de") == emails.email("info@xn--mller-kva.de") == "info@xn--mller-kva.de"
    assert emails.email("j\u00f6rg@m\u00fcller.de") == "j\u00f6rg@xn--mller-kva.de"
    assert emails.email("a@\u00fc" + "x" * 70 + ".de") is None


def test_an_extension_tells_two_phones_of_one_office_apart() -> None:
    assert phones.phone("212-555-0187 ext. 12", "US") != phones.phone("212-555-0187 ext. 13", "US") != phones.phone("212-555-0187", "US")


def test_a_local_number_without_a_region_is_nobodys() -> None:
    assert phones.phone("212-555-0187", None) is None


def test_a_value_that_had_hidden_characters_is_flagged() -> None:
    assert parsed_value("email", "\ufeffann@x.com", AMERICAN) == ("ann@x.com", "zero_width")
    assert parsed_value("email", "\u00e4nn@x.com", AMERICAN) == ("\u00e4nn@x.com", None)
    assert parsed_value("name", "\u200b", AMERICAN) == (None, "not_valid")


@pytest.mark.parametrize("value", ["1900-01-01", "1970-01-01", "9999-12-31", "0001-01-01", "1753-01-01"])
def test_days_that_forms_fill_in_are_not_known(value: str) -> None:
    assert parsed_value("day", value, AMERICAN) == (None, "placeholder")


@pytest.mark.parametrize("value", ["12345678", "123456789", "000000000", "11-111-1111", "n/a"])
def test_tax_ids_that_count_or_repeat_are_placeholders(value: str) -> None:
    assert parsed_value("tax_id", value, AMERICAN) == (None, "placeholder")


def test_a_tax_id_needs_five_signs_and_a_digit() -> None:
    assert [texts.tax_id(text) for text in ("AB 12", "ABCDEF", "A-1234", "\uff11\uff12\uff13\uff14\uff15")] == [
        None,
        None,
        "A1234",
        "12345",
    ]


def test_an_id_is_never_given_twice() -> None:
    crm_1 = founding_customer_id("crm", "1")
    used = {crm_1, f"{crm_1}_2"}
    assert found_ids([("crm", "1"), ("crm", "2"), ("crm", "1")], used) == [f"{crm_1}_3", founding_customer_id("crm", "2"), f"{crm_1}_4"]
    assert f"{crm_1}_4" in used
