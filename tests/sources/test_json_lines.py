"""JSON lines: values keep what was written, and broken lines cost themselves only."""

from decimal import Decimal as D

import pytest

from unequal.terms.errors import SourceError


def test_values_are_cast_from_what_was_written(accepting):
    data = b'{"id": 12345678901234567890, "total": 0.1, "who": {"mail": "a@b.c", "tags": [1, "x"]}}\n{"total": "2.50", "ok": true}\n'
    accepted = accepting({"a.jsonl": data}, columns={"total": "money", "ok": "boolean"})
    assert accepted.column("id") == ["12345678901234567890", None]
    assert accepted.column("total") == [D("0.1"), D("2.5")]
    assert accepted.column("who.mail") == ["a@b.c", None]
    assert accepted.column("who.tags") == ['["1","x"]', None] or accepted.column("who.tags") == ['[1,"x"]', None]
    assert accepted.column("ok") == [None, True]
    assert accepted.spans == [(0, len(data), "accepted", 2)]


def test_a_lone_surrogate_is_quarantined_and_a_whole_pair_is_not(accepting):
    """TRUST 6, as it stands in a file."""
    data = b'{"name": "\\ud83d\\ude42"}\n{"name": "\\ud83d"}\n{"na\\ude42me": "x"}\n'
    accepted = accepting({"a.jsonl": data})
    assert accepted.column("name") == ["🙂"]
    assert accepted.reasons == [(2, None, "lone_surrogate"), (3, None, "lone_surrogate")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not_json"),
        (b"[1]", "not_json"),
        (b'{"a": 1} x', "not_json"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a.b": 1, "a": {"b": 2}}', "duplicate_key"),
        (b'{"a": "\\u0000"}', "nul_byte"),
        (b'{"a": "\\u001f"}', "control_character"),
        (b'{"a": "\xe9"}', "bad_encoding"),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "cell_too_large"),
        (b"[" * 100_000, "not_json"),
    ],
)
def test_a_line_that_cannot_be_kept_is_quarantined(accepting, line, reason):
    accepted = accepting({"a.jsonl": b'{"a": 1}\n' + line + b'\n\n{"a": 3}'})
    assert accepted.column("a") == ["1", "3"]
    assert accepted.column("_row") == [1, 3]
    assert accepted.reasons == [(2, None, reason)]


def test_numbers_that_are_none_meet_the_contract(accepting):
    """TRUST 25."""
    accepted = accepting({"a.jsonl": b'{"a": NaN}\n{"a": 1e999}\n{"a": 5}\n'}, columns={"a": "money"})
    assert accepted.reasons == [(1, "a", "not_a_number"), (2, "a", "not_a_number")]


def test_a_file_without_an_object_is_an_error(accepting):
    """TRUST 18."""
    with pytest.raises(SourceError, match="SRC004"):
        accepting({"a.jsonl": b"\n\n"})
