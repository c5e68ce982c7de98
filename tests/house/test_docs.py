"""What the docs take from the code is up to date, and the scripts that build it refuse what they must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import build_docs
from tools.dictionary import contracts, dictionary, faults_of
from tools.error_pages import error_page, sections_of
from tools.markdown import anchor, table

from unequal.terms.tables import Column, TableContract


def test_the_pages_that_come_from_the_code_are_up_to_date() -> None:
    assert [str(page.relative_to(build_docs.ROOT)) for page, _ in build_docs.stale_pages()] == []


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs" / "errors").mkdir(parents=True)
    (tmp_path / "README.md").write_text("<!-- [[[cog\nimport cog\ncog.outl('42')\n]]] -->\n41\n<!-- [[[end]]] -->\n")
    stale = dict(build_docs.stale_pages(tmp_path))
    assert stale[tmp_path / "README.md"].splitlines()[4] == "42"
    for page, text in stale.items():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)
    assert build_docs.stale_pages(tmp_path) == []


def test_the_check_of_the_docs_ends_with_one_when_something_is_stale_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "docs" / "errors").mkdir(parents=True)
    (tmp_path / "README.md").touch()
    assert build_docs.main(["--check"], tmp_path) == 1
    assert not (tmp_path / "docs" / "errors.md").exists()
    assert build_docs.main([], tmp_path) == 0
    assert build_docs.main(["--check"], tmp_path) == 0


def test_every_published_column_has_a_meaning_and_every_number_a_unit() -> None:
    assert [fault for contract in contracts() for fault in faults_of(contract)] == []


@pytest.mark.parametrize(
    "column",
    [Column("amount", "decimal(18, 4)", "What it cost."), Column("line", "string", " "), Column("days", "int64", "How long.", unit="")],
)
def test_a_column_without_meaning_or_unit_stops_the_dictionary(column: Column) -> None:
    with pytest.raises(ValueError, match=column.name):
        dictionary([TableContract("entry", "What was booked.", (column,))])


def test_a_table_without_meaning_or_with_a_key_that_is_no_column_stops_the_dictionary() -> None:
    with pytest.raises(ValueError, match="entry_id"):
        dictionary([TableContract("entry", "", (Column("line", "string", "Where it is booked."),), key=("entry_id",))])


def test_the_dictionary_says_what_a_column_is() -> None:
    contract = TableContract("band", "The band of a customer.", (Column("band", "string", "One of three.", nullable=True),), key=("band",))
    page = dictionary([contract])
    assert "## band\n\nThe band of a customer.\nKey: band.\n" in page
    assert "| band | string | - | One of three. May be absent. |" in page


def test_the_error_page_is_sorted_by_code_and_has_its_contents(tmp_path: Path) -> None:
    (tmp_path / "LED.md").write_text("# LED: the ledger\n\n## LED002 Second\n\nMore.\n\n## LED001 First\n\nText.\n")
    (tmp_path / "CFG.md").write_text("# CFG: the config\n\n## CFG001 A fault\n\nText.\n")
    page = error_page(tmp_path)
    assert re.findall(r"^#+ (\w+\d)", page, re.MULTILINE) == ["CFG001", "LED001", "LED002"]
    assert "- [LED001 First](#led001-first)" in page


def test_a_code_on_the_page_of_another_room_is_refused(tmp_path: Path) -> None:
    (tmp_path / "LED.md").write_text("# LED: the ledger\n\n## CFG001 A fault\n\nText.\n")
    with pytest.raises(ValueError, match="CFG001"):
        error_page(tmp_path)


@pytest.mark.parametrize("text", ["## LED001 A\n\nx\n\n## LED001 B\n\ny\n", "## LED001 A\n\n## LED002 B\n\ny\n"])
def test_a_code_with_two_sections_or_an_empty_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="LED001"):
        sections_of(text)


def test_a_heading_is_linked_as_its_reader_links_it() -> None:
    assert anchor("CFG028 A column's contract, contradicted") == "cfg028-a-columns-contract-contradicted"


def test_a_bar_inside_a_cell_does_not_end_it() -> None:
    assert table(["a"], [["x|y"]]).splitlines()[2] == "| x\\|y |"


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = [build_docs.ROOT / "README.md", build_docs.ROOT / "CONTRIBUTING.md", *(build_docs.ROOT / "docs").rglob("*.md")]
    assert [fault for page in pages for fault in broken_links(page)] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# Here we are\n")
    page = tmp_path / "page.md"
    page.write_text("[a](there.md) [b](gone.md) [c](there.md#here-we-are) [d](there.md#elsewhere) [e](https://example.org/x)")
    assert broken_links(page) == ["page.md -> gone.md", "page.md -> there.md#elsewhere"]


def broken_links(page: Path) -> list[str]:
    faults = []
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, fragment = link.partition("#")
        target = page.parent / name if name else page
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (fragment and target.suffix == ".md" and fragment not in anchors(target)):
            faults.append(f"{page.name} -> {link}")
    return faults


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)}
