"""A run of an earlier version lacks tables that its steps gained later: it is read without them, and what needs one says so."""

from __future__ import annotations

import shutil

import pytest

import unequal
from unequal import answers, flow
from unequal.flow import published
from unequal.terms.errors import AnswerError

NEWER = [contract.name for contracts in published.BESIDE.values() for contract in contracts if contract.is_newer]


@pytest.fixture(scope="module")
def earlier(twice, tmp_path_factory):
    """A project whose runs were published before any step gained a table."""
    folder = tmp_path_factory.mktemp("earlier") / "project"
    shutil.copytree(twice[0], folder)
    gone = [path for name in NEWER for path in (folder / ".unequal").rglob(f"{name}.parquet")]
    assert gone
    for path in gone:
        path.unlink()
    return folder


def test_its_tables_are_had_and_those_it_lacks_are_told(earlier):
    with flow.open_base(flow.open_project(earlier)) as opened:
        assert not set(NEWER) & set(opened.base.tables)
        assert {"entry", "customer_value", "movement"} <= set(opened.base.tables)
        with pytest.raises(AnswerError, match="run `unequal run` again") as told:
            opened.base.table("through_others")
        assert told.value.code == "ANS001"


@pytest.mark.parametrize("question", answers.QUESTIONS)
def test_every_question_is_answered_or_says_what_the_run_lacks(earlier, question):
    try:
        found = unequal.open(earlier).ask(question).answer
    except AnswerError as refused:
        code = refused.code
    else:
        code = ""
        assert found.sentence
    assert code in ("", "ANS001", "ANS013", "ANS014", "ANS016")
