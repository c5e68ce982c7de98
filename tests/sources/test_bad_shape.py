"""TRUST's bad inputs 10 to 19: files that are not the table they should be."""

import pytest

from unequal.sources.limits import Limits
from unequal.terms.errors import Problems, SourceError, UnequalError


def test_rows_with_another_delimiter_refuse_the_file_and_name_the_line(accepting):
    """TRUST 10."""
    with pytest.raises(SourceError, match="SRC008") as caught:
        accepting({"a.csv": b"id,name,town\n1,Ann,York\n2;Bob;Hull\n3,Cid,Leeds\n"})
    assert "line 3" in caught.value.where
    assert "row 2 is cut by ';'" in caught.value.seen


def test_a_row_with_too_few_or_too_many_cells_is_quarantined(accepting):
    """TRUST 11."""
    data = b"id,name,town\n1,Ann,York\n2,Bob\n3,Cid,Leeds,UK\n4,Dee,Hull\n"
    accepted = accepting({"a.csv": data})
    assert accepted.column("id") == ["1", "4"]
    assert accepted.column("_row") == [1, 4]
    assert accepted.column("_byte") == [13, data.index(b"4,Dee")]
    assert accepted.reasons == [(2, None, "ragged_row"), (3, None, "ragged_row")]
    assert accepted.quarantined[0]["detail"] == "2 cells where the header has 3"


def test_an_unterminated_quote_costs_its_own_line_only(accepting):
    """TRUST 12: reading goes on with the next line."""
    data = b'id,name,town\n1,Ann,York\n2,"Bob,Hull\n3,Cid,Leeds\n4,"Dee, Jr",Hull\n'
    accepted = accepting({"a.csv": data})
    assert accepted.column("name") == ["Ann", "Cid", "Dee, Jr"]
    assert accepted.reasons == [(2, None, "malformed_quote")]
    assert accepted.quarantined[0]["raw"] == '2,"Bob,Hull\n'


def test_an_unterminated_quote_at_the_end_of_the_file_does_not_swallow_it(accepting):
    """TRUST 12."""
    rows = b"".join(b"%d,name\n" % row for row in range(2, 2000))
    accepted = accepting({"a.csv": b'id,name\n1,"Ann\n' + rows})
    assert len(accepted.rows) == 1998
    assert accepted.reasons == [(1, None, "unterminated_quote")]


def test_an_unterminated_quote_that_meets_another_is_undone_where_the_next_line_is_whole(accepting):
    """TRUST 12: two stray quotes make one well-formed cell of all lines between them; its row has too few cells."""
    accepted = accepting({"a.csv": b'id,name,town\n1,"Ann,York\n2,Bob,Hull\n3,Cid,"\n4,Dee,Leeds\n'})
    assert accepted.column("id") == ["2", "4"]
    assert [reason for _, _, reason in accepted.reasons] == ["unterminated_quote", "unterminated_quote"]


def test_a_quoted_cell_longer_than_the_bound_is_not_waited_for(accepting):
    """TRUST 12: within bounds, whatever the size of the blocks."""
    data = b'id,name\n1,"' + b"x\n" * 100 + b'"\n2,Bob\n'
    for block in (7, 64, 10_000):
        accepted = accepting({"a.csv": data}, limits=Limits(block=block, record=50))
        assert accepted.column("id") == ["2"]
        assert accepted.reasons[0] == (1, None, "unterminated_quote")


def test_a_quote_inside_a_cell_is_an_ordinary_character(accepting):
    accepted = accepting({"a.csv": b'id,name\n1,5" pipe\n2,"say ""yes"""\n3,"two\nlines"\n'})
    assert accepted.column("name") == ['5" pipe', 'say "yes"', "two\nlines"]
    assert accepted.quarantined == []


def test_text_after_a_closing_quote_is_quarantined(accepting):
    accepted = accepting({"a.csv": b'id,name\n1,"Ann"x\n2,Bob\n'})
    assert accepted.column("id") == ["2"]
    assert accepted.reasons == [(1, None, "malformed_quote")]


def test_line_ends_of_all_three_kinds_may_mix_in_one_file(accepting):
    """TRUST 13."""
    data = b"id,name\r\n1,Ann\n2,Bob\r3,Cid\r\n\r\n\n4,Dee"
    accepted = accepting({"a.csv": data})
    assert accepted.column("name") == ["Ann", "Bob", "Cid", "Dee"]
    assert accepted.spans == [(0, 9, "header", 0), (9, len(data), "accepted", 4)]


@pytest.mark.parametrize("header", [b"id,name,id", b"id,name,ID"])
def test_a_header_that_names_a_column_twice_is_refused(accepting, header):
    """TRUST 14; engines tell no upper case from lower."""
    with pytest.raises(Problems, match="SRC006"):
        accepting({"a.csv": header + b"\n1,Ann,2\n"})


def test_a_missing_header_is_noticed_by_what_the_contract_names(accepting):
    """TRUST 15: all missing columns at once."""
    with pytest.raises(Problems, match="SRC007") as caught:
        accepting({"a.csv": b"1001,12.50\n1002,9.00\n"}, columns={"order_no": "text", "total": "money"})
    assert "'order_no'" in str(caught.value)
    assert "'total'" in str(caught.value)
    assert "looks like data" in str(caught.value)


def test_a_declared_header_stands_for_the_missing_one(accepting):
    """TRUST 15."""
    accepted = accepting({"a.csv": b"1001,12.50\n"}, header=("order_no", "total"), columns={"total": "money"})
    assert accepted.column("order_no") == ["1001"]
    assert accepted.spans == [(0, 11, "accepted", 1)]


def test_a_header_cut_by_an_undeclared_delimiter_is_told(accepting):
    with pytest.raises(Problems, match="declare delimiter"):
        accepting({"a.csv": b"id;total\n1;2\n"}, columns={"total": "money"})


def test_lines_before_the_header_are_skipped_only_where_declared(accepting):
    """TRUST 16."""
    data = b"Report of March\n\nid,total\n1,2\n"
    with pytest.raises(Problems, match="SRC007"):
        accepting({"a.csv": data}, columns={"total": "text"})
    accepted = accepting({"a.csv": data}, columns={"total": "text"}, skip_lines=2)
    assert accepted.column("total") == ["2"]
    assert accepted.spans == [(0, 17, "skipped", 0), (17, 26, "header", 0), (26, 30, "accepted", 1)]


FOOTER = {"columns": {"total": "money"}, "footer": {"column": "id", "checks": {"total": "total"}}}


@pytest.mark.parametrize("block", [8, 1 << 20])
def test_a_footer_is_kept_out_and_agrees_with_the_rows(accepting, block):
    """TRUST 17."""
    data = b"id,total\n1,10.00\n2,x\n3,5.50\nTotal,15.50\n\n"
    accepted = accepting({"a.csv": data}, limits=Limits(block=block), **FOOTER)
    assert accepted.column("id") == ["1", "3"]
    assert accepted.reasons == [(2, "total", "not_a_number"), (None, None, "footer")]
    assert [row["id"] for row in accepted.table("raw")] == ["1", "2", "3"]
    assert accepted.spans[-2:] == [(28, 40, "footer", 0), (40, 41, "accepted", 0)]
    assert accepted.extracts[0]["rows_read"] == 3


def test_a_footer_that_disagrees_stops_with_both_figures(accepting):
    """TRUST 17."""
    with pytest.raises(UnequalError, match="SRC009") as caught:
        accepting({"a.csv": b"id,total\n1,10.00\nTOTAL,12.00\n"}, **FOOTER)
    assert "rows come to 10, the footer says 12.00" in str(caught.value)


def test_a_footer_with_fewer_cells_is_one_too(accepting):
    """TRUST 17."""
    accepted = accepting({"a.csv": b"id,total,note\n1,10.00,a\nTOTAL,10.00\n"}, **FOOTER)
    assert accepted.reasons == [(None, None, "footer")]
    assert accepted.spans[-1][2] == "footer"


def test_a_declared_footer_that_is_missing_stops(accepting):
    """TRUST 17: the file may be cut off."""
    with pytest.raises(SourceError, match="SRC010"):
        accepting({"a.csv": b"id,total\n1,10.00\n"}, **FOOTER)


def test_a_cell_of_fifty_megabytes_is_quarantined(accepting):
    """TRUST 19."""
    big = b"x" * 50_000_000
    data = b'id,name\n1,Ann\n2,"' + big + b'"\n3,' + big + b"\n4,Bob\n"
    accepted = accepting({"a.csv": data})
    assert accepted.column("name") == ["Ann", "Bob"]
    assert accepted.reasons == [(2, None, "cell_too_large"), (3, None, "cell_too_large")]
    assert all(len(row["raw"]) <= 4096 for row in accepted.quarantined)


def test_a_line_beyond_every_bound_is_skipped_without_being_kept(accepting):
    """TRUST 19, whatever the size of the blocks."""
    data = b"id,name\n1,Ann\n2," + b"x" * 1000 + b"\r\n3,Bob\n"
    found = [accepting({"a.csv": data}, limits=Limits(block=block, record=100, cell=50)) for block in (7, 64, 5000)]
    for accepted in found:
        assert accepted.column("name") == ["Ann", "Bob"]
        assert accepted.reasons == [(2, None, "row_too_large")]
        assert accepted.spans == found[0].spans


def test_columns_of_a_name_that_is_needed_are_refused(accepting):
    with pytest.raises(Problems, match="SRC021"):
        accepting({"a.csv": b"id,_row\n1,2\n"})


def test_a_control_character_in_the_header_is_an_error(accepting):
    with pytest.raises(SourceError, match="SRC022"):
        accepting({"a.csv": b"id,na\x00me\n1,2\n"})
