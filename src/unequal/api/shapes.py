"""What goes in and comes out, as models: requests are checked by them, and the API's reference is built from them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetPydanticSchema, WithJsonSchema
from pydantic_core import core_schema

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
_TOO_LARGE: Final = 10**18
_MOST_PLACES: Final = 40
_LONGEST_TEXT: Final = 500


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic tells ValueErrors alone
            "write a time as text, as in 2026-03-01T09:30:00Z"
        )
    found = datetime.fromisoformat(value)
    if found.tzinfo is None or not _FIRST_YEAR < found.year < _LAST_YEAR:
        raise ValueError("write a time with its zone, as in 2026-03-01T09:30:00Z")
    return found.astimezone(UTC).replace(tzinfo=None)


def _well_formed(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters have no place here")
    return text


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 with a zone outside, naive UTC inside."""
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_well_formed)]
Words = Annotated[str, Field(max_length=1000)]
# JSON says what is a number, a text, or true or false: a postcode and a "yes" stay texts. Numbers are taken digit for digit as they were sent, within
# what rules can compute with. Nothing of it calls Python: whoever asks what to do waits for it.
_SCALAR: Final = core_schema.union_schema(
    [
        core_schema.bool_schema(strict=True),
        core_schema.str_schema(strict=True, max_length=_LONGEST_TEXT),
        core_schema.chain_schema(
            [
                core_schema.union_schema([core_schema.int_schema(strict=True), core_schema.float_schema(strict=True, allow_inf_nan=False)]),
                core_schema.decimal_schema(gt=Decimal(-_TOO_LARGE), lt=Decimal(_TOO_LARGE), decimal_places=_MOST_PLACES),
            ]
        ),
    ],
    custom_error_type="scalar",
    custom_error_message=f"Input should be true or false, a number between -10^18 and 10^18 of at most {_MOST_PLACES} places, "
    f"or a text of at most {_LONGEST_TEXT} letters",
)
_SCALAR_TOLD: Final = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "number", "exclusiveMinimum": -_TOO_LARGE, "exclusiveMaximum": _TOO_LARGE, "description": f"Of at most {_MOST_PLACES} places."},
        {"type": "string", "maxLength": _LONGEST_TEXT},
    ]
}  # fmt: skip
Scalar = Annotated[bool | Decimal | str, GetPydanticSchema(lambda _source, _handler: _SCALAR), WithJsonSchema(_SCALAR_TOLD)]


class Sent(BaseModel):
    """What is sent to us: nothing but what stands here."""

    model_config = ConfigDict(extra="forbid")


class Event(BaseModel):
    """An event as Segment's specification has it: its fields are checked one by one, and what does not fit is quarantined."""

    model_config = ConfigDict(extra="allow")


class Batch(BaseModel):
    """Events of any kind together."""

    model_config = ConfigDict(extra="allow")
    batch: list[dict[str, Any]] = Field(max_length=2500, description="Each with its `type`, as it would be sent alone.")


class Credentials(Sent):
    """A name and its password."""

    name: Name
    password: Annotated[str, Field(max_length=2000)]


class DirectoryReturn(Sent):
    """What a browser brings back from the company's directory; the directory may add words of its own."""

    model_config = ConfigDict(extra="ignore")
    state: Annotated[str, Field(max_length=200, description="As it was given when the sign-in began.")] = ""
    code: Annotated[str, Field(max_length=4000, description="For which the directory gives its word.")] = ""
    error: Annotated[str, Field(max_length=200, description="In the place of a code.")] = ""
    iss: Annotated[str, Field(max_length=500, description="Who answers, where the directory says so.")] = ""


class Onward(Sent):
    """Where to go after signing in."""

    next: Annotated[str, Field(max_length=1000, description="A page of this server; any other address leads to the first page.")] = ""


class SetUp(Credentials):
    """The first person."""

    token: Annotated[str, Field(max_length=200, description="What the first start printed.")]


class NewPerson(Credentials):
    """Somebody to let in."""

    roles: list[Name] = Field(max_length=10)


class PersonChange(Sent):
    """What changes; what is left out stays."""

    roles: Annotated[list[Name], Field(max_length=10)] | None = None
    is_disabled: bool | None = None
    password: Annotated[str, Field(max_length=2000)] | None = None


class NewKey(Sent):
    """A key to make."""

    name: Name
    kind: Literal["ingest", "service"]
    days: int = Field(365, ge=1, le=3660, description="After which it runs out.")
    scopes: list[Name] = Field(default_factory=list, max_length=100, description="Of a service key.")
    source: Name | None = Field(None, description="Of an ingest key.")


class Ask(Sent):
    """Who is asked about, on which channel; a customer by id, or by an identifier's kind and value."""

    channel: Name
    customer_id: Name | None = None
    kind: Name | None = Field(None, description="Of an identifier, as in email.")
    value: Name | None = None
    purpose: Literal["marketing", "service"] = "marketing"
    context: dict[Name, Scalar] = Field(default_factory=dict, max_length=50, description="What the channel knows of the moment.")


class Outcome(Sent):
    """What came of a decision."""

    kind: Name = Field(description="As in delivered, accepted, declined, bought.")
    at: Moment | None = Field(
        None,
        description="When it happened. Left out: now, and of one decision the same kind and amount count once, however often they are sent.",
    )
    amount: Annotated[Decimal, Field(max_digits=18, decimal_places=4)] | None = Field(None, description="Dollars, where it has any.")
    reason: Words | None = None


class OnChannel(Sent):
    """Where the customer is."""

    channel: Name | None = Field(None, description="The agents' own channel, by default.")


class GoodwillGiven(Sent):
    """Something that an agent gives."""

    goodwill_id: str = Field(
        min_length=8,
        max_length=64,
        pattern="^[A-Za-z0-9_-]+$",
        description="The sender's own: sent twice, it is given once. Under another gift's it is refused.",
    )
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2, description="In the reporting currency.")]
    reason: Name = Field(description="One of those that the project lists.")
    note: Annotated[str, Field(max_length=500)] | None = None


class Since(Sent):
    """A time."""

    since: Moment = Field(description="From this instant on.")
    until: Moment | None = Field(None, description="Before this one; now, by default.")


class ConsentGiven(Sent):
    """A consent, its withdrawal, or an objection."""

    purpose: Name
    channel: Name | None = Field(None, description="All of them, by default.")
    status: Literal["granted", "withdrawn", "objected"]
    at: Moment | None = None
    evidence: Annotated[str, Field(min_length=1, max_length=1000, description="How it was given, so that it can be shown.")]


class PreferenceGiven(Sent):
    """How a customer wishes to be treated."""

    name: Name
    value: Name
    channel: Name | None = None
    at: Moment | None = None


class AnswerGiven(Sent):
    """What a customer answered to a question."""

    question: Name
    answer: Name
    channel: Name
    at: Moment | None = None


class PolicyText(Sent):
    """A policy's YAML."""

    text: Annotated[str, Field(min_length=1, max_length=60_000)]


class PolicyVersion(Sent):
    """Which version."""

    version: int = Field(ge=1, le=1_000_000)


class Purpose(Sent):
    """For what, and why."""

    purpose: Literal["service", "marketing", "analysis", "stewardship", "privacy"] | None = Field(
        None, description="For what it is looked at; service for agents and keys, analysis for others by default."
    )
    reason: Annotated[str, Field(max_length=500)] = Field("", description="Why, where personal fields are shown to a person; it is kept.")


class LookUp(Purpose):
    """An identifier."""

    kind: Name = Field(description="As in email, phone, customer_id, or a declared key.")
    value: Name


class Page(Sent):
    """Which part of a list."""

    after: int = Field(0, ge=0, le=2**53, description="The last number that was read.")
    limit: int = Field(100, ge=1, le=1000)


class QuarantinePage(Purpose, Page):
    """Which events; `reason` says why they are looked at, `quarantined_for` why they were not taken."""

    source: Name | None = None
    quarantined_for: Name | None = None


class SourceNamed(Sent):
    """Whose events they are, where a service key brings them."""

    source: Name | None = None


# What comes out


class Well(BaseModel):
    """The server is well."""

    status: Literal["ok"]
    version: str


class EventTaken(BaseModel):
    """What became of an event."""

    messageId: str | None  # noqa: N815 - as Segment writes it
    status: str = Field(description="taken; repeated, it was taken before; conflict, another event has its messageId; quarantined.")
    reason: str = Field(description="Of a conflict or a quarantined event, in a word.")
    detail: str = Field(description="What was seen.")


class EventsTaken(BaseModel):
    """All events are kept, taken in or in quarantine; `success` is for libraries that look for it."""

    success: Literal[True]
    events: list[EventTaken]


class Person(BaseModel):
    """Somebody."""

    person_id: str
    name: str
    roles: list[str]
    created_at: datetime
    disabled_at: datetime | None


class Listed(Person):
    """Somebody, and the directory that he comes by, if any."""

    issuer: str | None = Field(description="Of the directory.")
    subject: str | None = Field(description="The directory's own name for him.")
    signed_in_at: datetime | None = Field(description="When he last came by it.")


class People(BaseModel):
    """Everybody, by name."""

    people: list[Listed]


class Session(BaseModel):
    """Who is signed in, and what a page sends back in the header X-CSRF-Token with all that it changes."""

    person: Person
    csrf_token: str


class Key(BaseModel):
    """A key."""

    key_id: str
    name: str
    kind: str
    scopes: list[str]
    source: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class KeyMade(Key):
    """A key and its secret, which is never shown again."""

    secret: str


class Keys(BaseModel):
    """Every key, oldest first."""

    keys: list[Key]


class Head(BaseModel):
    """Number and seal of the audit's last entry: keep it elsewhere."""

    number: int
    seal: str


class Heads(Sent):
    """Heads that were kept."""

    heads: list[Head] = Field(default_factory=list, max_length=1000)


class AuditEntry(Head):
    """Who did what."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str


class Audit(BaseModel):
    """Entries in order."""

    entries: list[AuditEntry]


class AuditFaults(BaseModel):
    """What is wrong with the audit; nothing where it is whole."""

    faults: list[str]


class Shown(BaseModel):
    """A document: those of its fields that the caller may see for his purpose."""

    model_config = ConfigDict(extra="allow")


class Customer(Shown):
    """One customer."""

    customer_id: str | None = None
    masked: list[str] = Field(description="Classes of fields that are not shown.")


class Organisation(Shown):
    """An organisation for which a customer may act today: what he may do, contracts with their terms, and spend, where he may see it."""

    customer_id: str


class Organisations(BaseModel):
    """Those for which a customer may act today; none, where he may act for nobody."""

    organisations: list[Organisation]


class FoundCustomers(BaseModel):
    """Who an identifier may be; agents are told one customer, or how many it may be."""

    customer_ids: list[str]
    candidates: int


class Decision(Shown):
    """What to do for a customer now."""

    decision_id: str | None = None


class Sheet(BaseModel):
    """One contact as an agent sees it: never profit, lifetime value or a band's name."""

    channel: str
    channels: list[str]
    currency: str
    time_zone: str
    customer: Customer
    decision: Decision
    goodwill: Shown | None = Field(description="What may still be given now, and for which reasons; null: nothing is declared.")


class AgentMeasured(BaseModel):
    """What an agent did, how often and for what reason."""

    agent: str
    kind: str
    reason: str | None
    times: int
    customers: int
    amount: Decimal | None = Field(description="What was given, in the reporting currency.")


class AgentsMeasured(BaseModel):
    """By agent, most dollars first."""

    measured: list[AgentMeasured]


class Policy(Shown):
    """A version of a policy."""

    name: str | None = None
    version: int | None = None


class Policies(BaseModel):
    """Policies, or the versions of one."""

    policies: list[Policy]


class NotTaken(Shown):
    """An event that was not taken in."""

    quarantined_id: int = Field(description="Its number: the next page is what comes after the last.")
    source: str
    message_id: str | None
    reason: str = Field(description="Why, in a word.")
    received_at: datetime
    detail: str | None = Field(None, description="What was seen, in the sender's words; to those alone who may see what was sent.")
    payload: str | None = Field(None, description="The event as it was sent, for the same.")


class Quarantined(BaseModel):
    """Events that were not taken in, in the order in which they came."""

    events: list[NotTaken]


class Problem(BaseModel):
    """An error."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    code: str = Field(description="See the page of errors.")
    what: str
    where: str
    seen: str
    do: str
