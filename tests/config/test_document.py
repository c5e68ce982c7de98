"""How the text of a config is read: what is refused, and what a value without quotes is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, changed, load, problem, problems

from unequal.config.document import plain_value, read_document

LINES = SOUND.count("\n")


def test_a_bomb_of_aliases_is_refused_before_anything_is_expanded(tmp_path: Path) -> None:
    """306 bytes that would be 9**9 items."""
    pairs = zip("bcdefghi", "abcdefgh", strict=True)
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{name}: &{name} [{','.join(['*' + below] * 9)}]\n" for name, below in pairs)
    assert len(bomb) == 306
    refused = [told for told in problems(tmp_path, bomb) if told.code == "CFG003"]
    assert len(refused) == 9 + 8 * 9
    assert read_document(bomb, "x").values.keys() == set("abcdefghi")


def test_an_alias_and_its_anchor_are_both_told_with_their_places(tmp_path: Path) -> None:
    told = problems(tmp_path, changed("read: data/customers.csv", "read: &here data/customers.csv").replace("data/orders-*.csv", "*here"))
    assert [(one.code, one.line, one.column) for one in told] == [("CFG003", 6, 11), ("CFG003", 14, 11)]
    assert [one.error.seen for one in told] == ["&here", "*here"]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [ls]", "!!str x", "!own x", "! x", "!!binary eA=="])
def test_a_tag_is_refused(tmp_path: Path, tag: str) -> None:
    assert problem(tmp_path, changed("data/customers.csv", tag)).code == "CFG003"


def test_a_second_document_is_refused(tmp_path: Path) -> None:
    told = problem(tmp_path, added("---\nproject: other\n"))
    assert (told.code, told.line) == ("CFG003", LINES + 1)


def test_a_first_line_of_three_dashes_is_let_through(tmp_path: Path) -> None:
    assert load(tmp_path, "---\n" + SOUND).project.project == "hill-bakery"


def test_a_directive_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path, "%YAML 1.1\n---\n" + SOUND).code == "CFG003"


def test_a_key_that_stands_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    told = problem(tmp_path, added("project: other\n"))
    assert (told.code, told.line, told.error.seen) == ("CFG004", LINES + 1, "project")
    assert "line 1" in told.error.do


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", "[a, b]", "{a: b}"])
def test_a_key_that_is_no_text_is_refused(tmp_path: Path, key: str) -> None:
    told = problem(tmp_path, changed("      quantity: integer\n", f"      ? {key}\n      : integer\n"))
    assert (told.code, told.line) == ("CFG005", 17)


def test_a_key_in_quotes_may_look_like_a_number(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("quantity: integer", '"2024": integer'))
    assert loaded.project.sources["orders"].columns["2024"] == "integer"


@pytest.mark.parametrize("text", ["[" * 300_000, "a: " + "{a: " * 5000, "a:\n" + "".join(" " * n + "- \n" for n in range(1, 40))])
def test_deep_nesting_is_refused_where_it_begins_to_be_too_deep(tmp_path: Path, text: str) -> None:
    told = problems(tmp_path, text)
    assert told[0].code in {"CFG002", "CFG006"}


def test_nesting_is_refused_at_its_place(tmp_path: Path) -> None:
    told = problem(tmp_path, "a: " + "[" * 30 + "]" * 30)
    assert (told.code, told.line, told.column) == ("CFG006", 1, 23)


@pytest.mark.parametrize(
    ("text", "line"), [("a: [\n", 2), ("a: 1\n\tb: 2\n", 2), ("a: {read: ${X}/b}\n", 1), ("a: 'x\n", 2), ("a: b: c\n", 1), ("%X\n", 1)]
)  # fmt: skip
def test_what_is_not_yaml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    told = problem(tmp_path, text)
    assert told.code == "CFG002"
    assert abs(told.line - line) <= 1


def test_a_variable_in_braces_without_quotes_is_told_how_to_be_written(tmp_path: Path) -> None:
    assert "quotes" in problem(tmp_path, "a: {read: ${X}/b}\n").error.do


def test_a_line_that_is_not_yaml_is_not_printed(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("read: data/customers.csv", "read: postgresql://ann:hunter2@h/d: x"))
    assert "hunter2" not in str(told)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text\n", "---\n"])
def test_a_config_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    told = problem(tmp_path, text)
    assert told.code == "CFG002"
    assert "unequal init" in told.error.do


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\ufeff", "\ud800"])
def test_a_character_that_is_no_text_is_refused_with_its_place(tmp_path: Path, character: str) -> None:
    told = problem(tmp_path, changed("hill-bakery", f"hill{character}bakery").encode("utf-8", "surrogatepass"))
    assert told.code in {"CFG001", "CFG002"}
    assert told.line == 1


def test_a_byte_order_mark_at_the_beginning_is_let_through(tmp_path: Path) -> None:
    assert load(tmp_path, SOUND.encode("utf-8-sig")).project.project == "hill-bakery"


def test_a_config_that_is_not_utf8_is_told_with_the_line_of_the_first_foreign_byte(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("hill-bakery", "hill").encode() + "sources: Müller\n".encode("cp1252"))
    assert (told.code, told.line, told.error.seen) == ("CFG001", LINES + 1, "byte 0xFC")


def test_windows_line_ends_are_counted_as_lines(tmp_path: Path) -> None:
    assert load(tmp_path, SOUND.replace("\n", "\r\n")).where("sources", "orders") == "unequal.yaml:13"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("52", 52), ("-3", -3), ("0", 0), ("0.10", 0.1), ("-1.5", -1.5), ("true", True), ("False", False), ("null", None), ("~", None),
        ("no", "no"), ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"), ("TRUE", "TRUE"), ("01234", "01234"), ("0o14", "0o14"),
        ("0x1F", "0x1F"), ("0b1", "0b1"), ("1_000", "1_000"), ("1e3", "1e3"), ("1.5e3", "1.5e3"), ("12:30", "12:30"), ("190:20:30", "190:20:30"),
        ("2026-01-31", "2026-01-31"), ("2026-01-31 10:00:00", "2026-01-31 10:00:00"), ("+49", "+49"), (".5", ".5"), ("5.", "5."),
        (".inf", ".inf"), (".nan", ".nan"), ("-", "-"), ("=", "="), ("<<", "<<"), ("1234567890123456789", "1234567890123456789"), ("-01", "-01"),
    ],
)  # fmt: skip
def test_a_value_without_quotes_is_a_number_a_flag_nothing_or_a_text(written: str, read: object) -> None:
    assert plain_value(written) == read
    assert type(plain_value(written)) is type(read)


def test_quotes_make_a_text_of_everything(tmp_path: Path) -> None:
    path = tmp_path / "x"
    document = read_document("a: '52'\nb: \"true\"\nc: |\n  1\nd: >\n  null\n", str(path))
    assert document.values == {"a": "52", "b": "true", "c": "1\n", "d": "null\n"}


def test_a_merge_key_is_a_key_like_any_other(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("hill-bakery", "hill-bakery\n<<: {time_zone: UTC}"))
    assert (told.code, told.error.seen) == ("CFG010", "<<")
