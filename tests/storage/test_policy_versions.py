"""Policies in the state: written by one person, previewed, approved by another, retired and reverted."""

from __future__ import annotations

import threading

import pytest
from tests.storage.contact_rows import AT, later
from tests.storage.test_contacts import Base

from unequal import storage
from unequal.storage.state import policies
from unequal.storage.state.policies import PolicyVersion
from unequal.terms.errors import LiveError


@pytest.fixture
def base(state: storage.State) -> Base:
    return Base(state)


def approved(base: Base, text: str, minutes: float, name: str = "p") -> PolicyVersion:
    draft = base.write(policies.submit, name, text, author="jo", at=later(minutes))
    base.write(policies.keep_preview, name, draft.version, '{"customers":3}')
    return base.write(policies.approve, name, draft.version, by="kim", at=later(minutes))


def live(base: Base, minutes: float) -> list[tuple[str, int]]:
    return [(row.name, row.version) for row in base.write(policies.live, later(minutes))]


def test_a_draft_acts_for_nobody_until_another_person_approves_it(base: Base) -> None:
    draft = base.write(policies.submit, "p", "one", author="jo", at=AT)
    assert (draft.version, draft.status, live(base, 5)) == (1, "draft", [])
    with pytest.raises(LiveError, match="LIV113"):
        base.write(policies.approve, "p", 1, by="kim", at=AT)
    base.write(policies.keep_preview, "p", 1, '{"customers":3}')
    for same in ("jo", " Jo "):
        with pytest.raises(LiveError, match="LIV112"):
            base.write(policies.approve, "p", 1, by=same, at=AT)
    assert base.write(policies.change) == 0
    assert base.write(policies.approve, "p", 1, by="kim", at=later(2)) == PolicyVersion(
        "p", 1, "one", "jo", AT, "approved", '{"customers":3}', "kim", later(2), change=1
    )
    assert (live(base, 1), live(base, 2)) == ([], [("p", 1)])
    for again in (lambda: base.write(policies.approve, "p", 1, by="kim", at=AT), lambda: base.write(policies.keep_preview, "p", 1, "{}")):
        with pytest.raises(LiveError, match="LIV111"):
            again()
    with pytest.raises(LiveError, match="LIV110"):
        base.write(policies.approve, "p", 2, by="kim", at=AT)


def test_a_version_takes_the_place_of_the_one_that_acted_at_the_moment_of_its_approval(base: Base) -> None:
    approved(base, "one", 1)
    approved(base, "other", 1, name="q")
    approved(base, "two", 5)
    assert [live(base, minutes) for minutes in (0, 1, 4.9, 5)] == [
        [], [("p", 1), ("q", 1)], [("p", 1), ("q", 1)], [("p", 2), ("q", 1)]
    ]  # fmt: skip
    assert [(row.version, row.status, row.retired_by) for row in base.write(policies.versions, "p")] == [
        (2, "approved", None), (1, "retired", "kim")
    ]  # fmt: skip
    assert [(row.name, row.version) for row in base.write(policies.versions)] == [("p", 2), ("p", 1), ("q", 1)]


def test_anybody_stops_a_policy_at_once_and_what_acted_before_is_still_known(base: Base) -> None:
    approved(base, "one", 1)
    seen = base.write(policies.change)
    assert base.write(policies.retire, "p", by="jo", at=later(3)).retired_by == "jo"
    assert base.write(policies.change) > seen
    assert (live(base, 2), live(base, 3)) == ([("p", 1)], [])
    with pytest.raises(LiveError, match="LIV114"):
        base.write(policies.retire, "p", by="jo", at=later(4))


def test_blanks_before_a_name_make_nobody_another_person(base: Base) -> None:
    base.write(policies.submit, "p", "one", author="person:mia", at=AT)
    base.write(policies.keep_preview, "p", 1, "{}")
    for same in ("person: mia", "person:MIA ", " person : mia"):
        with pytest.raises(LiveError, match="LIV112"):
            base.write(policies.approve, "p", 1, by=same, at=AT)
    assert base.write(policies.approve, "p", 1, by="person:mia lee", at=AT).status == "approved"


def test_a_reverted_text_is_a_new_draft_that_needs_approval_again(base: Base) -> None:
    approved(base, "one", 1)
    approved(base, "two", 2)
    draft = base.write(policies.revert, "p", 1, author="kim", at=later(3))
    assert (draft.version, draft.text, draft.author, draft.status, draft.preview) == (3, "one", "kim", "draft", None)
    assert live(base, 4) == [("p", 2)]
    base.write(policies.keep_preview, "p", 3, "{}")
    with pytest.raises(LiveError, match="LIV112"):
        base.write(policies.approve, "p", 3, by="kim", at=later(4))
    base.write(policies.approve, "p", 3, by="jo", at=later(4))
    assert live(base, 4) == [("p", 3)]
    with pytest.raises(LiveError, match="LIV110"):
        base.write(policies.revert, "p", 9, author="kim", at=later(3))


def test_a_text_that_is_submitted_again_is_the_version_that_says_so(base: Base) -> None:
    first = base.write(policies.submit, "p", "one", author="jo", at=AT)
    assert base.write(policies.submit, "p", "one", author="kim", at=later(1)) == first
    approved(base, "one", 2)
    assert base.write(policies.submit, "p", "one", author="kim", at=later(3)).version == 1
    base.write(policies.retire, "p", by="jo", at=later(3))
    assert base.write(policies.submit, "p", "one", author="jo", at=later(4)).version == 2


def test_of_two_versions_that_are_approved_at_once_one_acts(base: Base) -> None:
    for text in ("one", "two", "three", "four"):
        version = base.write(policies.submit, "p", text, author="jo", at=AT).version
        base.write(policies.keep_preview, "p", version, "{}")
    together = threading.Barrier(4)

    def approve(version: int) -> None:
        together.wait()
        base.write(policies.approve, "p", version, by="kim", at=later(1))

    threads = [threading.Thread(target=approve, args=(version,)) for version in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(live(base, 1)) == 1
    assert base.write(policies.change) == 7
