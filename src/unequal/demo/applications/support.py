"""The support desk: gzipped tables with commas, callers in capitals, times on the wall clock."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from unequal.demo.applications.bad_rows import spoil_tickets
from unequal.demo.applications.labels import tell_persons
from unequal.demo.applications.shop import order_numbers
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Texts, filled, joined, numbered, texts
from unequal.demo.contact_points import phones_as
from unequal.demo.ink import Ink
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.records import NO_BIRTH
from unequal.demo.registers import record_on
from unequal.demo.text_files import clock, glued, whole
from unequal.demo.tickets import CHANNELS, COMPANY_CAUSED, REASONS
from unequal.demo.timeline import written

ISO: Final = "%Y-%m-%d"
CALLERS: Final = "support/callers.csv.gz"
TICKETS: Final = "support/tickets.csv.gz"
CALLER_COLUMNS: Final = "caller_id,caller_name,phone,email,postcode,city,birth_date,shop_customer_no,first_seen"
TICKET_COLUMNS: Final = "ticket_no,caller_id,opened_at,closed_at,channel,agent,reason_code,outcome,order_no,handle_seconds"


def write(ink: Ink, cell: Cell) -> None:
    """Callers and tickets of one cell."""
    callers = cell.registers["support"].ids("U{:08d}")
    _write_callers(ink, cell, callers)
    _write_tickets(ink, cell, callers)
    if cell.number == 0:
        spoil_tickets(ink, TICKETS)


def _write_callers(ink: Ink, cell: Cell, ids: Texts) -> None:
    register = cell.registers["support"]
    seen = register.seen
    suffix = np.where(seen.suffix == "", "", joined(" ", seen.suffix))
    name = texts([text.upper() for text in joined(seen.family, " ", seen.given, suffix)])
    birth = np.where(seen.birth == NO_BIRTH, "", written(np.maximum(seen.birth, -40_000), ISO))
    shop, chance = cell.registers["shop"], generator(ink.world.seed, cell.number, "support")
    row = record_on(shop, register.person, register.created_on, len(cell.people))
    # Callers are asked for their customer number; two in five have it at hand.
    told = (row != NOBODY) & (happens(chance, len(row), 0.42))
    number = np.where(told, shop.ids("{:08d}")[np.maximum(row, 0)], "")
    file = ink.text(CALLERS, CALLER_COLUMNS)
    file.table(
        [ids, name, phones_as(4, seen.phone), seen.email, seen.postcode, seen.city, birth, number, written(register.created_on, ISO)], ","
    )
    tell_persons(ink, cell, "callers", ids, register)


def _write_tickets(ink: Ink, cell: Cell, ids: Texts) -> None:
    tickets, agents = cell.tickets, cell.agents
    row = record_on(cell.registers["support"], tickets.caller, tickets.day, len(cell.people))
    caller = ids[np.maximum(row, 0)]
    numbers = scattered(cell.number * 200_000 + np.arange(len(tickets)), 13)
    ticket = texts([f"T{number:08d}" for number in numbers.tolist()])
    agent = numbered("AG", agents.first_number + tickets.agent, 5)
    end = tickets.second + tickets.handle_seconds + 45
    opened = _moment(written(tickets.day, ISO), clock(tickets.second))
    closed = _moment(written(tickets.day, ISO), clock(np.minimum(end, 86_399)))
    orders = order_numbers(cell)
    named = (tickets.order != NOBODY) & happens(generator(ink.world.seed, cell.number, "order named"), len(tickets), 0.7)
    order = np.where(named, orders[np.maximum(tickets.order, 0)], "")
    outcome = np.where(tickets.resolved, "SOLVED", "OPEN")
    file = ink.text(TICKETS, TICKET_COLUMNS)
    reason = texts(list(REASONS))
    file.table([ticket, caller, opened, closed, texts(list(CHANNELS))[tickets.channel], agent, reason[tickets.recorded], outcome, order,
                whole(tickets.handle_seconds)], ",")  # fmt: skip
    ink.truth("ticket", {
        "ticket_no": ticket, "person_id": cell.entity_ids[tickets.caller], "customer_id": cell.entity_ids[tickets.customer],
        "day": written(tickets.day, ISO), "reason": reason[tickets.reason], "recorded": reason[tickets.recorded], "agent": agent,
        "company_caused": np.isin(tickets.reason, COMPANY_CAUSED), "repeat": tickets.repeat, "resolved": tickets.resolved,
        "seconds": tickets.handle_seconds,
    })  # fmt: skip
    ink.truth("agent", {
        "agent": numbered("AG", agents.first_number + np.arange(len(agents.team)), 5), "team": agents.team,
        "resolves": pa.array(agents.resolves), "seconds": pa.array(agents.seconds), "picks_first": pa.array(agents.picks_first),
    })  # fmt: skip
    office = ink.text("office/agents.csv", "agent,name,team,hired_on,quota_from")
    count = len(agents.team)
    quota = np.where(agents.team == 1, "2024-07-01", "")
    names = texts([f"Agent {agents.first_number + n + 1}" for n in range(count)])
    office.table([numbered("AG", agents.first_number + np.arange(count), 5), names, texts([f"team {t + 1}" for t in agents.team.tolist()]),
                  filled("2022-01-03", count), quota], ",")  # fmt: skip


def _moment(day: Texts, time: Arrow) -> Arrow:
    return glued(day, " ", time)
