"""What stays out of a score, a person's word on it, and the tutorials' recipe beside it."""

from __future__ import annotations

import pytest

from core.records import Ruling
from dashboard.pages.models import quarantine, recipe, verdict
from dashboard.pages.models.seen import Shared
from tests.dashboard.models_book import CARD, NO_SIGNAL, model, reader_of
from tests.dashboard.work import services_of
from tests.fakes import FakeTargetWriter

GATED = CARD | {
    "quarantined": [
        {"column": "Legal_Action_Taken", "why": "It is written with the outcome", "auc_alone": 0.7411, "lift": 0.2465},
        {"column": "x9", "why": "It lifts the AUC of the rest from 0.61 to 0.70", "auc_alone": 0.66, "lift": 0.09},
        {"column": "SEX", "why": "It is a protected attribute"},
    ],
    "allowed": [{"column": "grade", "why": "Alone it tells", "who": "bob", "on": "2026-11-01", "because": "bureau"}],
    "questioned": [{"column": "Days_Past_Due", "why": "The score leans on it", "auc_alone": 0.71, "lift": 0.06}],
    "unstated": ["tier"],
}  # fmt: skip
RECIPE = {"why": "", "n": 500, "events": 50, "flagged": 281, "accuracy": 0.954, "accuracy_ci": [0.932, 0.969],
          "auc": 0.55, "auc_ci": [0.46, 0.641], "flag_auc": 0.99}  # fmt: skip


def book_with(*models):
    reader = reader_of(*models)
    services = services_of(reader, writer=FakeTargetWriter(own=reader))
    return reader, services, Shared(services).seen("")


def test_every_column_that_was_stopped_questioned_or_let_in_has_a_row_with_its_figures():
    reader, services, seen = book_with(model(4, "champion", GATED))
    reader.said += [
        Ruling("grade", True, "bureau", "bob", "2026-11-01"),
        Ruling("new", False, "a test", "ana", "2026-11-20"),
    ]
    told = quarantine.update_quarantine(services, seen)
    assert (told["title"], told["look"]) == ("3 columns kept out of model 4", "")
    assert told["subtitle"] == (
        "Kept out: what is written after the outcome, and what is protected; a fact Recoup defines with an AUC above 0.90 alone; "
        "another column with one above 0.75, with a lift of the cross-validated AUC of all others above 0.05, or above 0.70 with a "
        "lift above 0.03; what stands still in open loans and varies in closed ones. Measured on 1,200 loans."
    )
    rows = {row["column"]: row for row in told["rows"]}
    assert [(name, row["state"], row["alone"], row["lift"]) for name, row in rows.items()] == [
        ("grade", "let in", "n/a", "n/a"), ("new", "see the word", "", ""), ("Days_Past_Due", "used, questioned", "0.71", "+0.06"),
        ("Legal_Action_Taken", "kept out", "0.74", "+0.25"), ("x9", "kept out", "0.66", "+0.09"), ("SEX", "kept out", "n/a", "n/a"),
    ]  # fmt: skip
    assert rows["grade"]["word"] == "Let in by bob on 1 Nov 2026: bureau"
    assert rows["new"]["word"] == "Kept out by ana on 20 Nov 2026: a test"
    assert [each["value"] for each in told["options"]] == ["Days_Past_Due", "grade", "new", "tier", "x9"]
    assert (told["column"], told["form"]) == ("", "")
    assert quarantine.update_quarantine(services, seen, "tier")["column"] == "tier"
    assert quarantine.update_quarantine(services, seen, "forged")["column"] == ""


def test_a_word_is_kept_for_the_next_training_and_said():
    reader, services, seen = book_with(model(4, "champion", GATED))
    said, tone = quarantine.rule(services, seen, "x9", " it is of the application form ", allowed=True)
    assert tone == "notice good"
    assert said.startswith("Kept: x9 may enter from the next training on, by ")
    assert [(each.column, each.allowed, each.because, each.said_on) for each in reader.rulings()] == [
        ("x9", True, "it is of the application form", "2026-11-20")
    ]
    said, tone = quarantine.rule(services, seen, "x9", "", allowed=False)
    assert (tone, reader.rulings()[0].allowed) == ("notice good", False)
    assert "stays out" in said


def test_a_questioned_column_may_be_kept_out_here():
    reader, services, seen = book_with(model(4, "champion", GATED))
    said, tone = quarantine.rule(
        services, seen, "Days_Past_Due", "the arrears are counted anew each year", allowed=False
    )
    assert (tone, said.startswith("Kept: Days_Past_Due stays out from the next training on")) == ("notice good", True)
    assert [(each.column, each.allowed) for each in reader.rulings()] == [("Days_Past_Due", False)]


@pytest.mark.parametrize(
    ("column", "because", "said"),
    [
        ("Legal_Action_Taken", "I know", "Legal_Action_Taken cannot be let in: it is written with the outcome"),
        ("x9", " ", "Letting x9 in needs a reason"),
        ("", "I know", "Choose a column first; nothing was kept."),
        ("x9", "y" * 512, "The reason has 512 letters, and 500 are kept; nothing was changed. Say it in 12 letters less."),
    ],
)  # fmt: skip
def test_what_cannot_be_let_in_is_said_and_nothing_is_kept(column, because, said):
    reader, services, seen = book_with(model(4, "champion", GATED))
    told, tone = quarantine.rule(services, seen, column, because, allowed=True)
    assert (told.startswith(said), tone, reader.rulings()) == (True, "notice bad", [])


def test_a_column_that_is_not_offered_is_refused_without_reading_the_book(monkeypatch):
    reader, services, seen = book_with(model(4, "champion", GATED))
    monkeypatch.setattr(reader, "training_rows", lambda: pytest.fail("every row was read"))
    told, tone = quarantine.rule(services, seen, "forged", "I know", allowed=True)
    assert (tone, reader.rulings()) == ("notice bad", [])
    assert told.startswith("This book has no column 'forged'")


def test_before_any_training_nothing_is_listed():
    _, services, seen = book_with()
    told = quarantine.update_quarantine(services, seen)
    assert (told["title"], told["rows"], told["column"]) == ("Columns that stay out", [], "")
    assert (told["options"], told["look"], told["form"]) == ([], "is-absent", "is-absent")
    assert told["subtitle"].startswith("Whatever a training finds: what Recoup's columns date after the outcome (")
    assert "Legal_Action_Taken" in told["subtitle"].split(")")[0]
    assert "who somebody is (Age, Gender" in told["subtitle"]
    assert "Days_Past_Due" not in told["subtitle"]
    assert recipe.update_recipe(seen)["subtitle"] == "n/a, because nothing was trained on this book yet."


def test_the_recipe_stands_beside_the_model_on_both_questions():
    told = recipe.update_recipe(book_with(model(1, "refused", NO_SIGNAL | {"recipe": RECIPE}))[2])
    assert told["title"] == (
        "The tutorials' recipe: 95.4 % right about its own flag, AUC 0.55 on the outcome, no better than a coin"
    )
    assert [(row["figure"], row["interval"], row["n"]) for row in told["rows"]] == [
        ("95.4 %", "93.2 % to 96.9 %", "500"), ("0.550", "0.460 to 0.641", "500"), ("0.510", "0.470 to 0.550", "1,200"),
    ]  # fmt: skip
    assert "whatever became of the 500 loans (281 flagged, 50 not recovered)" in told["note"]
    better = RECIPE | {"auc": 0.66, "auc_ci": [0.6, 0.72]}
    assert recipe.update_recipe(book_with(model(1, "champion", CARD | {"recipe": better}))[2])["title"].endswith(
        "AUC 0.66 on the outcome"
    )


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (CARD | {"recipe": {"why": "the book does not state Age"}}, "n/a, because the book does not state Age."),
        (CARD, "n/a, because model 1 was not trained as far as that."),
    ],
)
def test_where_the_recipe_was_not_run_the_card_says_why(card, why):
    told = recipe.update_recipe(book_with(model(1, "champion", card))[2])
    assert told["subtitle"].startswith(why)
    assert (told["rows"], told["note"]) == ([], "")


def test_a_target_its_facts_define_is_the_verdict_s_reason():
    card = {
        "verdict": "no usable signal",
        "why": "The outcome can be told from Days_Past_Due alone",
        "n": 300,
        "events": 90,
    }
    seen = book_with(model(1, "refused", card))[2]
    said = verdict.say.verdict_of(seen.models, seen.champion, seen.damage).sentence
    assert said.startswith(
        "**No usable signal in this file.** The outcome can be told from Days_Past_Due alone. The **rule score**"
    )
