"""What is sent to ask where a contact goes, and what is answered."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from unequal.api.shapes import Name, Scalar, Sent, Shown

_A_DAY: Final = 86_400
Seconds = Annotated[int, Field(ge=0, le=_A_DAY)]


class RouteAsk(Sent):
    """A contact that comes in: whose it is, by id or by an identifier's kind and value, where that is known; and what is wanted."""

    channel: Name
    customer_id: Name | None = None
    kind: Name | None = Field(None, description="Of an identifier, as in phone.")
    value: Name | None = None
    skill: Name | None = Field(None, description="What is asked for, as in billing.")
    language: Name | None = Field(None, description="As the contact centre names it.")
    waited_seconds: Seconds = Field(0, description="How long the customer has waited already.")
    expected_wait_seconds: Seconds | None = Field(None, description="How long he is expected to wait from now on.")
    tried_self_service: bool = Field(False, description="Whether he comes from there.")
    context: dict[Name, Scalar] = Field(
        default_factory=dict,
        max_length=50,
        description="What the channel knows of the moment; words of floors, as in bereavement, are true or false.",
    )


class Webhook(Sent):
    """A task or a ticket, as the system that has it sends it."""

    model_config = ConfigDict(extra="allow")


class WebhookAnswer(Shown):
    """The task's priority and attributes; or the ticket with its priority, group and tags."""


class Route(Shown):
    """Where a contact goes."""

    queue: str | None = None
    priority: int | None = Field(None, description="The higher is answered first; of equals who came first.")
