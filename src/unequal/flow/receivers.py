"""Whom messages are sent to: a declared webhook, with its address and its key."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from unequal import config
from unequal.flow import places
from unequal.flow.opening import OpenProject
from unequal.flow.places import Place
from unequal.terms.errors import LiveError

SHORTEST_SECRET: Final = 24


@dataclass(frozen=True, slots=True)
class Receiver:
    """A declared webhook, ready to be sent to.

    Args:
        name: in the config.
        place: its address.
        secret: the key that messages are signed with.
        allow_private: whether it may lie on this machine or in a private network.
    """

    name: str
    place: Place
    secret: SecretStr
    allow_private: bool = False

    @property
    def key(self) -> bytes:
        """The bytes to sign with."""
        return _key(self.name, self.secret)


def receiver(project: OpenProject, name: str) -> Receiver:
    """A webhook of the project's config, with what it names looked up.

    Raises:
        LiveError: LIV600, none is declared of that name; LIV601, its address cannot be sent to; LIV604, its secret is too short.
        ConfigError: CFG009, a reference leads nowhere.
    """
    webhook = project.config.live.webhooks.get(name)
    if webhook is None:
        known = ", ".join(project.config.live.webhooks) or "none is declared"
        raise LiveError("LIV600", "there is no such webhook", where="live.webhooks", seen=name[:80], do=f"name one of: {known}")

    def follow(reference: str, key: str) -> SecretStr:
        where = project.loaded.where("live", "webhooks", name, key)
        return config.addresses.follow(reference, project.environment, project.folder, where=where)

    url = follow(webhook.url, "url").get_secret_value() if config.addresses.is_reference(webhook.url) else webhook.url
    place = taken_apart(url, name, allow_private=webhook.allow_private)
    secret = follow(webhook.secret, "secret")
    _key(name, secret)
    return Receiver(name, place, secret, webhook.allow_private)


def taken_apart(url: str, name: str, *, allow_private: bool) -> Place:
    """A webhook's address, taken apart; see places.place_of.

    Args:
        url: as it was declared; it is never shown, for it may be a secret.
        name: of the webhook, for the error.
        allow_private: whether it may be plain http.

    Raises:
        LiveError: LIV601.
    """
    try:
        return places.place_of(url, allow_plain=allow_private)
    except places.Astray as error:
        raise LiveError("LIV601", "a webhook's address cannot be sent to", where=f"live.webhooks.{name}.url", seen=str(error),
                        do="write https://NAME/PATH, the name in small letters as the DNS has it") from error  # fmt: skip


def checked_addresses(to: Receiver, look_up: places.Resolve = places.resolve) -> list[str]:
    """The addresses of a receiver, looked up once; refused where any of them leads inside.

    Raises:
        LiveError: LIV602, one of them must not be sent to; LIV603, it has none.
    """
    try:
        return places.addresses_of(to.place, look_up, allow_private=to.allow_private)
    except places.Unreached as error:
        raise no_answer(to, str(error)) from error
    except places.LeadsInside as error:
        do = "send to a public address" + (", or say allow_private of a program beside this one" if str(error) == places.INSIDE else "")
        raise LiveError(
            "LIV602", "a webhook leads where nothing is sent", where=f"live.webhooks.{to.name}", seen=f"{to.place.host}: {error}", do=do
        ) from error


def no_answer(to: Receiver, why: str) -> LiveError:
    """A receiver that cannot be reached now."""
    return LiveError(
        "LIV603", "a webhook was not reached", where=f"live.webhooks.{to.name}", seen=why, do="it is tried again by itself, for half a day"
    )


def _key(name: str, secret: SecretStr) -> bytes:
    """As Standard Webhooks writes it (whsec_ and base64), or the letters themselves."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else text.encode()
    except binascii.Error:
        key = b""
    if len(key) < SHORTEST_SECRET:
        raise LiveError("LIV604", "a webhook's secret could be guessed", where=f"live.webhooks.{name}.secret", seen=f"{len(key)} bytes",
                        do=f"give it {SHORTEST_SECRET} bytes or more, drawn by chance: openssl rand -base64 32")  # fmt: skip
    return key
