"""TRUST's bad inputs 1 to 9, and 18 to 20: bytes that are not the text they should be."""

import gzip
import itertools

import pytest

from unequal.terms.errors import SourceError, UnequalError


def tiles(accepted, size):
    """Whether the spans of the only file follow each other from 0 to its size."""
    spans = accepted.spans
    return spans[0][0] == 0 and spans[-1][1] == size and all(a[1] == b[0] for a, b in itertools.pairwise(spans))


def test_a_utf8_byte_order_mark_is_no_part_of_the_first_column(accepting):
    """TRUST 1."""
    data = b"\xef\xbb\xbfid,name\n1,Ann\n"
    accepted = accepting({"a.csv": data})
    assert accepted.column("id") == ["1"]
    assert accepted.spans == [(0, 11, "header", 0), (11, len(data), "accepted", 1)]
    assert accepted.extracts[0]["encoding"] == "utf-8-sig"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_recognised_and_its_places_count_bytes_of_the_file(accepting, encoding):
    """TRUST 2; with and without a byte order mark."""
    text = "id,name,town,street\n1,Zoë 🙂,York,Long Street\n2,ragged\n3,Bob,Hull,Short Street\n"
    data = text.encode(encoding)
    accepted = accepting({"a.csv": data})
    assert accepted.column("name") == ["Zoë 🙂", "Bob"]
    assert tiles(accepted, len(data))
    (bad,) = accepted.quarantined
    mark = 2 if encoding == "utf-16" else 0
    assert bad["byte_start"] == mark + len(text[: text.index("2,ragged")].encode("utf-16-le"))
    assert bad["byte_end"] == mark + len(text[: text.index("3,Bob")].encode("utf-16-le"))


def test_a_utf16_file_cut_in_the_middle_of_a_character_keeps_every_byte(accepting):
    """TRUST 2."""
    data = "id,name\n1,Ann\n2,Zoë\n".encode("utf-16")[:-1]
    accepted = accepting({"a.csv": data})
    assert tiles(accepted, len(data))
    assert accepted.column("id") == ["1"]
    assert accepted.reasons == [(2, None, "bad_encoding")]


def test_one_byte_of_another_encoding_quarantines_its_row_alone(accepting):
    """TRUST 3."""
    data = b"id,name\n1,Zo\xc3\xab\n2,Caf\xe9\n3,Bob\n"
    accepted = accepting({"a.csv": data})
    assert accepted.column("name") == ["Zoë", "Bob"]
    (bad,) = accepted.quarantined
    assert (bad["row"], bad["reason"], bad["raw"]) == (2, "bad_encoding", "2,Caf\\xe9\n")
    assert data[bad["byte_start"] : bad["byte_end"]] == b"2,Caf\xe9\n"
    assert accepted.spans == [(0, 8, "header", 0), (8, 15, "accepted", 1), (15, 22, "quarantined", 1), (22, 28, "accepted", 1)]


def test_a_nul_byte_quarantines_its_row(accepting):
    """TRUST 4."""
    accepted = accepting({"a.csv": b"id,name\n1,A\x00nn\n2,Bob\n"})
    assert accepted.column("id") == ["2"]
    assert accepted.reasons == [(1, None, "nul_byte")]
    assert accepted.quarantined[0]["raw"] == "1,A\\x00nn\n"


def test_a_ctrl_z_quarantines_its_row_and_does_not_end_the_file(accepting):
    """TRUST 5."""
    accepted = accepting({"a.csv": b"id,name\n1,Ann\x1a\n2,Bob\n\x1a"})
    assert accepted.column("id") == ["2"]
    assert accepted.reasons == [(1, None, "ctrl_z"), (3, None, "ctrl_z")]


def test_a_unit_separator_never_enters_a_key(accepting):
    """It parts the columns of a compound key: let in, ("a", "b") and ("a<sep>b") could be one."""
    accepted = accepting({"a.csv": b"id,name\n1,A\x1fnn\n2,Bob\n"})
    assert accepted.reasons == [(1, None, "control_character")]


def test_composed_and_decomposed_letters_are_kept_as_they_came(accepting):
    """TRUST 7: matching normalises; reading keeps the original."""
    composed, decomposed = "Zo\u00eb", "Zoe\u0308"
    accepted = accepting({"a.csv": f"id,name\n1,{composed}\n2,{decomposed}\n".encode()})
    assert accepted.column("name") == [composed, decomposed]


def test_emoji_and_names_from_right_to_left_are_kept(accepting):
    """TRUST 8."""
    names = ["👩\u200d🚀 Sally", "محمد", "דוד"]
    accepted = accepting({"a.csv": ("name\n" + "\n".join(names) + "\n").encode()})
    assert accepted.column("name") == names


def test_a_zero_width_character_is_kept_for_identity_to_judge(accepting):
    """TRUST 9: stripped for the key, and flagged, by identity."""
    accepted = accepting({"a.csv": "mail\nann\u200b@example.com\n".encode()})
    assert accepted.column("mail") == ["ann\u200b@example.com"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_an_error(accepting, content):
    """TRUST 18."""
    with pytest.raises(SourceError, match="SRC004"):
        accepting({"a.csv": content})


def test_a_file_with_a_header_alone_has_no_rows(accepting):
    accepted = accepting({"a.csv": b"id,name\n"})
    assert accepted.rows == []
    assert accepted.spans == [(0, 8, "header", 0)]


def test_a_file_packed_by_gzip_is_the_same_as_plain(accepting):
    data = b"id,name\n1,Ann\n2,ragged,row\n3,Bob\n"
    packed, plain = accepting({"a.csv.gz": gzip.compress(data)}), accepting({"a.csv": data})
    assert packed.spans == plain.spans
    assert packed.column("name") == plain.column("name")
    assert packed.extracts[0]["bytes"] == len(data)


@pytest.mark.parametrize(
    "damage", [lambda packed: packed[:-20], lambda packed: packed[:-8] + bytes(8), lambda packed: packed[:40] + b"XXXX" + packed[44:]]
)
def test_a_damaged_gzip_is_an_error(accepting, damage):
    """TRUST 20: nothing is published, because the step fails."""
    packed = gzip.compress(b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i * i) for i in range(5000)))
    with pytest.raises(UnequalError, match="SRC005"):
        accepting({"a.csv.gz": damage(packed)})
