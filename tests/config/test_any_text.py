"""Laws of loading: whatever the text, there is a project or there are problems with places, never anything else."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config.projects import SOUND, load

from unequal.config.problems import holds_password, masked, shown
from unequal.terms.errors import ConfigError, Problems

PIECES = st.sampled_from(
    ["project", "sources", ":", ": ", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ",", '"', "'", "#", "&a ", "*a", "!t ", "|", ">", "?",
     "---\n", "%", "@", "`", "~", "null", "5", "1.5", "true", "read", "columns", "${X}", "${", "\t", "é", "\u2028", "<<", "env:X", "postings"]
)  # fmt: skip


def loads_or_tells(text: str | bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(Path(folder), text)
        except (ConfigError, Problems) as error:
            told = error.problems if isinstance(error, Problems) else (error,)
            assert all(one.code.startswith("CFG") and one.where.find("unequal.yaml:") >= 0 for one in told)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_pieces_of_yaml_in_any_order_load_or_are_told(text: str) -> None:
    loads_or_tells(text)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 12), PIECES)
@settings(max_examples=400, deadline=None)
def test_a_sound_config_with_a_piece_struck_out_or_put_in_loads_or_is_told(at: int, length: int, piece: str) -> None:
    loads_or_tells(SOUND[:at] + piece + SOUND[at + length :])


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_load_or_are_told(raw: bytes) -> None:
    loads_or_tells(raw)


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="@:/")


@given(user=st.text(LETTERS, max_size=10), password=st.text(LETTERS, min_size=12, max_size=30), before=st.text(LETTERS, max_size=10))
def test_no_password_in_an_address_is_ever_shown(user: str, password: str, before: str) -> None:
    address = f"{before} postgresql://{user}:{password}@host/base"
    assert holds_password(address)
    assert password not in masked(address).replace(user, "").replace(before, "") or password in f"{user}{before}"
    assert f":{password}@" not in shown(address)


@given(st.text())
def test_what_is_shown_is_one_short_printable_line(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 80
