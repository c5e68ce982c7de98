"""The example of CDNOW, run whole."""

from decimal import Decimal as D

from tests.truth.examples import figures, residuals

from unequal import answers


class TestCdnow:
    """Fader & Hardie's cohort of the first quarter of 1997, with what the README of the data counted in the file itself."""

    def test_all_69659_lines_of_the_padded_file_are_accepted_and_come_to_its_dollars(self, cdnow):
        (extract,) = cdnow.base.fetch(cdnow.base.table("extract"))
        assert (extract["format"], extract["rows_read"], extract["rows_accepted"]) == ("spaced", 69_659, 69_659)
        found = figures(answers.answer("profit", cdnow.base))
        assert (found["total"], found["customers"]) == (D("2500315.63"), 23_570)
        assert residuals(cdnow) == {D(0)}

    def test_nothing_is_called_profit_where_no_cost_is_known(self, cdnow):
        for question in ("profit", "value", "retention", "equity", "new", "lost", "movement", "metrics"):
            answer = answers.answer(question, cdnow.base)
            assert answer.level == "revenue"
            shown = (
                {name for one in answer.shown for name in answer.tables[one.table].column("segment").to_pylist()}
                if question == "metrics"
                else ()
            )
            told = " ".join([answer.title, answer.sentence, *(figure.label for figure in answer.figures), *map(str, shown)])
            assert "profit" not in told.lower(), question

    def test_a_year_s_orders_are_expected_of_those_who_are_left(self, cdnow):
        """BG/NBD and Pareto/NBD are known to expect a little too little of this cohort; half a year held out is missed by less than a tenth."""
        contest = {row["model"]: row for row in answers.answer("value", cdnow.base).tables["contest"].to_pylist() if row["is_chosen"]}
        assert set(contest) <= {"bg_nbd", "pareto_nbd"}
        assert all(abs(row["missed"]) < 0.1 for row in contest.values())

    def test_who_was_lost_is_told_in_years_and_by_silence_alone(self, cdnow):
        found = answers.answer("lost", cdnow.base)
        assert (found.figure("ended").value, found.figure("half_life").unit) == (0, "years")
        assert found.figure("silent").value == found.figure("lost").value > 12_000
