"""What the section `live` says of webhooks: the only addresses that messages are ever sent to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from unequal.config.addresses import is_reference, reference_to
from unequal.config.model import Name, Section
from unequal.config.moments import Channel
from unequal.config.problems import KeyPath, Problem
from unequal.terms.networks import INSIDE, why_refused

LONGEST_URL: Final = 2000


def _is_an_address(url: str) -> str:
    if not is_reference(url) and not url.lower().startswith(("https://", "http://")):
        raise ValueError("no address: write https://..., or env:NAME or file:PATH where the address is a secret itself")
    return url


class Webhook(Section):
    """A system that is sent what was decided, signed, by HTTPS."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://mail.example/hooks/unequal", "secret": "env:MAIL_SECRET"}]})

    url: Annotated[str, Field(max_length=LONGEST_URL), AfterValidator(_is_an_address)] = Field(
        description="Where it is sent: https://..., or env:NAME or file:PATH where the address is a secret itself."
    )
    secret: Annotated[str, AfterValidator(reference_to("a secret"))] = Field(
        description="env:NAME of a variable, or file:PATH of a file, that holds the secret which messages are signed with: at least 24 letters, "
        "or whsec_ and base64 as Standard Webhooks writes it."
    )
    allow_private: bool = Field(
        False,
        description="Whether its address may lie on this machine or in a private network, and be plain http there: for a program beside this "
        "one. Everything else is sent to public addresses alone.",
    )


def problems_of_webhooks(channels: Mapping[Name, Channel], webhooks: Mapping[Name, Webhook]) -> Iterator[Problem]:
    """Channels that deliver to what is not declared, plain http to the world outside, and addresses where nothing is ever sent."""
    for name, channel in channels.items():
        at: KeyPath = ("live", "channels", name, "deliver_to")
        if channel.deliver_to is not None and channel.deliver_to not in webhooks:
            known = ", ".join(webhooks) or "none is declared"
            yield Problem(
                "CFG085", "a channel delivers to a webhook that is not declared", at, seen=channel.deliver_to, do=f"name one of: {known}"
            )
        elif channel.deliver_to is not None and not channel.outbound:
            do = "leave deliver_to out: where customers begin, the answer to /v1/decide is the delivery"
            yield Problem("CFG086", "a channel where customers begin delivers nothing", at, seen=channel.deliver_to, do=do)
    for name, webhook in webhooks.items():
        if webhook.url.lower().startswith("http://") and not webhook.allow_private:
            do = "write https://, or allow_private: true where the receiver lies on this machine or in a private network"
            yield Problem("CFG087", "a webhook is not encrypted", ("live", "webhooks", name, "url"), seen="http://", do=do)
        if (led := _leads_inside(webhook)) is not None:
            host, why = led
            do = "send to a public address" + (", or say allow_private: true of a program beside this one" if why == INSIDE else "")
            yield Problem(
                "CFG097", "a webhook leads where nothing is sent", ("live", "webhooks", name, "url"), seen=f"{host}: {why}", do=do
            )


def _leads_inside(webhook: Webhook) -> tuple[str, str] | None:
    """The address that a webhook names in numbers, and why nothing is sent there; None where it is sent to, or is known only when it is looked up."""
    try:
        host = urlsplit(webhook.url).hostname or ""
        ipaddress.ip_address(host)
    except ValueError:
        return None
    why = why_refused(host, allow_private=webhook.allow_private)
    return None if why is None else (host, why)
