"""The loyalty scheme: tables with tabs and a byte order mark; members, points and referrals."""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.demo.applications.bad_rows import spoil_members
from unequal.demo.applications.labels import tell_persons
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Texts, filled, texts
from unequal.demo.contact_points import phones_as
from unequal.demo.ink import Ink
from unequal.demo.randomness import generator, happens, scattered
from unequal.demo.records import NO_BIRTH
from unequal.demo.registers import record_on
from unequal.demo.text_files import whole
from unequal.demo.timeline import DAYS, NEVER, written

ISO: Final = "%Y-%m-%d"
MEMBERS: Final = "loyalty/members.tsv"
MEMBER_COLUMNS: Final = "member_no\ttitle\tfirst_name\tlast_name\tsuffix\tbirth_date\temail\tphone\tstreet\tunit\tcity\tregion\tpostcode\tcountry\thandle\tjoined_on\toccupation\tshop_customer_no"


def write(ink: Ink, cell: Cell) -> None:
    """Members, points and referrals of one cell."""
    ids = cell.registers["loyalty"].ids("M{:08d}")
    _write_members(ink, cell, ids)
    _write_points(ink, cell, ids)
    _write_referrals(ink, cell, ids)
    if cell.number == 0:
        spoil_members(ink, MEMBERS)


def handles(cell: Cell) -> Texts:
    """The handles of the cell's profiles, speakers first, then strangers."""
    numbers = scattered(cell.number * 5_000 + np.arange(len(cell.mentions.profile_person)), 17)
    syllables = ("ba", "do", "fi", "ga", "lu", "me", "no", "ri", "sa", "tu")
    return texts(["@" + "".join(syllables[int(digit)] for digit in f"{number:08d}") for number in numbers.tolist()])


def _write_members(ink: Ink, cell: Cell, ids: Texts) -> None:
    register, people = cell.registers["loyalty"], cell.people
    seen, rows = register.seen, len(register)
    chance = generator(ink.world.seed, cell.number, "loyalty")
    birth = np.where(seen.birth == NO_BIRTH, "", written(np.maximum(seen.birth, -40_000), "%d/%m/%Y"))
    title = np.where(happens(chance, rows, 0.6), texts(["Ms", "Mr"])[people.households.gender[register.person]], "")
    handle = filled("", len(people))
    profiles = np.flatnonzero(cell.mentions.profile_person != NOBODY)
    handle[cell.mentions.profile_person[profiles]] = handles(cell)[profiles]
    occupation = np.where(happens(chance, rows, 0.2), "teacher", "")
    occupation = np.where(register.person == cell.firms.consultant, "consultant", occupation)
    row = record_on(cell.registers["shop"], register.person, register.created_on, len(people))
    told = (row != NOBODY) & (happens(chance, rows, 0.5))
    number = np.where(told, cell.registers["shop"].ids("{:08d}")[np.maximum(row, 0)], "")
    ink.text(MEMBERS, MEMBER_COLUMNS, mark=b"\xef\xbb\xbf").table(
        [ids, title, seen.given, seen.family, seen.suffix, birth, seen.email, phones_as(3, seen.phone), seen.street, seen.unit, seen.city,
         seen.region, seen.postcode, seen.country, handle[register.person], written(register.created_on, ISO), occupation, number], "\t",
    )  # fmt: skip
    tell_persons(ink, cell, "members", ids, register)


def _write_points(ink: Ink, cell: Cell, ids: Texts) -> None:
    """Points collected with orders; who is about to leave spends them first."""
    orders, persons = cell.bought.orders, len(cell.people)
    person = np.where(orders.customer < persons, orders.customer, NOBODY)
    row = record_on(cell.registers["loyalty"], person, orders.day, persons)
    joined = cell.registers["loyalty"].created_on[np.maximum(row, 0)]
    got = np.flatnonzero((row != NOBODY) & (orders.day >= joined))
    file = ink.text("loyalty/points.tsv", "member_no\tbooked_on\tpoints\tkind")
    file.table(
        [
            ids[row[got]],
            written(orders.day[got], ISO),
            whole(np.maximum(orders.value[got].astype(np.int64), 1)),
            filled("collected", len(got)),
        ],
        "\t",
    )
    register = cell.registers["loyalty"]
    chance = generator(ink.world.seed, cell.number, "points")
    ended = cell.bought.ended_on[register.person]
    leaving = (ended < DAYS) & (ended > register.created_on + 30)
    spends = np.flatnonzero(np.where(leaving, happens(chance, len(register), 0.55), happens(chance, len(register), 0.25)))
    some_day = register.created_on[spends] + (chance.random(len(spends)) * (DAYS - register.created_on[spends])).astype(np.int64)
    day = np.where(leaving[spends], np.maximum(ended[spends] - chance.integers(3, 60, len(spends)), register.created_on[spends]), some_day)
    file.table(
        [ids[spends], written(np.minimum(day, DAYS - 1), ISO), whole(-chance.integers(50, 900, len(spends))), filled("spent", len(spends))],
        "\t",
    )


def _write_referrals(ink: Ink, cell: Cell, ids: Texts) -> None:
    """Referrals as members told them; the truth knows the others, and who would have joined anyway."""
    customers, persons = cell.customers, len(cell.people)
    referred = np.flatnonzero((customers.referrer != NOBODY) & (customers.joined_on < NEVER))
    member = filled("", len(customers))
    member[cell.registers["loyalty"].person] = ids
    referrer = customers.referrer[referred]
    recorded = (member[referrer] != "") & (member[referred] != "") & (referred < persons)
    said = referred[recorded]
    ink.text("loyalty/referrals.tsv", "referrer_member_no\tmember_no\treferred_on\treward_points").table(
        [member[customers.referrer[said]], member[said], written(customers.joined_on[said], ISO), filled("500", len(said))], "\t"
    )
    names = cell.entity_ids
    ink.truth("referral", {
        "from_id": names[referrer], "to_id": names[referred], "referred_on": written(customers.joined_on[referred], ISO),
        "type": customers.referral_type[referred], "recorded": recorded, "kind": filled("referrer", len(referred)),
    })  # fmt: skip
    firms = cell.firms
    introduced = np.flatnonzero(firms.introducer != NOBODY)
    joined = customers.joined_on[persons + introduced]
    ink.truth("referral", {
        "from_id": names[firms.introducer[introduced]], "to_id": names[persons + introduced], "referred_on": written(joined, ISO),
        "type": np.ones(len(introduced), np.int64), "recorded": np.ones(len(introduced), np.bool_), "kind": filled("introducer", len(introduced)),
    })  # fmt: skip
