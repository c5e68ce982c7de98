"""Contracts of what a run publishes of surveys, of contacts that agents answered, and of promises."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract

_OWNER: Final = (
    Column("customer_id", "string", "Whose it is; `unassigned` where no customer was found."),
    Column("unassigned_reason", "string", "Why no customer was found: no_customer_id, unknown_customer or test_account; absent otherwise.",
           nullable=True),
    Column("record_source", "string", "The source of the record that the row names; absent where it names none.", nullable=True),
    Column("record", "string", "The record that the row names; absent where it names none.", nullable=True),
)  # fmt: skip

SURVEY_ANSWER: Final = TableContract(
    name="survey_answer",
    meaning="Every score that a customer gave, once: of a part of the service, of the whole, and of whether to recommend the company.",
    key=("survey_id", "attribute"),
    columns=(
        Column("survey_id", "string", "The answered questionnaire: the id of its row."),
        *_OWNER,
        Column("answered_on", "date", "The day of the answer; absent where the row gives none.", unit="day", nullable=True),
        Column("attribute", "string", "What is scored: the column, as the source calls it."),
        Column("role", "string", "What the score is of: attribute, satisfaction or recommend."),
        Column("score", "float64", "The score, on the survey's own scale.", unit="score"),
    ),
)

SERVICE_CONTACT: Final = TableContract(
    name="service_contact",
    meaning="Every contact that an agent answered, and whether the customer came again about it.",
    key=("contact_id",),
    columns=(
        Column("contact_id", "string", "The contact: `interaction_id` of `interaction`."),
        *_OWNER,
        Column("occurred_on", "date", "The day in the company's time zone.", unit="day"),
        Column("channel", "string", "The channel it came through; absent where none is mapped.", nullable=True),
        Column("agent", "string", "Who answered; absent where the row does not say.", nullable=True),
        Column("team", "string", "The agent's team; absent where none is known.", nullable=True),
        Column("incentive_from", "date", "The first day of the agent's incentive; absent where the agent has none.", unit="day", nullable=True),
        Column("recorded", "string", "The code that was recorded as its reason; absent where none was.", nullable=True),
        Column("about", "string", "What it was about, as the row says, such as an order; absent where it does not.", nullable=True),
        Column("outcome", "string", "What came of it; absent where none is mapped.", nullable=True),
        Column("duration_seconds", "int64", "How long it took; absent where nobody measured it.", unit="seconds", nullable=True),
        Column("is_again", "boolean", "Whether the customer had come about it before: it is the next contact after one of the days before."),
        Column("came_again", "boolean", "Whether the customer came about it again within the days that the config sets; absent where those days "
               "are not over, or no customer is known.", nullable=True),
        Column("recorded_again", "string", "The code that was recorded then; absent where the customer did not come again.", nullable=True),
    ),
)  # fmt: skip

PROMISE: Final = TableContract(
    name="promise",
    meaning="Every day that was promised to a customer, and the day on which it was done.",
    key=("promise_id",),
    columns=(
        Column("promise_id", "string", "The promise: the id of its row."),
        *_OWNER,
        Column("promised_on", "date", "The day that was promised.", unit="day"),
        Column("kept_on", "date", "The day on which it was done; absent where it is not done yet.", unit="day", nullable=True),
        Column("days_late", "int64", "How many days later than promised; 0 or below where it was kept; absent where it is not done yet.", unit="days",
               nullable=True),
        Column("is_kept", "boolean", "Whether it was done by the day promised; absent where that day is not over and it is not done.", nullable=True),
    ),
)  # fmt: skip

ALL: Final = (SURVEY_ANSWER, SERVICE_CONTACT, PROMISE)
"""What these steps publish, each where its section of the config is there."""
