"""Requests made up from the API's description: such as fit it, and such as nearly do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from tests.api.doors import ADDRESS, Client

from unequal.api import EVERY_ROUTE, described


def answered(client: Client, case: Any, shown: dict[str, Any]) -> Any:
    """The answer to a made-up request, with good credentials in the place of made-up ones where some are given."""
    made = requests.Request(**case.as_transport_kwargs(base_url=ADDRESS)).prepare()
    own = {name: value for name, value in made.headers.items() if not shown or name.lower() not in {"authorization", "cookie"}}
    headers = {name.encode(): value.encode() if isinstance(value, str) else value for name, value in {**own, **shown}.items()}
    return client.request(made.method, made.url, content=made.body, headers=headers)


def tried_out(
    client: Client, shown: dict[str, Any], mode: GenerationMode, *, is_signed_in: bool, known: Mapping[str, str] | None = None
) -> set[str]:
    """Try every route, and hold each answer against the description.

    Args:
        client: whom the requests go to.
        shown: the caller's credentials.
        mode: whether requests fit the description.
        is_signed_in: whether the caller has a session, which is not ended.
        known: values that something is known of, by the name of the part of the path or body that holds them; drawn half the time.

    Returns:
        The routes that were tried.
    """
    tried: set[str] = set()
    for found in schemathesis.openapi.from_dict(described(EVERY_ROUTE)).get_all_operations():
        operation = found.ok()
        documented = operation.definition.raw["responses"]

        @settings(
            max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def try_it(case: Any, is_known: bool) -> None:
            if is_known:
                _name_what_is_known(case, known or {})
            answer = answered(client, case, shown)
            tried.add(case.operation.label)
            assert answer.status_code < 500, answer.text
            assert str(answer.status_code) in documented or answer.json()["code"] in {"API004", "API005"}, answer.text

        # What takes nothing cannot be asked wrongly; and to sign out is tried by those only who cannot.
        takes = "requestBody" in operation.definition.raw or operation.definition.raw["parameters"]
        if (takes or mode is GenerationMode.POSITIVE) and (operation.label != "DELETE /v1/session" or not is_signed_in):
            try_it()
    return tried


def _name_what_is_known(case: Any, known: Mapping[str, str]) -> None:
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):
            part |= {name: value for name, value in known.items() if name in part}
