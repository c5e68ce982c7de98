"""The whole run, top to bottom: read this first.

One order's way: its row is read and held against its contract (accept), the record that it
names becomes a customer (who is who) with the best of what its records say (golden), its household (relate) and its contacts
(interactions), its amounts become entries on their lines (post), what serving it took is charged (cost), the entries get
their customer and are summed into statements (book), every dollar is held against what the source says it holds (reconcile)
and against the company's general ledger (tie out), the customers are ranked by what they bring (band), with what their bands hang
on (judge), the sums of all are put down (totals), what they will bring is forecast, with its ranges, apart from all facts (value), who moved between bands (move), who
came and who left (turnover) is told, and of it all one row a customer is put down for rules to read (profile). Then, and only then, the run
is published by one row in the state.

Each step is done once: while its code, parameters and inputs stay as they are, the next run
finds what it left. A run that was stopped goes on from there. Nothing a reader sees changes
before the last lines of `run`; then policies that the new dollars show to lose are stopped, where their own rule says so.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from unequal import config, identity, ledger, sources, storage, value
from unequal.flow import checking, coding, equity, erasing, judging, loyal, moving, plans, profiling, programmes, serving, suppressing
from unequal.flow.clock import utc_now
from unequal.flow.desk import Desk, Outputs
from unequal.flow.doubts import accuracy_of, in_force
from unequal.flow.experience import experience
from unequal.flow.keeping import Steps, code_digest
from unequal.flow.learning import stop_losing
from unequal.flow.needs import needs
from unequal.flow.opening import OpenProject
from unequal.flow.progress import SILENT, Progress
from unequal.flow.publishing import publish
from unequal.flow.summary import level_of_project, summary_of
from unequal.flow.totals import totals
from unequal.flow.turnover import turnover
from unequal.terms.errors import LedgerError

MEMBERSHIP: Final = pa.schema(
    [*(pa.field(name, pa.string()) for name in ("source", "record_id", "customer_id")), pa.field("since", pa.date32())]
)

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Args:
        run_id: the run now published.
        steps: step name -> whether it was made anew; false where it was found unchanged.
        summary: the figures that `status` shows.
        stopped: policies that were stopped, for the new dollars show that they lose and their own rule says so.
    """

    run_id: str
    steps: Mapping[str, bool]
    summary: Mapping[str, Any]
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhoIsWho:
    """Who is who after this run.

    Args:
        output: customer_record, customer, and the evidence.
        made_from: digest of all it was worked out from, except who was who before.
        difference: what the state must change, in the transaction that publishes the run.
        model_for: digest of what the model in force was learned for.
    """

    output: storage.StepOutput
    made_from: str
    difference: storage.state.MembershipDifference
    model_for: str


def run(opened: OpenProject, progress: Progress = SILENT, *, retrain: bool = False) -> RunReport:
    """Take a company's extracts to a published base, or leave the last published run as it is.

    Args:
        opened: the project.
        progress: listens.
        retrain: learn anew what agreement of records is worth, though the model in force would still do.

    Raises:
        Problems: the config names columns or rules that cannot be; all of them at once.
        SourceError, IdentityError, LedgerError, StorageError: see docs/errors.md.
    """
    checking.check(opened)
    erasing.replay(opened)
    with _desk(opened, progress) as desk:
        accepted = {name: _accept(desk, name, source) for name, source in desk.project.sources.items()}
        gathered = {name: _gather(desk, name, source, accepted[name]) for name, source in desk.project.sources.items() if source.records}
        who = _who_is_who(desk, gathered, retrain=retrain)
        _index(desk, who.output, gathered)
        golden = _golden(desk, who.output, gathered)
        related = _relate(desk, accepted, gathered, who.output)
        contacts = _interactions(desk, accepted, gathered, who.output)
        programmes.reach(desk, accepted, who.output, gathered)
        rates = _rates(desk, accepted)
        posted = _post(desk, accepted, rates)
        cost = serving.cost(desk, accepted, rates)
        book = _book(desk, posted, cost, who.output, gathered)
        served = serving.serve(desk, cost, who.output, gathered)
        _reconcile(desk, accepted, posted, cost, book)
        _tie_out(desk, accepted, book)
        coding.codes(desk, accepted, book)
        banded = judging.band(desk, book, plans.fit(desk, accepted, gathered, who.output))
        totals(desk, book, who.output, related, gathered)
        judging.judge(desk, banded, book, who.output, cost, served)
        experience(desk, accepted, gathered, who.output, contacts, book)
        valued = _value(desk, accepted, gathered, who.output, (related, contacts), book, banded)
        loyal.loyal(desk, accepted, who.output, (related, contacts), book, valued)
        needs(desk, contacts, book)
        equity.levers(desk, book, related)
        equity.then(desk, accepted, who.output, book, valued)
        moving.move(desk, gathered, (who.output, golden), book, banded, valued)
        turnover(desk, accepted, gathered, who.output, contacts, book, valued)
        profiling.profile(desk)
        report = _publish(desk, who)
    return replace(report, stopped=stop_losing(opened, at=utc_now()))


@contextmanager
def _desk(opened: OpenProject, progress: Progress) -> Iterator[Desk]:
    folder = opened.run_folder
    with (
        _seldom_collected(),
        folder.writing(),
        storage.open_state(opened.state_url) as state,
        folder.scratch() as scratch,
        storage.open_engine(opened.config.storage, scratch) as engine,
    ):
        # What stewards do from here on is not in this run, and the state will not publish it then.
        last_action = state.last_action()
        yield Desk(opened.config, opened, folder, engine, state, state.current_run(), last_action, Steps(folder, progress))


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A run's queries are many small objects that live on: the collector need not look through them all every 700."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _accept(desk: Desk, name: str, source: config.Source) -> storage.StepOutput:
    """Read one source's files: rows that keep their contract, rows that do not, and every byte's whereabouts."""
    files = sources.files_of(source, desk.opened.folder)
    contents = [f"{_place(path, desk.opened.folder)}={_content(path)}" for path in files]
    erased = desk.state.suppressed()

    def work(folder: Path) -> None:
        sources.accept(desk.engine, name, source, files=files, project=desk.project, folder=folder, root=desk.opened.folder)
        suppressing.blank(folder, desk.project, name, erased)

    parameters = (source.model_dump_json(exclude={"postings", "interactions"}), desk.project.time_zone, _column_roles(source))
    known_again = [erased.version] if erased.version else []
    return desk.steps.step(f"accept {name}", work, inputs=[*contents, *parameters, *known_again])


def _place(path: Path, folder: Path) -> str:
    """Where a file lies, seen from the project: a project that has moved finds its steps again."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _content(path: Path) -> str:
    """What a file holds; a database may hold something else each time it is read."""
    return storage.durable.digest_of_file(path) if path.is_file() else secrets.token_hex()


def _column_roles(source: config.Source) -> str:
    """What postings and interactions say of columns (which are ids, which are quantities) decides how they are read."""
    return source.model_dump_json(include={"postings", "interactions"})


def _gather(desk: Desk, name: str, source: config.Source, accepted: storage.StepOutput) -> storage.StepOutput:
    """The customer records that a source holds, and what each says of its person or organisation."""

    def work(folder: Path) -> None:
        identity.gather(desk.engine, name, source, rows=desk.read(accepted, "rows"), project=desk.project, folder=folder)

    protected = sorted(attribute for attribute, declared in desk.project.attributes.items() if declared.protected)
    parameters = (
        source.model_dump_json(include={"records"}), desk.project.default_region or "", _identity_parameters(desk.project), str(protected),
    )  # fmt: skip
    return desk.steps.step(f"gather {name}", work, inputs=[accepted, *parameters])


def _folders(gathered: Outputs) -> dict[str, Path]:
    """Where each source's records were gathered."""
    return {name: output.folder for name, output in gathered.items()}


def _identity_parameters(project: config.Project) -> str:
    """What identifies a customer anywhere: the section itself, and every declared key. Golden values come after."""
    keys = sorted({key for source in project.sources.values() if source.records for key in source.records.keys})
    return f"{project.identity.model_dump_json(exclude={'golden', 'source_trust', 'households', 'customer', 'active'})} {keys} {sorted(project.attributes)}"


def _who_is_who(desk: Desk, gathered: Outputs, *, retrain: bool) -> WhoIsWho:
    """Which records are one customer, under the id that the customer has always had."""
    current = desk.before
    constraints = [f"{name} {source.records.deduplicated}" for name, source in desk.project.sources.items() if source.records]
    verdicts = [{name: getattr(row, name) for name in identity.VERDICT} for row in desk.state.verdicts()]
    said = sorted("\x1f".join(row.values()) for row in verdicts)
    made_from = storage.durable.digest_of_texts(
        code_digest(), _identity_parameters(desk.project), *constraints, *said, *(output.digest for output in gathered.values())
    )
    manifest = desk.folder.manifest(current.run_id) if current else None
    if manifest is not None and manifest.summary.get("membership_made_from") == made_from and not retrain:
        # The same records, and nobody moved since: working it out again from its own result would give it again.
        settled = storage.Run(manifest, desk.folder.folder, "").step("who is who")
        reused = desk.steps.reuse("who is who", settled)
        return WhoIsWho(reused, made_from, storage.state.MembershipDifference.empty(), str(manifest.summary.get("model_for", "")))

    model_for = storage.durable.digest_of_texts(code_digest(), _identity_parameters(desk.project), *_compared(desk.project))
    kept = None if retrain or manifest is None else _model_in_force(desk, manifest, model_for, gathered)

    def work(folder: Path) -> None:
        before = pa.Table.from_batches(desk.state.membership_batches(), MEMBERSHIP)
        identity.resolve(
            desk.engine,
            records=desk.read_all(gathered, "record"),
            attributes=desk.read_all(gathered, "person_attribute"),
            before=desk.engine.rows(identity.BEFORE, before),
            redirects=desk.engine.rows({"old_id": "string", "customer_id": "string"}, desk.state.ids_given_up()),
            verdicts=desk.engine.rows(identity.VERDICT, verdicts),
            model=None if kept is None else {name: desk.engine.read(kept.table(name)) for name in identity.steps.MODEL_TABLES},
            files=identity.steps.files_of(_folders(gathered)),
            project=desk.project,
            day=datetime.now(ZoneInfo(desk.project.time_zone)).date(),
            folder=folder,
        )

    model = kept.digest if kept is not None else f"learned anew {current.run_id if current and retrain else ''}"
    version = current.membership_version if current else "nobody yet"
    output = desk.steps.step("who is who", work, inputs=[made_from, version, str(desk.last_action), model])
    difference = storage.state.MembershipDifference.of_files(output.table("customer_event"), output.table("customer_redirect"))
    return WhoIsWho(output, made_from, difference, model_for)


def _compared(project: config.Project) -> list[str]:
    """What of records is compared: where this changes, the model in force says nothing of what is new."""
    return sorted({name for source in project.sources.values() if source.records for name in source.records.attributes})


def _model_in_force(desk: Desk, manifest: storage.Manifest, model_for: str, gathered: Outputs) -> storage.StepOutput | None:
    """The step that holds the model that earlier runs used; None where records have outgrown it, or it was learned for something else."""
    if manifest.summary.get("model_for") != model_for:
        return None
    settled = storage.Run(manifest, desk.folder.folder, "").step("who is who")
    learned_from = identity.steps.learned_from(desk.engine, desk.engine.read(settled.table("match_figure")))
    records = desk.engine.count(desk.read_all(gathered, "record"))
    return settled if records <= learned_from * identity.steps.GROWTH_BEFORE_RETRAINING else None


def _index(desk: Desk, who: storage.StepOutput, gathered: Outputs) -> storage.StepOutput:
    """By what somebody is found who is looked up: it follows from the records and the model, whoever is who."""
    model = ("match_level", "match_figure", "value_frequency")

    def work(folder: Path) -> None:
        identity.lookup.index(
            desk.engine,
            records=desk.read_all(gathered, "record"),
            attributes=desk.read_all(gathered, "person_attribute"),
            model={name: desk.read(who, name) for name in model},
            files=identity.steps.files_of(_folders(gathered)),
            project=desk.project,
            folder=folder,
        )

    digests = [storage.durable.digest_of_file(who.table(name)) for name in model]
    return desk.steps.step("index", work, inputs=[*gathered.values(), *digests, _identity_parameters(desk.project)])


def _golden(desk: Desk, who: storage.StepOutput, gathered: Outputs) -> storage.StepOutput:
    """Which of the values that a customer's records give stands for the customer."""

    def work(folder: Path) -> None:
        identity.steps.choose(
            desk.engine,
            customer_records=desk.read(who, "customer_record"),
            attributes=desk.read_all(gathered, "person_attribute"),
            records=desk.read_all(gathered, "record"),
            project=desk.project,
            folder=folder,
        )

    parameters = desk.project.identity.model_dump_json(include={"golden", "source_trust"})
    return desk.steps.step("golden", work, inputs=[who, *gathered.values(), parameters])


def _relate(desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput) -> storage.StepOutput:
    """Who lives together, and how customers stand to each other."""
    stating = {name: source for name, source in desk.project.sources.items() if source.relationships}

    def work(folder: Path) -> None:
        identity.steps.relate(
            desk.engine,
            rows={name: desk.read(accepted[name], "rows") for name in stating},
            customers=desk.read(who, "customer"),
            members=desk.read(who, "customer_record"),
            records=desk.read_all(gathered, "record"),
            attributes=desk.read_all(gathered, "person_attribute"),
            project=desk.project,
            folder=folder,
        )

    parameters = [source.model_dump_json(include={"relationships"}) for source in stating.values()]
    parameters += [
        desk.project.identity.households.model_dump_json(),
        desk.project.default_region or "",
        _identity_parameters(desk.project),
    ]
    return desk.steps.step("relate", work, inputs=[who, *gathered.values(), *(accepted[name] for name in stating), *parameters])


def _interactions(desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput) -> storage.StepOutput:
    """Every call, visit and mention that a row records, with the customer whose it was."""
    read = ledger.steps.sources_of_contacts(desk.project)

    def work(folder: Path) -> None:
        ledger.steps.interactions(
            desk.engine,
            project=desk.project,
            rows={name: desk.read(accepted[name], "rows") for name in read},
            customer_record=desk.read(who, "customer_record"),
            records=desk.read_all(gathered, "record"),
            folder=folder,
        )

    parameters = [desk.project.sources[name].model_dump_json(include={"interactions"}) for name in read]
    return desk.steps.step(
        "interactions", work, inputs=[*(accepted[name] for name in read), who, *gathered.values(), desk.project.time_zone, *parameters]
    )


def _post(desk: Desk, accepted: Outputs, rates: storage.StepOutput) -> Outputs:
    """Every amount of every accepted row becomes one entry on its line, in the reporting currency."""

    def posted(name: str, source: config.Source) -> storage.StepOutput:
        lookups = ledger.steps.looked_up(source)

        def work(folder: Path) -> None:
            ledger.steps.post_source(
                desk.engine,
                name,
                source,
                rows=desk.read(accepted[name], "rows"),
                lookups={other: desk.read(accepted[other], "rows") for other in lookups},
                rates=desk.read(rates, "rate"),
                project=desk.project,
                folder=folder,
            )

        parameters = (source.model_dump_json(include={"postings", "unknown_currency"}), desk.project.reporting_currency,
                      desk.project.time_zone, str(desk.project.ledger.rate_valid_days))  # fmt: skip
        return desk.steps.step(f"post {name}", work, inputs=[accepted[name], rates, *(accepted[other] for other in lookups), *parameters])

    found = {name: posted(name, source) for name, source in desk.project.sources.items() if source.postings}
    is_counted = any(not config.value.claims_entries(one) for one in desk.project.value.relationships.values())
    if not found and not is_counted and not desk.project.ledger.activities:
        do = "add postings to the source that holds sales; or, where histories come counted, name them under value.relationships"
        raise LedgerError("LED050", "no source posts any dollars", where="sources", do=do)
    return found


def _rates(desk: Desk, accepted: Outputs) -> storage.StepOutput:
    mapping = desk.project.ledger.rates
    listed = [mapping.source] if isinstance(mapping, config.ledger.RatesFrom) else []

    def work(folder: Path) -> None:
        rows = {name: desk.read(accepted[name], "rows") for name in listed}
        ledger.steps.rates(desk.engine, project=desk.project, rows=rows, folder=folder)

    return desk.steps.step("rates", work, inputs=[*(accepted[name] for name in listed), desk.project.ledger.model_dump_json()])


def _book(desk: Desk, posted: Outputs, cost: storage.StepOutput | None, who: storage.StepOutput, gathered: Outputs) -> storage.StepOutput:
    """Entries get the customer of their record, or a named bucket and a reason; statements sum them by month and line."""
    every = [*posted.values(), *([cost] if cost else [])]

    def work(folder: Path) -> None:
        ledger.steps.book(
            desk.engine,
            posted=[desk.read(output, "posted") for output in every],
            customer_record=desk.read(who, "customer_record"),
            records=desk.read_all(gathered, "record"),
            folder=folder,
        )

    return desk.steps.step("book", work, inputs=[*every, who, *gathered.values()])


def _reconcile(
    desk: Desk, accepted: Outputs, posted: Outputs, cost: storage.StepOutput | None, book: storage.StepOutput
) -> storage.StepOutput:
    """Every source's own total against what became of it; a difference of 0.0001 stops the run here."""

    def work(folder: Path) -> None:
        ledger.steps.reconcile(
            desk.engine,
            project=desk.project,
            accepted={name: output.tables for name, output in accepted.items()},
            posted={name: output.tables for name, output in posted.items()},
            lookups={name: accepted[name].table("rows") for name in accepted},
            entries=desk.read(book, "entry"),
            folder=folder,
            pool_cost=desk.read(cost, "pool_cost") if cost else None,
        )

    parameters = [source.model_dump_json() for source in desk.project.sources.values() if source.postings]
    parameters.append(desk.project.ledger.model_dump_json())
    return desk.steps.step("reconcile", work, inputs=[*accepted.values(), *posted.values(), *([cost] if cost else []), book, *parameters])


def _tie_out(desk: Desk, accepted: Outputs, book: storage.StepOutput) -> storage.StepOutput:
    """The company's own general ledger against the entries; a difference larger than declared stops the run here."""
    books = desk.project.ledger.general_ledger
    read = ledger.steps.sources_of_books(books)

    def work(folder: Path) -> None:
        rows = {name: desk.read(accepted[name], "rows") for name in read}
        ledger.steps.tie_out(
            desk.engine, project=desk.project, rows=rows[books.source] if books else None, lookups=rows, entries=desk.read(book, "entry"), folder=folder
        )  # fmt: skip

    parameters = [books.model_dump_json() if books else "", desk.project.reporting_currency, desk.project.time_zone]
    return desk.steps.step("tie out", work, inputs=[*(accepted[name] for name in read), book, *parameters])


def _value(
    desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput, beside: tuple[storage.StepOutput, storage.StepOutput],
    book: storage.StepOutput, band: storage.StepOutput,
) -> storage.StepOutput:  # fmt: skip
    """What each customer will bring, in each line of business: forecasts, held against earlier days."""
    settings, level, (related, contacts) = desk.project.value, level_of_project(desk.project), beside
    holding = sorted({source for one in settings.relationships.values() for source in config.value.sources_of(one)})

    def work(folder: Path) -> None:
        value.steps.forecast(
            desk.engine,
            entries=desk.read(book, "entry"),
            customers=desk.read(who, "customer"),
            bands=desk.read(band, "band"),
            customer_record=desk.read(who, "customer_record"),
            relationships=desk.read(related, "relationship"),
            beside=value.steps.Beside(
                desk.read(contacts, "interaction"), desk.read_all(gathered, "record"), desk.read_all(gathered, "person_attribute")
            ),
            rows={name: desk.read(accepted[name], "rows") for name in holding},
            level=level,
            project=desk.project,
            folder=folder,
        )

    return desk.steps.step(
        "value", work, inputs=[book, band, who, *beside, *gathered.values(), *(accepted[name] for name in holding), level,
                               settings.model_dump_json(), *sorted(desk.project.attributes)],
    )  # fmt: skip


def _publish(desk: Desk, who: WhoIsWho) -> RunReport:
    """Check what will be seen, put it on the disk for good, and point at it by one row."""
    checking.check_published(desk.engine, desk.steps.done)
    published_at = utc_now()
    manifest = storage.Manifest(
        run_id=f"{published_at:%Y-%m-%dT%H%M%S}-{secrets.token_hex(3)}",
        project=desk.project.project,
        config_digest=storage.durable.digest_of_file(desk.opened.loaded.path),
        code_digest=code_digest(),
        steps={name: {"key": step.key, "digest": step.digest, "folder": step.folder.name} for name, step in desk.steps.done.items()},
        summary={
            **summary_of(desk.engine, desk.project, desk.steps.done),
            "membership_made_from": who.made_from,
            "model_for": who.model_for,
            "accuracy": accuracy_of(in_force(desk.state)),
        },
    )
    publish(
        desk.folder, desk.state, manifest, who.difference,
        previous=desk.before, published_at=published_at, keep_runs=desk.project.storage.keep_runs, last_action=desk.last_action,
    )  # fmt: skip
    return RunReport(manifest.run_id, {name: step.made for name, step in desk.steps.done.items()}, manifest.summary)
