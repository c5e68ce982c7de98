"""Names: what may be one person's, and what cannot."""

from __future__ import annotations

import pytest

from unequal.identity.names import Name, families_conflict, name, name_of, names_conflict


@pytest.mark.parametrize(
    ("full", "given", "family", "generation"),
    [
        ("jon v yang", ("jon", "v"), ("yang",), 0),
        ("yang, jon v", ("jon", "v"), ("yang",), 0),
        ("dr jon yang", ("jon",), ("yang",), 0),
        ("mr dr jon yang jr", ("jon",), ("yang",), 2),
        ("jon yang, jr", ("jon",), ("yang",), 2),
        ("jon yang iii", ("jon",), ("yang",), 3),
        ("cher", ("cher",), (), 0),
        ("dr", ("dr",), (), 0),
        ("", (), (), 0),
    ],
)
def test_a_full_name_is_read_in_either_order(full: str, given: tuple[str, ...], family: tuple[str, ...], generation: int) -> None:
    assert name_of("person", full=full) == Name(given, family, generation)


def test_separate_names_win_over_the_full_one_and_fill_its_gaps() -> None:
    assert name_of("person", given="ann", full="bob lee") == Name(("ann",), (), 0)
    assert name_of("person", family="lee jr", full="bob ray") == Name(("bob",), ("lee",), 2)
    assert name_of("person", given="ann", family="lee", suffix="sr") == Name(("ann",), ("lee",), 1)


def test_an_organisation_is_called_without_its_legal_form_unless_that_is_all() -> None:
    assert name_of("organisation", organisation="the bike and ski company gmbh").organisation == ("bike", "ski")
    assert name_of("organisation", full="sa").organisation == ("sa",)
    assert name_of("organisation").organisation == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dan", "daniel"),
        ("j", "jonathan"),
        ("jo", "joanna"),
        ("micheal", "michael"),
        ("ann marie", "ann"),
        ("jean p", "jean paul"),
        ("", "ann"),
    ],
)
def test_given_names_that_may_be_one(one: str, other: str) -> None:
    left, right = name_of("person", given=one), name_of("person", given=other)
    assert not names_conflict(left, right)
    assert not names_conflict(right, left)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paul", "paula"),
        ("daniel", "danielle"),
        ("mary", "mark"),
        ("j", "kim"),
        ("ann", "bob"),
        ("jean paul", "jean luc"),
        ("amy", "may"),
        ("eva", "ava"),
    ],
)
def test_given_names_that_are_two_persons(one: str, other: str) -> None:
    left, right = name_of("person", given=one), name_of("person", given=other)
    assert names_conflict(left, right)
    assert names_conflict(right, left)


def test_family_names_are_two_where_they_share_no_word() -> None:
    lee, both, ray = (name_of("person", given="ann", family=family) for family in ("lee", "lee ray", "ray"))
    assert families_conflict(lee, ray)
    assert not families_conflict(lee, both)
    assert not families_conflict(lee, name_of("person", given="ann"))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Zo\u00eb", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("\u0418\u0432\u0430\u043d", "ivan"),
        ("Stra\u00dfe", "strasse"),
        ("O\u2019Neil", "oneil"),
        ("Ann \U0001f600", "ann"),
        ("\U0001f600", None),
        ("J.R.", "j r"),
        ("Jean-Luc", "jean luc"),
        ("a\u200bnn", "ann"),
    ],
)
def test_names_come_down_to_latin_letters(text: str, letters: str | None) -> None:
    assert name(text) == letters


def test_names_in_other_scripts_stay_names() -> None:
    assert all(name(text) for text in ("\u05d0\u05d1\u05e8\u05d4\u05dd", "\u0645\u062d\u0645\u062f", "\u738b\u4f1f", "\uae40"))
