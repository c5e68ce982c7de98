"""SQL and Python normalise alike: which of them a value meets is a matter of speed, not of meaning."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

import ibis
import phonenumbers
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from unequal import storage
from unequal.config.storage import Storage
from unequal.identity import phones
from unequal.identity.attributes import Meaning, Normalising, normalised_in_sql
from unequal.identity.parsing import parsed_value

PLAIN = string.printable[:95]
NORMALISING = Normalising(phones.numbering_plan("US"), "US", frozenset(), ("(212) 555-0187", "walk-in"))

typed = {
    "email": st.from_regex(r"\A {0,2}[a-zA-Z.+]{1,6}@{1,2}[a-zA-Z.-]{1,9}\Z") | st.sampled_from(["noreply@x.com", "n/a", "x@none.com"]),
    "phone": st.from_regex(r"\A\+?[0-9().\- /]{5,16}\Z") | st.sampled_from(["212-555-0187", "2125550187x4", "0012125550187"]),
    "tax_id": st.from_regex(r"\A[A-Za-z]{0,2}[0-9 ./-]{2,12}\Z"),
    "code": st.from_regex(r"\A ?[0-9A-Za-z-]{0,8} ?\Z") | st.sampled_from(["000", "999999", "99-99-99", "?", "WALK-IN"]),
    "day": st.from_regex(r"\A[12][0-9]{3}-[01][0-9]-[0-3][0-9]( 00:00:00)?\Z|\A[0-3]?[0-9][-/.][01]?[0-9][-/.]19[0-9]{2}\Z")
    | st.sampled_from(["6-Jun-1978", "0000-00-00"]),
    "name": st.from_regex(r"\A[A-Za-z' .,-]{1,12}\Z") | st.sampled_from(["Unknown", "O'Neil", "Lee,  Ann"]),
    "text": st.from_regex(r"\A[A-Za-z0-9 .]{1,12}\Z"),
}


@pytest.fixture(scope="module")
def engine_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.Engine]:
    with storage.open_engine(Storage(threads=1), Path(tmp_path_factory.mktemp("scratch"))) as engine:
        yield engine


def in_sql(
    engine: storage.Engine, meaning: Meaning, values: list[str], normalising: Normalising = NORMALISING
) -> list[tuple[str | None, str | None, bool]]:
    table = engine.rows({"at": "int64", "value_given": "string"}, [{"at": at, "value_given": value} for at, value in enumerate(values)])
    found = engine.fetch(normalised_in_sql(table, meaning, normalising).order_by("at"))
    return [(row["value_normalised"], row["flag"], row["parsed"]) for row in found]


@pytest.mark.parametrize("meaning", list(typed))
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_plain_value_comes_to_the_same_in_sql_and_in_python(engine_of_all: storage.Engine, meaning: Meaning, data: st.DataObject) -> None:
    values = data.draw(st.lists((typed[meaning] | st.text(PLAIN, min_size=1, max_size=14)).filter(str.strip), min_size=50, max_size=150))
    for value, (normalised, flag, settled) in zip(values, in_sql(engine_of_all, meaning, values), strict=True):
        if settled:
            assert (normalised, flag) == parsed_value(meaning, value, NORMALISING), value


def test_what_is_not_plain_is_left_to_python(engine_of_all: storage.Engine) -> None:
    values = ["zo\u00eb", "a\u200bb", "tab\there", "line\nend", "\u0661\u0662", "plain"]
    assert [settled for _, _, settled in in_sql(engine_of_all, "text", values)] == [False] * 5 + [True]


@pytest.mark.parametrize("region", ["US", "DE", "GB", "FR", "IT", "AU", "BR", "IN", "JP", "MX", "CH", "NL", "ES", "PL"])
def test_sql_reads_numbers_as_libphonenumber_does(engine_of_all: storage.Engine, region: str) -> None:
    normalising = Normalising(phones.numbering_plan(region), region)
    values = list(dialled(region, random.Random(7)))
    found = in_sql(engine_of_all, "phone", values, normalising)
    settled = [(value, normalised) for value, (normalised, flag, done) in zip(values, found, strict=True) if done and flag is None]
    assert [
        (value, normalised, phones.phone(value, region)) for value, normalised in settled if phones.phone(value, region) != normalised
    ] == []
    wanted = sum(phones.phone(value, region) is not None for value in values)
    # Brazilians dial a carrier before the number, so only numbers without a trunk prefix are plain there.
    assert len(settled) >= wanted * (0.3 if region == "BR" else 0.6), "SQL settles most numbers, or it is of no use"


def dialled(region: str, chance: random.Random) -> Iterator[str]:
    """A region's example numbers, varied in their last digits and written in the ways that people write them."""
    code, trunk = phonenumbers.country_code_for_region(region), phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.TOLL_FREE):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        national = phonenumbers.national_significant_number(example)
        for _ in range(40):
            cut = chance.randint(2, len(national))
            digits = national[:cut] + "".join(
                chance.choice(string.digits) for _ in range(len(national) - cut + chance.choice([0, 0, 0, -1, 1]))
            )
            broken = f"{digits[:3]}-{digits[3:6]} {digits[6:]}"
            yield from (
                digits,
                trunk + digits,
                f"+{code} {broken}",
                f"+{code}{trunk}{digits}",
                f"00{code}{digits}",
                f"({trunk}{digits[:3]}) {digits[3:]}",
            )


def test_an_engine_without_a_plan_leaves_every_phone_to_python(engine_of_all: storage.Engine) -> None:
    assert ibis.null("string").equals(phones.phone_in_sql(ibis.literal("1"), None))
    assert phones.numbering_plan("ZZ") is None
    assert in_sql(engine_of_all, "phone", ["212-555-0187"], Normalising()) == [(None, "not_valid", False)]
