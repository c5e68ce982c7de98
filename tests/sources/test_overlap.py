"""Two extracts of one system that hold the same rows count them once."""

from decimal import Decimal as D

import pytest

from unequal.terms.errors import Problems

COLUMNS = {"total": "money"}


def test_rows_in_both_extracts_count_once_and_equal_rows_inside_one_stay(accepting):
    first = b"no,total\n1,10.00\n1,10.00\n2,5.00\n"
    second = b"no,total\n1,10.0\n1,10.00\n1,10.000\n3,7.00\n"
    accepted = accepting({"a.csv": first, "b.csv": second}, columns=COLUMNS)
    assert sorted(row["total"] for row in accepted.rows) == [5, 7, 10, 10, 10]
    assert sum(row["total"] for row in accepted.table("counted_once")) == D(20)
    assert [(row["rows_accepted"], row["rows_counted_once"], row["rows_repeated"]) for row in accepted.extracts] == [(3, 0, 1), (2, 2, 2)]


def test_ids_tell_equal_rows_apart_and_do_not_change_with_a_new_extract(accepting):
    first = b"no,total\n1,10.00\n1,10.00\n"
    alone = accepting({"a.csv": first}, columns=COLUMNS)
    both = accepting({"a.csv": first, "b.csv": first + b"2,1.00\n"}, columns=COLUMNS)
    ids = alone.column("_row_id")
    assert ids[1] == f"{ids[0]}#2"
    assert set(ids) < set(both.column("_row_id"))
    assert [row["_file"] for row in both.rows] == ["a.csv", "a.csv", "b.csv"]


def test_under_a_key_the_later_extract_wins_and_changes_are_told_apart(accepting):
    first = b"no,total\n1,10.00\n2,5.00\n3,1.00\n"
    second = b"no,total\n1,10.00\n2,6.00\n"
    accepted = accepting({"a.csv": first, "b.csv": second}, columns=COLUMNS, key="no")
    assert {row["no"]: (row["_file"], row["total"]) for row in accepted.rows} == {"1": ("b.csv", 10), "2": ("b.csv", 6), "3": ("a.csv", 1)}
    assert [(row["rows_counted_once"], row["rows_changed"]) for row in accepted.extracts] == [(2, 1), (0, 0)]


def test_the_order_of_the_list_says_which_extract_is_later(accepting):
    files = {"b.csv": b"no,total\n1,10.00\n", "a.csv": b"no,total\n1,11.00\n"}
    assert accepting(files, columns=COLUMNS, key="no").column("total") == [11]
    assert accepting(files, columns=COLUMNS, key="no", read="*.csv").column("total") == [10]


def test_a_compound_key_joins_its_parts(accepting):
    accepted = accepting({"a.csv": b"no,line\nA,1\nA,2\n,3\n"}, key=["no", "line"])
    assert accepted.column("_row_id") == ["A\x1f1", "A\x1f2", "\x1f3"]


def test_a_key_that_repeats_inside_an_extract_is_counted_and_kept(accepting):
    accepted = accepting({"a.csv": b"no,total\n1,10.00\n1,12.00\n"}, columns=COLUMNS, key="no")
    assert accepted.column("_row_id") == ["1", "1#2"]
    assert accepted.extracts[0]["rows_repeated"] == 1


def test_overlap_keep_counts_every_row_under_an_id_of_its_own(accepting):
    data = b"no,total\n1,10.00\n1,10.00\n"
    accepted = accepting({"a.csv": data, "b.csv": data}, columns=COLUMNS, overlap="keep")
    assert len(set(accepted.column("_row_id"))) == 4
    assert accepted.table("counted_once") == []


def test_extracts_of_other_columns_are_refused_where_no_key_tells_their_rows(accepting):
    files = {"a.csv": b"no,total\n1,1.00\n", "b.csv": b"no,total,note\n1,1.00,x\n"}
    with pytest.raises(Problems, match="SRC013"):
        accepting(files, columns=COLUMNS)
    accepted = accepting(files, columns=COLUMNS, key="no")
    assert [(row["no"], row["note"]) for row in accepted.rows] == [("1", "x")]
    assert accepting(dict(reversed(files.items())), columns=COLUMNS, key="no").column("note") == [None]
