"""Files to take away: the loans of a view with their scores, the rows behind a number, an empty template of each kind,
the rejects of a batch, the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import dash
import flask
import pandas as pd
from flask import Response

from core.columns import KINDS, by_field
from core.errors import Refused, UnknownBatch
from core.exchange import template, to_csv
from core.intake.targets import HEADERS as TARGET_HEADERS
from core.intake.targets import TOLD_HEADERS
from core.loan_fields import LOAN_FIELDS
from core.metrics.ripeness import refuse_days_ahead
from core.metrics.targets import TARGET_METRICS
from core.ports import PortfolioReader
from core.selection import NOT_STATED, Selection
from core.workflows.filter_values import known_filters
from core.workflows.proposing import damage_of, name_of, net_value_bases
from dashboard.address import FACTS_PATH
from dashboard.model_file import model_card
from dashboard.services import Services
from dashboard.simulation import limits_file
from dashboard.state import book_known
from dashboard.text_targets import value_words
from dashboard.why import asked_of

LOANS_PATH = "/download/loans.csv"
Bases = Mapping[str, Mapping[str, str]]
LARGEST_BATCH = 2**31
_PORTFOLIO = by_field("portfolio")
_OURS = {
    "bucket": "Arrears_Bucket", "segment": "Segment", "segment_margin": "Segment_Margin", "segment_unlike": "Segment_Unlike",
    "risk_score": "Risk_Score", "band": "Risk_Band",
    "source": "Score_Source", "expected_recovery": "Expected_Recovery",
    "expected_low": "Expected_Low", "expected_high": "Expected_High", "expected_source": "Expected_Source", "expected_net": "Expected_Net_Value",
    "proposed": "Proposed_Strategy", "policy": "Policy", "needs_confirmation": "Needs_Confirmation",
    "last_contact_on": "Last_Contact_On", "last_contact_result": "Last_Contact_Result", "reasons": "Reasons",
}  # fmt: skip
HEADERS = {name: _PORTFOLIO[name].header if name in _PORTFOLIO else _OURS[name] for name in LOAN_FIELDS}
"""Field to header of the scored file: as a template writes it where a file could bring the column back."""

FACT_HEADERS = {**{name: column.header for name, column in _PORTFOLIO.items()}, **_OURS}
"""Field to header of the rows behind a number; any other is its field in capitals, as `Acted_On`."""


def add_routes(app: dash.Dash, services: Services) -> None:
    """Put the downloads on the app's server."""
    server: flask.Flask = app.server

    @server.get(LOANS_PATH)
    def loans_file() -> Response:
        return _answered(lambda: scored_loans(services, flask.request.query_string.decode("ascii", "replace")))

    @server.get(FACTS_PATH)
    def facts_file() -> Response:
        return _answered(lambda: fact_rows(services, flask.request.query_string.decode("ascii", "replace")))

    @server.get("/download/template-<kind>.csv")
    def template_file(kind: str) -> Response:
        if kind not in KINDS:
            return _said(f"There is no template for '{kind[:40]}'. Choose one of {', '.join(KINDS)}.", 404)
        return _csv([template(kind)], f"template-{kind}.csv")

    @server.get("/download/targets.csv")
    def targets_file() -> Response:
        return _answered(lambda: targets(services))

    @server.get("/download/model-<int:model_id>.json")
    def model_file(model_id: int) -> Response:
        return _answered(lambda: model_card(services, model_id))

    @server.get("/download/limits.json")
    def limits_of_simulation() -> Response:
        return _answered(lambda: limits_file(services, flask.request.query_string.decode("ascii", "replace")))

    @server.get("/download/rejects-<int:batch_id>.csv")
    def rejects_file(batch_id: int) -> Response:
        return _answered(lambda: rejects(services, batch_id))


def scored_loans(services: Services, query: str) -> Response:
    """Every loan of the view, in its order, written block by block while it is read.

    Args:
        query: the view's address; `sort` is its order.

    Raises:
        Refused: the book holds no loans, or held none on the day of knowledge, a filter's value is not known, or the
            address cannot be read.
    """
    reader = services.reader()
    if reader.book().is_empty:
        raise Refused("There are no loans to export yet", remedy="Bring a file on Batches first.")
    selection = Selection.from_query(query)
    book = book_known(reader, selection.known_on)
    selection = known_filters(reader, selection)
    refuse_days_ahead(book, selection, services.today())
    sort = flask.request.args.get("sort", "expected_recovery")
    if sort not in LOAN_FIELDS or not LOAN_FIELDS[sort].sortable:
        sort = "expected_recovery"
    as_of = max((day for day in book.days if selection.as_of is None or day <= selection.as_of), default=book.days[0])
    blocks = reader.iter_loans(selection, sort)
    first = next(blocks, pd.DataFrame(columns=list(LOAN_FIELDS)))
    lines = _lines(first, blocks, as_of.isoformat(), _net_value_bases(reader))
    return _csv(lines, f"loans-{'sample-' if book.is_sample else ''}{_days(as_of, selection.known_on)}.csv")


def fact_rows(services: Services, query: str) -> Response:
    """Every row behind a number, in the order of the drawer, written block by block while it is read.

    Args:
        query: the number's address in its view.

    Raises:
        Refused: the address names no number, or one that has no such rows.
    """
    asked = asked_of(services, query)
    if asked is None:
        raise Refused("This address names no number", remedy="Open a number by 'why this number' first.")
    blocks = asked.blocks()
    first = next(blocks, pd.DataFrame(columns=list(asked.fields)))
    name = f"{asked.why.number.replace(':', '-')}-{asked.side}"
    return _csv(
        _fact_lines(first, blocks, asked.fields), f"{name}-{_days(asked.view.as_of, asked.view.selection.known_on)}.csv"
    )


def _days(as_of: date, known_on: date | None) -> str:
    """The days in the name of a file: the one it is about, and the one of knowledge where it is not now."""
    return f"{as_of.isoformat()}-known-{known_on.isoformat()}" if known_on else as_of.isoformat()


def _fact_lines(first: pd.DataFrame, rest: Iterator[pd.DataFrame], fields: Sequence[str]) -> Iterator[str]:
    yield _fact_text(first, fields)
    for block in rest:
        yield _fact_text(block, fields).split("\n", 1)[1]


def _fact_text(block: pd.DataFrame, fields: Sequence[str]) -> str:
    frame = block[list(fields)]
    headers = {name: FACT_HEADERS.get(name) or name.title() for name in frame.columns}
    return to_csv(frame.where(frame != NOT_STATED, None), headers)


def targets(services: Services) -> Response:
    """Every target of the book on show, in the columns a file of targets brings them back with."""
    reader = services.reader()
    frame = reader.targets()
    written = [
        value if TARGET_METRICS[metric].unit == "currency" else value_words(value, TARGET_METRICS[metric])
        for metric, value in zip(frame["metric"], frame["value"], strict=True)
    ]
    frame = frame.assign(age_months=frame["age_months"].astype("Int64"), value=pd.Series(written, dtype=object))
    name = f"targets-{'sample-' if reader.book().is_sample else ''}{services.today().isoformat()}.csv"
    return _csv([to_csv(frame, {**TARGET_HEADERS, **TOLD_HEADERS})], name)


def rejects(services: Services, batch_id: int) -> Response:
    """The rejected rows of a batch with line, column, value and reason. Raises UnknownBatch."""
    if batch_id >= LARGEST_BATCH:
        raise UnknownBatch(f"There is no batch {batch_id}", remedy="Choose one from the list on Batches.")
    reader = services.reader()
    batch = reader.batch(batch_id)
    headers = {"line": "Line", "column": "Column", "value": "Value", "reason": "Reason"}
    return _csv([to_csv(reader.rejects(batch.id), headers)], f"rejects-{batch.id}.csv")


def _lines(first: pd.DataFrame, rest: Iterator[pd.DataFrame], as_of: str, bases: Bases) -> Iterator[str]:
    yield _text(first, as_of, bases)
    for block in rest:
        yield _text(block, as_of, bases).split("\n", 1)[1]


def _text(block: pd.DataFrame, as_of: str, bases: Bases) -> str:
    told = ["; ".join([*why, *basis]) for why, basis in _reasons(block, bases)]
    frame = block[list(LOAN_FIELDS)].assign(reasons=told)
    frame = frame.where(frame != NOT_STATED, None)
    frame.insert(2, "as_of", as_of)
    return to_csv(frame, {**HEADERS, "as_of": _PORTFOLIO["as_of"].header})


def _net_value_bases(reader: PortfolioReader) -> Bases:
    """By the name of a policy, and by strategy, which costs its net values assume; "" for any other, the thresholds."""
    learned = {name_of(each): net_value_bases(each) for each in reader.policies() if not damage_of(each)}
    return {"": net_value_bases(None), **learned}


def _reasons(block: pd.DataFrame, bases: Bases) -> Iterator[tuple[list[str], list[str]]]:
    """Why, of each loan, and which costs its net value assumes."""
    told = zip(block["reasons"], block["policy"], block["proposed"], block["expected_net"], strict=True)
    for reasons, policy, proposed, net in told:
        basis = bases.get(str(policy), bases[""]).get(proposed)
        yield list(reasons), [] if pd.isna(net) or basis is None else [basis]


def _answered(make: Callable[[], Response]) -> Response:
    """What `make` returns, or its refusal in words."""
    try:
        return make()
    except UnknownBatch as error:
        return _said(str(error), 404)
    except Refused as error:
        return _said(str(error), 400)


def _said(text: str, status: int) -> Response:
    return Response(text + "\n", status=status, mimetype="text/plain")


def _csv(lines: Iterable[str], filename: str) -> Response:
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response
