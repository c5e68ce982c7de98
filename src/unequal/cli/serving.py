"""`serve`, and the people and keys that are let in."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from unequal import flow
from unequal.cli.printing import console, print_json, print_rows, safe


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8600, show_default=True, help="Port to listen on.")
@click.option("--tls-certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Certificate, to speak TLS.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Key of the certificate.")
@click.option("--proxy", default=None, metavar="ADDRESS", help="Address of the proxy that speaks TLS in front.")
@click.pass_obj
def serve(directory: str, host: str, port: int, tls_certificate: Path | None, tls_key: Path | None, proxy: str | None) -> None:
    """Answer at the moment of contact: the API, from the published run and the state."""
    from unequal import access, api

    bound = api.Bound(host, port, tls_certificate, tls_key, proxy)
    api.check_bound(bound)
    project = flow.open_project(directory)
    company = flow.people.open_directory(project)
    members = flow.people.open_people(project)
    try:
        with flow.live.open_live(project) as live:
            # Else every contact would be refused, as if whoever asks were at fault.
            live.policies.check_moments()
            _greet(members, bound.url)
            api.serve(live, access.Gate(members, source_of=live.source_of, directory=company), bound)
    finally:
        _print_head("when serving ended", members)
        members.close()


def _greet(members: flow.people.People, url: str) -> None:
    out = console()
    token = members.set_up_token()
    if token is not None:
        out.print(f"Nobody may sign in yet. The first administrator comes in by this token, once, within {flow.people.SETUP_HOURS} hours:")
        out.print(f"  {token}")
    out.print(f"Serving on {url}; its description is at {url}/v1/openapi.json. Ctrl+C ends it.")
    _print_head("when serving began", members)


def _print_head(when: str, members: flow.people.People) -> None:
    """The audit's head into whatever keeps this output: what is cut off or written anew later shows against it."""
    head = members.audit_head()
    console().print(f"Head of the audit {when}: {head.number}:{head.seal}")


@click.group()
def people() -> None:
    """Who may sign in, and as what; and what the audit says they did."""


@people.command(name="add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="viewer, analyst, policy_author, steward, ...; again for more.")
@click.password_option(help="Asked for where it is not given.")
@click.pass_obj
def add(directory: str, name: str, roles: tuple[str, ...], password: str) -> None:
    """Let somebody in."""
    person = _accounts(directory).add_person(_caller(), name, password, roles)
    console().print(safe(f"{person.name} may sign in as {person.roles}; the id is {person.person_id}."))


@people.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def listed(directory: str, as_json: bool) -> None:
    """Everybody."""
    shown = ("person_id", "name", "roles", "created_at", "disabled_at")
    found = _accounts(directory).everybody(_caller())
    _print(
        [{**{name: getattr(one, name) for name in shown}, "directory": row.issuer if row else None} for one, row in found],
        as_json,
    )


@people.command(name="change")
@click.argument("person_id")
@click.option("--role", "roles", multiple=True, help="Roles in the place of those held.")
@click.option("--out/--in", "is_disabled", default=None, help="Take the access away, or give it back.")
@click.pass_obj
def change(directory: str, person_id: str, roles: tuple[str, ...], is_disabled: bool | None) -> None:
    """Change somebody's roles or access; every session of the person ends."""
    _accounts(directory).change_person(_caller(), person_id, roles=roles or None, is_disabled=is_disabled)


@people.command(name="audit")
@click.option("--head", "heads", multiple=True, metavar="NUMBER:SEAL", help="A head that was kept, to hold the audit against.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def audit(ctx: click.Context, heads: tuple[str, ...], as_json: bool) -> None:
    """Who did what, and whether anything was altered, dropped or cut off since."""
    accounts = _accounts(ctx.obj)
    faults = accounts.check_audit(_caller(), [_head(text) for text in heads])
    entries, head = accounts.audit(_caller(), limit=1_000_000), accounts.audit_head(_caller())
    if as_json:
        print_json({"entries": [vars(entry) for entry in entries], "head": vars(head), "faults": faults})
    else:
        print_rows([{name: getattr(one, name) for name in ("number", "at", "actor", "action", "subject", "detail")} for one in entries])
        console().print("\n".join(faults) if faults else f"The audit is whole. Its head: {head.number}:{head.seal}")
    ctx.exit(1 if faults else 0)


@click.group()
def keys() -> None:
    """Keys for programs: a source's events, or a service."""


@keys.command()
@click.argument("source")
@click.option("--days", default=365, show_default=True, help="After which it runs out.")
@click.pass_obj
def ingest(directory: str, source: str, days: int) -> None:
    """Make a key that brings the events of a source, and reads nothing."""
    declared = flow.open_project(directory).config.live.sources
    if source not in declared:
        known = ", ".join(declared) or "none"
        told = f"live.sources declares no {source}, and its events are refused until it does. Sources of events: {known}."
        click.echo(safe(told), err=True)
    _made(directory, source, "ingest", days=days, source=source)


@keys.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="A function, as decisions.make, or fields, as fields.contact; again for more."
)
@click.option("--days", default=365, show_default=True, help="After which it runs out.")
@click.pass_obj
def service(directory: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a key that uses what it is scoped for."""
    _made(directory, name, "service", days=days, scopes=scopes)


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def listed_keys(directory: str, as_json: bool) -> None:
    """Every key, without its secret."""
    found = _accounts(directory).keys(_caller())
    shown = ("key_id", "name", "kind", "source", "scopes", "created_by", "created_at", "expires_at", "revoked_at")
    _print([{name: getattr(one, name) for name in shown} for one in found], as_json)


@keys.command()
@click.argument("key_id")
@click.pass_obj
def revoke(directory: str, key_id: str) -> None:
    """End a key."""
    _accounts(directory).revoke_key(_caller(), key_id)


def _made(directory: str, name: str, kind: str, **more: Any) -> None:
    key, secret = _accounts(directory).add_key(_caller(), name, kind, **more)
    console().print(safe(f"{key.key_id}, good until {_day(key.expires_at)}. The key, which is shown this once:"))
    click.echo(secret)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _accounts(directory: str) -> Any:
    from unequal import access

    return access.Accounts(access.Gate(flow.people.open_people(flow.open_project(directory))))


def _caller() -> Any:
    from unequal import access

    return access.on_this_machine(getpass.getuser())


def _head(text: str) -> flow.people.Head:
    number, _, seal = text.partition(":")
    if not number.isdigit() or not seal:
        raise click.UsageError("a head is written NUMBER:SEAL, as `unequal people audit` prints it")
    return flow.people.Head(int(number), seal)


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        print_rows(rows)


COMMANDS: Final = (serve, people, keys)
