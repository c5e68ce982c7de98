"""Names and addresses are read alike in SQL and in Python, and nothing that people type stops either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from unequal import storage
from unequal.config.storage import Storage
from unequal.identity import addresses, days, nicknames
from unequal.identity.featuring import PARTS, parts_of
from unequal.identity.names import name
from unequal.identity.plain_features import READ, pieces_of
from unequal.identity.texts import folded

NAMES = [
    "jon",
    "ann",
    "mary",
    "yang",
    "lee",
    "smith",
    "mueller",
    "michael",
    "de",
    "la",
    "van",
    "der",
    "von",
    "mc",
    "donald",
    "mac",
    "o",
    "neil",
    "d",
    "saint",
    "st",
    "jr",
    "sr",
    "ii",
    "iii",
    "mr",
    "dr",
    "ph",
    "m",
    "phd",
    "miss",
    "lady",
    "earl",
    "major",
    "nee",
    "of",
    "lord",
    "1st",
    "baron",
    "duke",
    "bill",
    "x",
    "v",
    "al",
    "mr,",
    "jon,",
    "yang,",
    "jr,",
    "the",
]
FIRMS = [
    "acme",
    "bike",
    "and",
    "ski",
    "the",
    "co",
    "company",
    "inc",
    "ltd",
    "limited",
    "gmbh",
    "kg",
    "s",
    "a",
    "p",
    "mueller",
    "i",
    "b",
    "m",
    "corp",
    "pty",
    "of",
    "public",
    "llc",
    "plc",
    "ag",
    "x",
    "sa",
    "de",
    "cv",
    "data",
]
PLACES = [
    "12",
    "4",
    "12a",
    "221b",
    "1/2",
    "4/12",
    "maple",
    "oak",
    "main",
    "old",
    "street",
    "st",
    "ave",
    "avenue",
    "road",
    "lane",
    "north",
    "n",
    "of",
    "apt",
    "apt,",
    "#",
    "#4",
    "unit",
    "flat",
    "floor",
    "suite",
    "200",
    "po",
    "box",
    "springfield,",
    "springfield",
    "las",
    "vegas,",
    "vegas",
    "new",
    "york",
    "il",
    "nv",
    "nv,",
    "de",
    "fl",
    "62704",
    "62704-1234",
    "10969",
    "usa",
    "uk",
    "germany,",
    "lindenstr.",
    "strasse,",
    "platz",
    "saint",
    "paul",
    "mueller",
    "joel",
    "no",
    "calle",
    "via",
    "a",
    "b",
    "c,",
    "1st",
    "ground",
    "rear",
    "sw1a",
    "1aa",
    "k1a",
    "0b1",
    "ct",
    "way",
    "court",
    "way,",
    "washington",
]
WORDS = {
    "given_name": NAMES, "family_name": NAMES, "full_name": NAMES, "suffix": NAMES, "organisation_name": FIRMS, "address": PLACES, "street": PLACES, "unit": PLACES,
    "postcode": PLACES, "city": PLACES, "region": PLACES, "country": PLACES, "gender": ["m", "f", "male", "w", "x"],
}  # fmt: skip


@pytest.fixture(scope="module")
def engine_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.Engine]:
    with storage.open_engine(Storage(threads=1), Path(tmp_path_factory.mktemp("scratch"))) as engine:
        yield engine


def normalised(attribute: str, words: list[str]) -> str:
    text = " ".join(words)
    return (name(text) if "name" in attribute or attribute == "suffix" else folded(text)) or ""


def typed(attribute: str) -> st.SearchStrategy[str]:
    american = st.tuples(*(st.sampled_from(words.split("|")) for words in (
        "12|221b", "maple|north oak|mueller|ohio", "street|ave|court|park", ", |, apt 4, |, # 12b, |, floor 2, ", "springfield|las vegas|saint paul|new york|way", ", il|, nv| nv|, de",
        "| 62704| 62704-1234|, usa",
    )))  # fmt: skip
    rows = st.lists(st.sampled_from(WORDS[attribute]), min_size=1, max_size=6).map(lambda words: normalised(attribute, words))
    if attribute != "address":
        return rows.filter(bool)
    return (rows | american.map(lambda row: folded(f"{row[0]} {row[1]} {row[2]}{''.join(row[3:])}"))).filter(bool)


@pytest.mark.parametrize("attribute", list(PARTS))
@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_sql_settles_python_reads_the_same(engine_of_all: storage.Engine, attribute: str, data: st.DataObject) -> None:
    values = data.draw(
        st.lists(typed(attribute), min_size=100, max_size=300, unique=True) if attribute != "gender" else st.just(WORDS["gender"])
    )
    table = engine_of_all.rows({"at": "int64", "value": "string"}, [{"at": at, "value": value} for at, value in enumerate(values)])
    read = READ[attribute](pieces_of(attribute, table.value))
    found = engine_of_all.fetch(table.select("at", settled=read.settled, **read.parts).order_by("at"))
    for value, row in zip(values, found, strict=True):
        told = {part: text for part, text in row.items() if part not in {"at", "settled"} and text is not None}
        assert not row["settled"] or told == parts_of(attribute, value), value


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40) | st.text("0123456789/-. ,#abcstr", max_size=25))
def test_no_text_stops_a_reader(text: str) -> None:
    for attribute in PARTS:
        told = parts_of(attribute, normalised(attribute, [text]))
        assert all(part in PARTS[attribute] and value for part, value in told.items())
    days.day(text, day_first=True)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(PLACES), max_size=6))
def test_what_was_read_once_is_read_the_same_again(words: list[str]) -> None:
    text = folded(" ".join(words))
    for once in (addresses.postcode, addresses.city, addresses.region, addresses.country, addresses.unit, addresses.street_words):
        assert once(once(text)) == once(text)


@settings(max_examples=60, deadline=None)
@given(
    text=st.from_regex(r"\A[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ][12][0-9]{3}\Z|\A[12][0-9]{3}-[01][0-9]-[0-3][0-9]\Z"), day_first=st.booleans()
)
def test_a_day_once_read_stays(text: str, *, day_first: bool) -> None:
    once = days.day(text, day_first=day_first)
    assert once is None or days.day(once, day_first=not day_first) == once


@given(
    one=st.sampled_from(sorted({name for group in nicknames.GROUPS for name in group})), other=st.sampled_from(["bill", "liz", "zebulon"])
)
def test_nicknames_go_both_ways_and_a_root_is_its_own(one: str, other: str) -> None:
    assert nicknames.same(one, other) == nicknames.same(other, one)
    assert nicknames.same(one, nicknames.root(one))
    assert nicknames.root(nicknames.root(one)) == nicknames.root(one)
