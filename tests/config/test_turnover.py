"""The section turnover refers to what is there."""

from __future__ import annotations

import pytest

from unequal.config.project import Project
from unequal.config.references import problems_of_references


def problems(**turnover) -> list[tuple[str, str]]:
    given = {
        "project": "x", "reporting_currency": "USD", "time_zone": "UTC", "turnover": turnover,
        "sources": {"crm": {"read": "crm.csv", "header": ["no", "status"], "records": {"id": "no", "attributes": {}}}},
    }  # fmt: skip
    return [(one.code, ".".join(str(part) for part in one.path)) for one in problems_of_references(Project.model_validate(given))]


LEFT = {"source": "crm", "customer": {"id": "no"}, "when": "status = 'left'"}


@pytest.mark.parametrize(
    ("turnover", "found"),
    [
        ({"departures": {"shop": LEFT}}, []),
        ({"departures": {"shop": {**LEFT, "source": "crn"}}}, [("CFG020", "turnover.departures.shop.source")]),
        ({"departures": {"shop": {**LEFT, "reason": "why"}}}, [("CFG027", "turnover.departures.shop.reason")]),
        ({"reasons": {"services": {"column": "why"}}}, [("CFG020", "turnover.reasons.services")]),
    ],
)
def test_a_source_a_column_or_contracts_that_are_not_there_are_told_with_their_place(turnover, found):
    assert problems(**turnover) == found
