"""Names: how they are written, and how they are read."""

from __future__ import annotations

import pytest

from unequal.identity import nicknames
from unequal.identity.names import Name, name, name_of, whole_name
from unequal.identity.organisations import acronym, organisation_parts


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
    ("text", "normalised"),
    [
        ("\u5218\u6770", "liu, jie"),
        (" \u5218\u6770\u660e ", "liu, jieming"),
        ("\u534e\u4e3a\u6280\u672f", "huaweijishu"),
        ("\uae40\ubbfc\uc218", "gim, minsu"),
        ("Liu Jie", "liu jie"),
    ],
)
def test_chinese_and_korean_names_stand_family_first_and_are_read_so(text: str, normalised: str) -> None:
    assert whole_name(text) == normalised
    if "," in normalised:
        family, given = normalised.split(", ")
        assert name_of("person", full=normalised) == Name((given,), (family,), 0)


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


@pytest.mark.parametrize(
    ("full", "given", "family", "generation"),
    [
        ("thomas clifford, 1st baron clifford of chudleigh", "thomas", "clifford", 0),
        ("thomas clifford of chudleigh", "thomas", "clifford", 0),
        ("anne, queen of great britain", "anne", "", 0),
        ("john of gaunt", "john", "gaunt", 0),
        ("smith, lady ann", "ann", "smith", 0),
        ("ludwig van der berg", "ludwig", "van der berg", 0),
        ("berg, ludwig von", "ludwig von", "berg", 0),
        ("maria de la cruz", "maria", "de la cruz", 0),
        ("maria garcia lopez", "maria", "garcia lopez", 0),
        ("mary o brien", "mary", "obrien", 0),
        ("ronald mc donald jr", "ronald", "mcdonald", 2),
        ("anna schmidt geb mueller", "anna", "schmidt muller", 0),
        ("john smith ph d", "john", "smith", 0),
        ("yang, jon, iii", "jon", "yang", 3),
        ("major john smith", "john", "smith", 0),
        ("major smith", "major", "smith", 0),
    ],
)
def test_whole_names_with_all_that_stands_in_them(full: str, given: str, family: str, generation: int) -> None:
    assert name_of("person", full=full) == Name(tuple(given.split()), tuple(family.split()), generation)


def test_umlauts_rings_and_slashes_have_one_key_form() -> None:
    ways = [
        ("M\u00fcller", "Mueller", "Muller"),
        ("J\u00f8rgensen", "Joergensen", "Jorgensen"),
        ("\u00c5gaard", "Aagaard", "Agaard"),
        ("Wei\u00df", "Weiss"),
    ]
    for words in ways:
        assert len({name_of("person", family=name(word) or "") for word in words}) == 1


@pytest.mark.parametrize(
    ("text", "words", "form"),
    [
        ("M\u00fcller & S\u00f6hne GmbH & Co. KG", "muller sohne", "gmbh co kg"),
        ("I.B.M. Corp.", "ibm", "corp"),
        ("Acme Pty. Ltd.", "acme", "pty ltd"),
        ("Grupo Acme, S.A. de C.V.", "grupo acme", "sa de cv"),
        ("Acme Sp. z o.o.", "acme", "sp z o o"),
        ("Novo A/S", "novo", "as"),
        ("The Smith Company Limited", "smith", "ltd"),
        ("OOO Romashka", "romashka", "ooo"),
        ("Limited", "limited", ""),
    ],
)
def test_an_organisations_words_and_its_legal_form(text: str, words: str, form: str) -> None:
    found = organisation_parts(name(text) or "")
    assert (" ".join(found.words), found.form) == (words, form)
    assert acronym(found.words)[0] == words[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("bill", "liam"), ("peggy", "margaret"), ("muhammad", "mohamed"), ("youssef", "yusuf"), ("sergei", "sergey"), ("jose", "pepe"), ("jurgen", "georg"),
     ("aaron", "aron")],
)  # fmt: skip
def test_nicknames_and_other_spellings_are_one_name(one: str, other: str) -> None:
    assert nicknames.same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("paul", "paula"), ("mary", "mark"), ("patrick", "patricia"), ("andrew", "andrea"), ("eva", "ava")]
)
def test_couples_and_sisters_are_not_one_name(one: str, other: str) -> None:
    assert not nicknames.same(one, other)
