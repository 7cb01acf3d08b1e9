"""Cards about the book as a whole: files to take away, the score in use, the sample book."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, html, no_update, set_props

from core.columns import KINDS
from core.errors import Refused
from core.records import Book, BookName
from dashboard import ids
from dashboard import text_batches as say
from dashboard.components.score_badge import score_words
from dashboard.pages.batches import panel
from dashboard.services import Services
from dashboard.training import start_training


def downloads_card() -> html.Section:
    """Templates and the scored file."""
    links = [html.Li(html.A(say.KINDS[kind], href=f"/download/template-{kind}.csv", download="")) for kind in KINDS]
    return html.Section(
        [
            html.H2("Templates"),
            html.P(
                "Every column Recoup understands and one example row; only the first few are required.",
                className="subtitle",
            ),
            html.Ul(links, className="downloads"),
            html.H2("Scored file"),
            html.P("Every open loan with its segment, score, strategy and why.", className="subtitle"),
            html.Ul([html.Li(html.A("loans.csv", href="/download/loans.csv", download=""))], className="downloads"),
        ],
        className="card",
    )


def score_card() -> html.Section:
    """The score in use, and the button that learns one."""
    return html.Section(
        [
            html.H2("Score"),
            html.P(["In use: ", html.Span("", id="batches-score", className="badge-pill")]),
            html.P("", id="batches-trained", className="muted"),
            html.P(
                "A model is learnt from what became of earlier loans and used only where it beats chance; otherwise the rule orders the work.",
                className="subtitle",
            ),
            html.Div(
                html.Button("Train on outcomes", id="batches-train", className="button quiet"), className="actions"
            ),
        ],
        className="card",
    )


def sample_card() -> html.Section:
    """The sample book, and the button that removes or restores it."""
    return html.Section(
        [
            html.H2("Sample book"),
            html.P("", id="batches-sample-words", className="muted"),
            html.Div(html.Button("", id="batches-sample", className="button quiet"), className="actions"),
        ],
        className="card",
    )


def update_cards(services: Services) -> tuple[str, str, str, str, str]:
    """The score's badge and its class, the last training, what stands about the sample book, its button."""
    reader = services.reader()
    book, champion = reader.book(), reader.champion()
    sources = [] if book.is_empty else ["model" if champion else "rule"]
    words, tone = score_words(sources, champion)
    models = reader.models()
    return words, f"badge-pill {tone}", say.training_words(models[0] if models else None), *say.sample_words(book)


def turn_sample(services: Services) -> int | None:
    """Do what the sample book's button says: show the other book, or queue the loading of the sample. Returns the job, if any.

    Raises:
        Refused: while a job changes the store.
    """
    book = services.reader().book()
    wanted = book_to_show(book)
    if wanted is None:
        return services.jobs.add("sample", {"show": True}, services.settings.who)
    running = [job for job in services.jobs.recent() if not job.is_over]
    if running:
        raise Refused(f"A job is at work: {say.job_title(running[0])}", remedy="Wait until it is done, or stop it.")
    with services.writer.unit(
        wanted, kind="show", known_on=services.today(), who=services.settings.who, note=f"{wanted} book shown"
    ) as unit:
        unit.show(wanted)
    return None


def book_to_show(book: Book) -> BookName | None:
    """The book the button brings on show; None where the sample is not stored and must be loaded."""
    if book.is_sample and not book.is_empty:
        return "own"
    return "sample" if book.sample_hidden else None


def register(app: dash.Dash, services: Services) -> None:
    """The cards' callbacks."""
    started = Output(panel.STARTED, "data", allow_duplicate=True)

    @app.callback(
        Output("batches-score", "children"),
        Output("batches-score", "className"),
        Output("batches-trained", "children"),
        Output("batches-sample-words", "children"),
        Output("batches-sample", "children"),
        Input(ids.REVISION, "data"),
        Input(panel.PULSE, "disabled"),
    )
    def cards(*_: Any) -> tuple[str, str, str, str, str]:
        return update_cards(services)

    @app.callback(started, Input("batches-train", "n_clicks"), prevent_initial_call=True)
    def train(_: int) -> int:
        return start_training(services)

    @app.callback(started, Input("batches-sample", "n_clicks"), prevent_initial_call=True)
    def sample(_: int) -> Any:
        job = turn_sample(services)
        if job is not None:
            return job
        set_props(ids.REVISION, {"data": services.reader().book().revision})
        return no_update
