"""The sentences of the Batches page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.records import Batch, Book, Job, Model
from core.wording import agree, counted
from dashboard import format as show

KINDS = {
    "portfolio": "portfolio (loans on a day)",
    "payments": "payments",
    "actions": "actions (contacts, offers, legal steps)",
}
DOING = {
    "check": "Checking", "ingest": "Loading", "undo": "Undoing", "redate": "Correcting the as-of of", "train": "Training on outcomes",
    "recalibrate": "Setting the probabilities anew",
    "sample": "Loading the sample book", "promote": "Putting a model in use", "rollback": "Rolling back to the model before",
    "withdraw": "Taking the model out of use",
    "refit": "Fitting the segments again", "compare segments": "Comparing ways to find segments",
    "effects": "Measuring what works", "accept-suggestion": "Accepting a suggestion", "refuse-suggestion": "Putting a suggestion off",
    "crown-policy": "Putting a policy to work", "rollback-policy": "Going back to the thresholds", "plan-trial": "Registering a trial",
    "decide-trial": "Closing a trial",
}  # fmt: skip
DONE = {
    "check": "Checked", "ingest": "Loaded", "undo": "Undone", "redate": "As-of corrected", "train": "Trained",
    "recalibrate": "Probabilities set anew", "sample": "Sample book loaded",
    "promote": "Model in use", "rollback": "Rolled back", "withdraw": "Model out of use", "refit": "Segments fitted again",
    "compare segments": "Ways to find segments compared",
    "effects": "Measured what works", "accept-suggestion": "Suggestion accepted", "refuse-suggestion": "Suggestion put off",
    "crown-policy": "Policy at work", "rollback-policy": "Thresholds at work again", "plan-trial": "Trial registered",
    "decide-trial": "Trial closed",
}  # fmt: skip


_REMEDIES = {
    "or map it: ": "or choose below which of its columns it is, and check again.",
    "Say in the map which one it is; ": "Choose below which one it is, keep the other as it came, and check again.",
    "If it holds a part of the book, say --partial": "If it holds a part of the book, say so under 'A portfolio file holds' and "
    "check again; if it is right, load it as it is.",
}


def batches_answer(book: Book, batches: Sequence[Batch]) -> str:
    """What the book is made of."""
    if book.is_empty and not batches and not book.sample_hidden:
        return (
            "**This store is empty.** Bring a CSV of your loan book: its number, balance and days past due are enough."
        )
    live = [batch for batch in batches if batch.status == "committed"]
    whose = "The sample book, synthetic," if book.is_sample else "Your book"
    if book.is_empty:
        back = " The sample book is stored and can be restored." if book.sample_hidden else ""
        return f"{whose} holds **no loans now**.{back}"
    assumed = ", a day that was assumed" if book.as_of_assumed else ""
    answer = (
        f"{whose} is made of **{show.count(len(live), 'batches')}**: {show.count(book.loans, 'loans')}, newest figures "
        f"{show.day(book.days[-1])}{assumed}."
    )
    rejected = sum(batch.rejected for batch in live)
    left_out = f"{counted(rejected, 'row')} {agree(rejected, 'was left out as a reject', 'were left out as rejects')}"
    return f"{answer} {left_out}." if rejected else answer


def job_title(job: Job) -> str:
    """What a job is doing or did, and to what."""
    what = _subject(job)
    if not job.is_over:
        return f"{DOING.get(job.kind, job.kind)}{what}"
    if job.status == "cancelled":
        return f"Stopped: {DOING.get(job.kind, job.kind).lower()}{what}"
    if job.status == "failed":
        return f"Failed: {DOING.get(job.kind, job.kind).lower()}{what}"
    status = (job.result or {}).get("status")
    if status == "refused" and job.kind in ("check", "ingest"):
        return f"Not {'ready to load' if job.kind == 'check' else 'loaded'}{_colon(what)}"
    if status == "duplicate":
        return f"In the book already{_colon(what)}"
    if job.kind == "check":
        return f"Ready to load{_colon(what)}"
    return f"{DONE.get(job.kind, job.kind)}{_colon(what)}"


def _subject(job: Job) -> str:
    if "filename" in job.payload:
        return f" {job.payload['filename']}"
    return f" batch {job.payload['batch']}" if "batch" in job.payload else ""


def _colon(what: str) -> str:
    return f":{what}" if what else ""


def job_message(job: Job) -> str:
    """How far a running job is."""
    if job.status == "waiting":
        return "waiting for the worker"
    return f"{job.message or 'working'} ({show.percent(job.progress, 0)})"


def outcome(job: Job) -> tuple[str, str]:
    """What came of a job that is over, and its tone ("good", "bad" or "neutral").

    A refusal says what was found, where, and what to do.
    """
    result = job.result or {}
    if job.status != "done":
        return result.get(
            "refusal"
        ) or job.message or "It came to no end.", "bad" if job.status == "failed" else "neutral"
    if result.get("refusal"):
        return _on_the_page(str(result["refusal"])), "bad"
    if result.get("status") == "duplicate":
        return " ".join(result.get("findings", [])), "neutral"
    return _success(job.kind, result), "good"


def _on_the_page(refusal: str) -> str:
    """A refusal whose remedy is the mapping below, where the command line would name the map's JSON."""
    return re.sub(
        r"(or map it: |Say in the map which one it is; |If it holds a part of the book, say --partial).*$",
        lambda match: _REMEDIES[match[1]],
        refusal,
        flags=re.DOTALL,
    )


def _success(kind: str, result: Mapping[str, Any]) -> str:
    if kind == "check":
        return (
            f"{show.count(int(result['accepted']), 'rows')} can be loaded, no row breaks a rule. Nothing is stored yet."
        )
    if kind == "ingest":
        left = f"; {show.count(int(result['rejected']), 'rejects')} left out" if result.get("rejected") else ""
        return f"Batch {result['batch']}: {show.count(int(result['accepted']), 'rows')} stored and scored{left}."
    if kind == "undo":
        return f"Batch {result['batch']} no longer counts: today's figures are those before it. The same file may come again."
    if kind == "redate":
        return f"Batch {result['replaces']} became batch {result['batch']}, as of {show.day(result['as_of'])}."
    if kind == "sample":
        return f"{show.count(int(result.get('batches', 0)), 'batches')} loaded; it is synthetic and never mixed with your loans."
    return str(result.get("sentence", "Done."))


def as_of_words(result: Mapping[str, Any]) -> str:
    """The day of a checked file: stated, assumed, or in its rows."""
    totals = result.get("control_totals") or {}
    if result.get("as_of"):
        assumed = (
            ", assumed: neither the file nor you stated a day" if result.get("as_of_assumed") else ", as you stated"
        )
        return f"{show.day(result['as_of'])}{assumed}"
    first, last = totals.get("first_day"), totals.get("last_day")
    if not first or not last:
        return show.UNDEFINED
    return show.day(first) if first == last else f"{show.day(first)} to {show.day(last)}, from its rows"


def totals_rows(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A checked file in numbers, to be held against its source: name and value."""
    totals = dict(result.get("control_totals") or {})
    rows = [("Kind", KINDS.get(str(result.get("kind")), show.UNDEFINED)), ("As of", as_of_words(result))]
    for name, word in (("rows", "Rows"), ("accepted", "Accepted"), ("rejected", "Rejected"), ("dropped", "Repeated, counted once"),
                       ("loans", "Loans"), ("borrowers", "Borrowers")):  # fmt: skip
        value = totals.pop(name, None)
        if value is not None and (value or name not in ("dropped",)):
            rows.append((word, show.number(value)))
    currency = totals.pop("currency", "")
    for day in ("first_day", "last_day"):
        totals.pop(day, None)
    rows += [
        (f"Sum of {name}", show.money_exact(float(value)))
        for name, value in totals.items()
        if isinstance(value, (int, float))
    ]
    return [*rows, ("Currency", currency)] if currency else rows


def undo_words(batch: Batch) -> str:
    """What will happen when a batch is undone."""
    return (
        f"Undo batch {batch.id}, {batch.filename}: its {show.count(batch.accepted, 'rows')} stop counting, what they replaced counts "
        "again, scores are made anew and a model trained on them loses its place. Nothing is deleted; the same file may come again."
    )


def sample_words(book: Book) -> tuple[str, str]:
    """What stands about the sample book, and what the button does ("" where there is nothing to do)."""
    if book.is_sample and not book.is_empty:
        if book.own_stored:
            return "The sample book is on show; yours is kept aside.", "Show my book"
        return (
            "The sample book is on show. It is synthetic; remove it to start empty, restore it any time.",
            "Remove the sample book",
        )
    if book.sample_hidden:
        return "The sample book is kept aside. Showing it changes nothing in yours.", "Restore the sample book"
    return (
        "A synthetic book of 27 months to try everything on; it is never mixed with your loans.",
        "Load the sample book",
    )


def training_words(latest: Model | None) -> str:
    """The newest training in words."""
    if latest is None:
        return "Nothing was trained on this book yet."
    card = latest.card
    verdict = str(card.get("verdict", ""))
    measured = ""
    if isinstance(card.get("auc"), (int, float)) and card.get("auc") == card.get("auc"):
        low, high = card["auc_ci"]
        measured = (
            f": AUC {show.number(card['auc'], 3)} ({show.number(low, 3)} to {show.number(high, 3)}) on "
            f"{show.count(int(card['n']), 'loans')}"
        )
    elif card.get("why"):
        measured = f": {card['why']}"
    return (
        f"Last training, {show.day(latest.trained_at[:10])}: {verdict}{measured}."
        if latest.trained_at
        else f"{verdict}{measured}."
    )
