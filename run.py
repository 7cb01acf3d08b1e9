"""Recoup's command line, and the one place where its rooms are wired together.

python run.py                 serve the dashboard (with the sample book in a new, empty store)
python run.py ingest FILE     bring a file in
python run.py --help          everything else
"""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy loads: two threads on two busy cores cost 50 times
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import click
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.columns import KINDS, Kind
from core.errors import Refused, trace_without_data
from core.paths import read_text, usable_folder, write_text
from core.selection import Selection
from core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from core.records import BookName
    from core.workflows.worker import Handler
    from dashboard.services import Services
    from db.jobs import SqlJobQueue
    from db.reader import SqlPortfolioReader
    from db.writer import SqlPortfolioWriter

FAULT, REFUSED = 1, 2
DAY = click.DateTime(["%Y-%m-%d"])
PATH = click.Path(path_type=Path)
BECAUSE = click.option("--because", default="", help="why: kept with your name and the day, and shown with the model")


class _Environment(BaseSettings, Settings):
    """Settings as the environment and `.env` give them."""

    model_config = SettingsConfigDict(env_prefix="RECOUP_", env_file=".env", extra="ignore")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return datetime.now().astimezone().date()


def told(share: float, message: str) -> None:
    """Progress for a person at a terminal: one line that overwrites itself."""
    if sys.stderr.isatty():
        click.echo(f"\r{share:4.0%} {message:<60.60}" + ("\n" if share >= 1 else ""), err=True, nl=False)


@dataclass(frozen=True)
class Recoup:
    """One store and its settings, for one process."""

    settings: Settings
    as_json: bool = False

    @functools.cached_property
    def engine(self) -> Engine:
        from db.engine import open_store

        return open_store(self.settings.db)

    def reader(self, book: BookName | None = None) -> SqlPortfolioReader:
        from db.reader import SqlPortfolioReader

        return SqlPortfolioReader(self.engine, book)

    @property
    def writer(self) -> SqlPortfolioWriter:
        from db.writer import SqlPortfolioWriter

        return SqlPortfolioWriter(self.engine, now)

    @property
    def jobs(self) -> SqlJobQueue:
        from db.jobs import SqlJobQueue

        return SqlJobQueue(self.engine, now)

    @property
    def data_dir(self) -> Path:
        """The folder for uploads in progress, made where missing: beside the database unless the settings say."""
        beside = Path(self.engine.url.database or "recoup.db").resolve().parent / "recoup-data"
        folder = Path(self.settings.data_dir) if self.settings.data_dir else beside
        return usable_folder(folder, "for uploads", remedy="Choose another with RECOUP_DATA_DIR.")

    def today(self) -> date:
        return today()

    def at_hand(self) -> dict[str, Any]:
        """What workflows ask for that change something: reader, writer, today, who."""
        return {"reader": self.reader(), "writer": self.writer, "today": today(), "who": self.settings.who}

    def clock(self) -> float:
        return time.monotonic()

    def decide(self, what: str, said: Mapping[str, Any]) -> None:
        """What a person at the command line decides about models or strategies, answered."""
        from core.workflows.handlers import decide

        self.answer(decide(self, what, said, self.settings.who, told))

    def at_once(self, kind: str, work: Handler) -> Mapping[str, Any]:
        """Do a job here and now, as one of the queue that everybody sees. Raises what it raises."""
        from sqlalchemy.exc import OperationalError

        from core.workflows.worker import run_here

        who = self.settings.who
        return run_here(self.jobs, kind, work, who=who, owner=_process(), told=told, busy=OperationalError)

    def answer(self, result: Mapping[str, Any], sentence: str = "") -> None:
        """One JSON object, or sentences for a person: those given, else its own `sentence`."""
        click.echo(json.dumps(result, ensure_ascii=False) if self.as_json else sentence or result["sentence"])


def load_settings(**given: object) -> Settings:
    """Settings from the environment, with what the command line gave on top. Raises Refused naming the wrong one."""
    try:
        return _Environment(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        where = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise Refused("A setting cannot be used", where=where, remedy="See .env.example.") from None


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """A refusal is one clear line and exit code 2, never a traceback."""
    try:
        yield
    except Refused as refusal:
        if as_json:
            click.echo(json.dumps({"status": "refused", "refusal": str(refusal)}, ensure_ascii=False))
        click.echo(f"Refused: {refusal}", err=True)
        raise SystemExit(REFUSED) from None


def command(function: Callable[..., None]) -> Callable[..., None]:
    """What every command has: --db, --json, and refusals in one line."""

    @click.option("--db", metavar="URL", help="where the store is (or RECOUP_DB); default sqlite:///recoup.db")
    @click.option("--json", "as_json", is_flag=True, help="print one JSON object")
    @functools.wraps(function)
    def wrapped(db: str | None, as_json: bool, **options: Any) -> None:
        with refusals(as_json):
            root = click.get_current_context().find_root().params
            function(Recoup(load_settings(db=db or root.get("db")), as_json), **options)

    return wrapped


class _ServeByDefault(click.Group):
    """`run.py --port 8060` means `run.py serve --port 8060`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not {"-h", "--help", *self.commands} & set(args):
            bare = not args or args[0].startswith("-")
            args = ["serve", *args] if bare else args
        return super().parse_args(ctx, args)


@click.group(cls=_ServeByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="URL", help="where the store is (or RECOUP_DB); default sqlite:///recoup.db")
def cli(db: str | None) -> None:
    """Recoup tells a lender what is being recovered, what works, and whom to work next."""


# --- serving --------------------------------------------------------------------------------------------------------


@cli.command()
@click.option("--host", help="address to listen on; only this machine until sign-in exists")
@click.option("--port", type=click.IntRange(1, 65535), help="port to listen on; default 8050")
@click.option("--no-sample", is_flag=True, help="leave a new store empty")
@command
def serve(recoup: Recoup, host: str | None, port: int | None, no_sample: bool) -> None:
    """Serve the dashboard, with its worker beside it."""
    host, port = host or recoup.settings.host, port or recoup.settings.port
    from core.workflows.sample import queue_if_new
    from core.workflows.worker import keep_running
    from dashboard.serve import listen, may_listen

    may_listen(host, port)
    from dashboard.app import create_app

    app = create_app(services(recoup))
    if not no_sample and queue_if_new(recoup.reader().book(), recoup.jobs):
        click.echo("A new store: the sample book is being loaded; the page shows how far it is.")
    over = threading.Event()
    start = functools.partial(_start_worker, recoup)
    beside = threading.Thread(target=keep_running, args=(start, over, _to_log), daemon=True)
    beside.start()
    click.echo(f"Recoup is on http://{host}:{port} (stop it with Ctrl-C)")
    try:
        listen(app, host, port, largest_body_bytes=recoup.settings.max_upload_mb << 20)
    finally:
        over.set()
        beside.join(timeout=10)


def _start_worker(recoup: Recoup) -> subprocess.Popen[bytes]:
    program, beside = str(Path(__file__).resolve()), str(os.getpid())
    arguments = [sys.executable, program, "worker", "--db", recoup.settings.db, "--beside", beside]
    return subprocess.Popen(arguments, stdin=subprocess.DEVNULL)


def services(recoup: Recoup) -> Services:
    """What the dashboard may use, wired to this store."""
    from core.workflows.score import score_with
    from dashboard.services import Services

    return Services(
        reader=recoup.reader, writer=recoup.writer, jobs=recoup.jobs, score_one=score_with(recoup.reader), today=today,
        uploads=recoup.data_dir, settings=recoup.settings,
    )  # fmt: skip


@cli.command()
@click.option("--beside", type=int, help="stop when the process with this number is gone")
@command
def worker(recoup: Recoup, beside: int | None) -> None:
    """Run queued work (checks, ingests, training) until stopped; `serve` starts one by itself."""
    from sqlalchemy.exc import OperationalError

    from core.workflows.handlers import handlers
    from core.workflows.jobs import sweep_uploads
    from core.workflows.worker import work

    getattr(os, "nice", int)(10)  # with lower priority, where the system knows any
    stop = threading.Event()
    if beside is not None:
        threading.Thread(target=_watch, args=(beside, stop), daemon=True).start()
    sweep_uploads(recoup.data_dir, now().timestamp())
    try:
        work(
            recoup.jobs, handlers(recoup), owner=_process(), report=_to_log, stop=stop, busy=OperationalError,
            when_idle=lambda: any([recoup.writer.settle_history("own"), recoup.writer.settle_history("sample")]),
        )  # fmt: skip
    except KeyboardInterrupt:
        stop.set()


def _watch(pid: int, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        if os.getppid() != pid:
            os._exit(0)


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _to_log(text: str) -> None:
    click.echo(text, err=True)


# --- commands -------------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("file", type=PATH)
@click.option("--kind", type=click.Choice(KINDS), help="portfolio, payments or actions; guessed from the header")
@click.option("--as-of", type=DAY, help="the day a portfolio without Snapshot_Date describes")
@click.option("--received-on", type=DAY, help="the day it became known, for a first backfill; default today")
@click.option("--map", "map_file", type=PATH, help="JSON that maps their columns and values to ours")
@click.option("--accept-good-rows", is_flag=True, help="load the good rows of a file that has bad ones")
@click.option("--partial", is_flag=True, help="loans missing from the file have not left the book")
@click.option("--accept-change", is_flag=True, help="it is right that the file halves the book, or doubles its balance")
@click.option("--dry-run", is_flag=True, help="check only")
@command
def ingest(
    recoup: Recoup, file: Path, kind: Kind | None, as_of: datetime | None, received_on: datetime | None,
    map_file: Path | None, accept_good_rows: bool, partial: bool, accept_change: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Bring a CSV file in: checked, stored whole or not at all, segmented, scored."""
    from core.intake.map import NO_MAPPING
    from core.intake.map import Mapping as ColumnMap
    from core.workflows.handlers import ingest_here
    from core.workflows.report import IngestRequest

    mapping = ColumnMap.from_json(read_text(map_file)) if map_file else NO_MAPPING
    request = IngestRequest(
        path=file, filename=file.name, kind=kind, as_of=as_of.date() if as_of else None,
        received_on=received_on.date() if received_on else None, mapping=mapping, accept_good_rows=accept_good_rows,
        accept_change=accept_change, scope="partial" if partial else "full", dry_run=dry_run,
    )  # fmt: skip
    result, words = ingest_here(recoup, request, recoup.settings.who, told, rejects_into=Path.cwd(), log=_to_log)
    recoup.answer(result, words)
    if result["status"] == "refused":
        raise SystemExit(REFUSED)


@cli.command()
@click.argument("batch", type=int)
@command
def undo(recoup: Recoup, batch: int) -> None:
    """Take a batch back: today's answers are those before it."""
    from core.workflows.handlers import undo_batch

    result = undo_batch(recoup, batch, recoup.settings.who)
    recoup.answer(result, f"Batch {batch} ({result['filename']}, {result['rows']:,} rows) is undone.")


@cli.command()
@click.option("--allow", metavar="COLUMN", help="let a quarantined column in from now on; with --because")
@click.option("--forbid", metavar="COLUMN", help="keep a column out from now on, or take an --allow back")
@click.option("--recalibrate", is_flag=True, help="keep the model in use, set its probabilities anew; with --because")
@BECAUSE
@command
def train(recoup: Recoup, allow: str | None, forbid: str | None, recalibrate: bool, because: str) -> None:
    """Learn a score from outcomes, or say why this book cannot carry one."""
    from core.workflows.handlers import train_book
    from core.workflows.rulings import rule_on_columns

    who, said = recoup.settings.who, (allow, forbid, because)
    rule = functools.partial(rule_on_columns, recoup.reader(), recoup.writer, *said, today=today(), who=who)
    work = functools.partial(train_book, recoup, because=because, first=rule)
    recoup.answer(recoup.at_once("recalibrate" if recalibrate else "train", work))


@cli.command()
@click.option("--reference", metavar="STRATEGY", help="compare with this strategy; default Standard")
@click.option("--limits", "limits_file", type=PATH, help="JSON: costs and capacities")
@click.option("--store", is_flag=True, help="keep it as the measurement that the page shows")
@command
def effects(recoup: Recoup, reference: str | None, limits_file: Path | None, store: bool) -> None:
    """What each strategy caused beside what happened, for whom, and what to do: or why this history cannot tell."""
    from core.workflows.effects import Asked, look
    from core.workflows.effects_told import told as in_words
    from core.workflows.handlers import measure_book

    asked = {"reference": reference, "limits": read_text(limits_file) if limits_file else None}
    if store:
        result = recoup.at_once("effects", functools.partial(measure_book, recoup, asked=asked))
    else:
        result = look(recoup.reader(), Asked.of(asked), told, recoup.clock)
    recoup.answer(*in_words(result))


@cli.group(invoke_without_command=True)
@command
def models(recoup: Recoup) -> None:
    """List what was trained, which model is in use, and who decided what; put another one in use."""
    if click.get_current_context().invoked_subcommand is None:
        from core.workflows.promote import listed

        recoup.answer(*listed(recoup.reader()))


@models.command("promote")
@click.argument("model", type=int)
@BECAUSE
@command
def promote_model(recoup: Recoup, model: int, because: str) -> None:
    """Put a model in use that waits as challenger, or was in use before; the newest day is rescored."""
    recoup.decide("promote", {"model": model, "because": because})


@models.command("rollback")
@BECAUSE
@command
def rollback_model(recoup: Recoup, because: str) -> None:
    """Bring back the model that was in use before; the newest day is rescored."""
    recoup.decide("rollback", {"because": because})


@models.command("withdraw")
@BECAUSE
@command
def withdraw_model(recoup: Recoup, because: str) -> None:
    """Take the model in use out of use: the rule score orders the work, and the newest day is rescored."""
    recoup.decide("withdraw", {"because": because})


@cli.command()
@command
def monitor(recoup: Recoup) -> None:
    """Whether the score in use still holds: drift, what came true, what has not matured yet, and what to do."""
    from core.workflows.monitored import monitored

    recoup.answer(*monitored(recoup.reader()))


@cli.group(invoke_without_command=True)
@command
def policy(recoup: Recoup) -> None:
    """List learned policies, which one proposes, and who decided what; put one in use, or take it out of use."""
    if click.get_current_context().invoked_subcommand is None:
        _list_policies(recoup)


def _list_policies(recoup: Recoup) -> None:
    """List learned policies with what each may and lacks, which one proposes, and who decided what."""
    from core.workflows.policies import listed

    recoup.answer(*listed(recoup.reader()))


policy.command("list")(command(_list_policies))


@policy.command("promote")
@click.argument("number", type=int)
@BECAUSE
@command
def promote_policy(recoup: Recoup, number: int, because: str) -> None:
    """Put a policy in use that has its evidence and won its trial; the newest day is proposed anew."""
    recoup.decide("crown-policy", {"policy": number, "because": because})


@policy.command("withdraw")
@click.argument("number", type=int)
@BECAUSE
@command
def withdraw_policy(recoup: Recoup, number: int, because: str) -> None:
    """Take the policy in use out of use: the thresholds propose, and the newest day is proposed anew."""
    recoup.decide("rollback-policy", {"policy": number, "because": because})


@cli.group(invoke_without_command=True)
@command
def trial(recoup: Recoup) -> None:
    """List trials of champion against challengers; plan one, assign loans to its arms, read its verdict, close it."""
    if click.get_current_context().invoked_subcommand is None:
        from core.workflows.trials import listed

        recoup.answer(*listed(recoup.reader(), today()))


@trial.command("plan")
@click.argument("file", type=PATH)
@BECAUSE
@command
def plan_trial(recoup: Recoup, file: Path, because: str) -> None:
    """Register a trial from its plan in JSON, before it begins: with --because, or "why" in the plan."""
    from core.workflows.trials import register_file

    recoup.answer(register_file(read_text(file), **recoup.at_hand(), why=because))


@trial.command("assign")
@click.argument("name")
@click.option("--out", type=PATH, required=True, help="the CSV file for the desk")
@click.option("--confirm", is_flag=True, help="it is to happen: keep the assignments, too")
@command
def assign_to_trial(recoup: Recoup, name: str, out: Path, confirm: bool) -> None:
    """Write who comes into which arm today."""
    from core.exchange import to_csv
    from core.workflows.trials import assign_trial

    frame, said = assign_trial(name, **recoup.at_hand(), confirmed=confirm)
    write_text(out, to_csv(frame))
    arms = frame["Arm"].value_counts().to_dict()
    recoup.answer({"out": str(out), "loans": len(frame), "stored": confirm, "arms": arms}, said)


@trial.command("verdict")
@click.argument("name")
@command
def trial_verdict(recoup: Recoup, name: str) -> None:
    """What a trial says by now, and until when."""
    from core.workflows.trials import told_in_words

    recoup.answer(*told_in_words(recoup.reader(), name, today()))


@trial.command("close")
@click.argument("name")
@click.option("--stop", is_flag=True, help="before it is over, without a verdict")
@BECAUSE
@command
def close_trial(recoup: Recoup, name: str, stop: bool, because: str) -> None:
    """Close a trial with its verdict and why."""
    from core.workflows.trials import decide_trial

    recoup.answer(decide_trial(name, **recoup.at_hand(), because=because, stop=stop))


@cli.command()
@click.option("--batch", type=int, help="only the loans of this batch; default the newest day")
@click.option("--limits", "limits_file", type=PATH, help="JSON: costs and capacities")
@click.option("--policy", "by", help="thresholds, value, or the number of a learned policy; default what is in use")
@click.option("--out", type=PATH, required=True, help="the CSV file to write")
@command
def recommend(recoup: Recoup, batch: int | None, limits_file: Path | None, by: str | None, out: Path) -> None:
    """Write a strategy for every loan, with its score, its source and why."""
    from core.exchange import to_csv
    from core.strategies.catalogue import Limits
    from core.workflows.recommend import in_words
    from core.workflows.recommend import recommend as recommendations

    reader = recoup.reader(None if batch is None else recoup.reader().batch(batch).book)
    limits = Limits.from_json(read_text(limits_file)) if limits_file else None
    frame = recommendations(reader, batch_id=batch, limits=limits, by=by)
    write_text(out, to_csv(frame))
    recoup.answer(*in_words(frame, out))


@cli.command()
@click.option("--as-of", type=DAY, help="the day asked about; default the newest in the book")
@click.option("--known-on", type=DAY, help="ask with the knowledge of that day; default with all there is now")
@click.option(
    "--where", "conditions", multiple=True, metavar="FIELD=VALUE",
    help="only loans with this value; of one field repeated any of its values, of several fields all of them",
)  # fmt: skip
@click.option("--no-tables", is_flag=True, help="with --json: the numbers only, without curves and comparisons")
@command
def metrics(
    recoup: Recoup, as_of: datetime | None, known_on: datetime | None, conditions: tuple[str, ...], no_tables: bool
) -> None:
    """Every number of the book, each with what it was computed from; with --json also every curve, matrix and comparison."""
    from core.workflows.filter_values import filters_of
    from core.workflows.measures import families, measured
    from core.workflows.tables import tables_as_json

    knowing = known_on.date() if known_on else None
    selection = Selection(as_of=as_of.date() if as_of else None, known_on=knowing, filters=filters_of(conditions))
    reader = recoup.reader()
    if knowing:
        recoup.writer.settle_history(reader.book().name)
    told = measured(reader, selection, families(recoup.settings.discount_rate), today())
    result = told.as_json()
    if recoup.as_json and not no_tables:
        result["tables"] = tables_as_json(reader, selection.at(told.as_of), today(), recoup.settings.pack_days)
    recoup.answer(result, told.as_text())


@cli.command()
@click.argument("file", type=PATH, required=False)
@click.option("--dry-run", is_flag=True, help="check only")
@command
def targets(recoup: Recoup, file: Path | None, dry_run: bool) -> None:
    """Set targets and the monthly budget from a CSV (Metric, Month, Age_Months, Value); without a file, list them."""
    from core.workflows import targets as workflow

    if file is None:
        result = workflow.listed(recoup.reader())
    else:
        result = workflow.bring(file, **recoup.at_hand(), dry_run=dry_run)
    recoup.answer(result.as_json(), result.as_text())
    if result.rejected:
        raise SystemExit(REFUSED)


@cli.command()
@click.option("--loans", type=click.IntRange(100, 2_000_000), default=6000, show_default=True)
@click.option("--months", type=click.IntRange(6, 120), default=27, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="the folder to write")
@command
def sample(recoup: Recoup, loans: int, months: int, seed: int, out: Path) -> None:
    """Write the sample book as CSV files: synthetic, the same for the same seed."""
    from core.workflows.sample import write_sample

    recoup.answer(*write_sample(out, loans=loans, months=months, seed=seed))


def main() -> None:
    """Run the command line; a wrong option is one clear line, exit code 2."""
    try:
        cli.main(standalone_mode=False)
    except click.UsageError as error:
        click.echo(f"Refused: {error.format_message()} See 'run.py --help'.", err=True)
        raise SystemExit(REFUSED) from None
    except click.Abort:
        raise SystemExit(FAULT) from None
    except Exception as fault:
        click.echo(f"{trace_without_data(fault)}A fault in Recoup; what was not finished was not stored.", err=True)
        raise SystemExit(FAULT) from None


if __name__ == "__main__":
    main()
