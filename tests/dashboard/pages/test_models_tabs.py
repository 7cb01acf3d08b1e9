"""The tabs of the page Models: what each found, what it cannot tell and why, and what stands there before a model does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from dashboard import format as show
from dashboard import text_models_tabs as say
from dashboard.pages import models as page
from dashboard.pages.models import findings, needs, rule
from dashboard.pages.models.findings import TABS, update_findings
from dashboard.pages.models.seen import Shared
from dashboard.pages.portfolio import attention
from tests.dashboard.models_book import CARD, CONTENT, NO_SIGNAL, RATE, THIN, model, reader_of
from tests.dashboard.pages.test_models_watched import KNOWN, ROWS, book, fact
from tests.dashboard.pages.test_portfolio import said
from tests.dashboard.test_app import of_layout
from tests.dashboard.work import forty_loans, services_of
from tests.fakes import FakePortfolioReader

RECEIVED = date(2026, 11, 2)
"""The day October's payments came."""
KEYS = [key for key, _ in say.TABS]
PAID = pd.DataFrame({"loan_ref": ["LN01"], "paid_on": ["2026-10-05"], "amount": [10.0], "payment_kind": ["cash"]})


def shared(reader):
    return Shared(services_of(reader))


def found(reader, search=""):
    told = update_findings(shared(reader), search)
    return {key: words[1].children for key, words in zip(KEYS, told["words"], strict=True)}


def shown(reader, search=""):
    hidden = update_findings(shared(reader), search)["hidden"]
    return [key for key, away in zip(KEYS, hidden, strict=True) if not away]


def untold(reader, key):
    return said(update_findings(shared(reader), "")["untold"][KEYS.index(key)])


def test_each_tab_says_what_it_found():
    audit = {"attributes": [{"name": "Gender", "groups": [
        {"group": "F", "refused": False, "calibration": {"apart": True}, "selection": []},
        {"group": "M", "refused": False, "calibration": {"apart": False},
         "selection": [{"track": "Legal", "kind": "proposed", "apart": True}]},
        {"group": "X", "refused": True, "calibration": {"apart": True}, "selection": []},
    ]}]}  # fmt: skip
    whole = CARD | {
        "fairness": audit,
        "importance": {"families": [{"family": "arrears"}, {"family": "size"}]},
        "questioned": [{}],
    }
    assert found(reader_of(model(2, "challenger"), model(1, "champion", whole))) == {
        "good": "Tells outcomes apart: AUC 0.743 (0.711 to 0.775)", "holds": "Not looked at yet",
        "why": "Arrears and payment history weighs most; 2 groups to look at", "out": "1 column kept out, 1 questioned",
        "which": "Model 1 in use, 2 trainings, 1 waiting",
    }  # fmt: skip


def test_what_stands_out_is_counted_and_the_worst_is_named():
    assert found(book(*ROWS))["holds"] == "4 things to look at: SHOE is no longer stated"
    assert found(book(fact("score", 0.01)))["holds"] == "Nothing stands out"
    assert found(book(fact("extra:ZONE_b", 0.3, 1)))["holds"] == "1 thing to look at: ZONE_b has moved"
    assert found(book(fact("score", 0.3, 1, kind="score")))["holds"] == "1 thing to look at: the score has moved"


def test_a_refused_attempt_is_no_better_than_chance_and_a_damaged_model_cannot_be_read():
    assert (
        found(reader_of(model(1, "refused", NO_SIGNAL)))["good"] == "No better than chance: AUC 0.510 (0.470 to 0.550)"
    )
    assert found(reader_of(model(1, "refused", THIN)))["good"] == "Too little history to say"
    assert found(reader_of(model(1, "champion", sha256="0" * 64)))["good"] == "It cannot be read"


def test_before_any_training_only_tabs_that_can_tell_something_are_offered():
    untrained = reader_of()
    assert shown(untrained) == ["good", "out"]
    assert shown(untrained, "?tab=why") == ["good", "why", "out"]  # a copied address shows what it asks for
    untrained.found.put([fact("score", 0.3, 1, kind="score")], None, 1, KNOWN)
    assert shown(untrained) == ["good", "holds", "out"]
    assert shown(reader_of(model(1, "refused", NO_SIGNAL))) == ["good", "holds", "out", "which"]
    assert shown(reader_of(model(1, "refused", NO_SIGNAL | {"fairness": {"attributes": []}}))) == KEYS


def test_whatever_a_tab_cannot_tell_is_named_with_its_reason():
    refused = reader_of(model(1, "refused", NO_SIGNAL))
    assert untold(refused, "good").startswith(
        "How well it tells outcomes apart, calibration, lift and gains: n/a, because"
    )
    assert "a rate is learned only beside a usable score" in untold(refused, "good")
    assert "the rule score promises no shares" in untold(refused, "holds")
    assert "no usable signal was found: there is no model whose reasons could be told" in untold(refused, "why")
    assert "A refused model is not held against the one in use." in untold(refused, "which")
    whole = CARD | {"evidence": {"n": 1}, "rate": RATE}
    told = update_findings(shared(reader_of(model(1, "champion", whole))), "")
    assert (told["untold"][0], told["looks"][0]) == ([], "is-absent")


def test_a_waiting_challenger_without_a_contest_keeps_its_card():
    waits = reader_of(model(2, "challenger"), model(1, "champion"))
    assert "was not held" not in untold(waits, "which")
    assert "No model is in the shadow" in untold(waits, "which")


def test_an_alert_leads_to_the_tab_that_tells_it():
    listed, _, _ = attention.update_attention(services_of(book(*ROWS)), "?as_of=2026-10-31")
    links = [part.href for part in of_layout(listed[0]) if type(part).__name__ == "Link"]
    assert links[-1] == "/models?as_of=2026-10-31&tab=holds"


def test_before_any_training_the_page_says_what_one_needs_and_what_the_book_has_of_it():
    paid = FakePortfolioReader(forty_loans(), PAID, payments_until=RECEIVED)
    told = needs.update_needs(services_of(paid), shared(paid).seen(""))
    assert told["learns"].startswith(
        f"Which loans bring less than {show.percent(0.05, 0)} of their balance in the 12 months"
    )
    assert told["outcomes"].startswith("None yet: no placement of this book had its 12 months by 31 Oct 2026")
    assert told["enough"].startswith("At least 50 loans of either outcome")
    without = reader_of()
    assert "no payment is known" in needs.update_needs(services_of(without), shared(without).seen(""))["learns"]
    trained = reader_of(model(1, "refused", THIN))
    assert needs.update_needs(services_of(trained), shared(trained).seen("")) is None


def test_outcomes_are_placements_whose_twelve_months_are_over_and_told():
    loans = pd.concat([
        forty_loans(as_of="2025-09-30"), forty_loans().assign(loan_ref=[f"N{place}" for place in range(40)]),
    ])  # fmt: skip
    reader = FakePortfolioReader(loans, PAID, payments_until=RECEIVED)
    seen = shared(reader).seen("")
    assert seen.book.days[-1] == date(2026, 10, 31)
    ripe = 39  # loans with a day past due on 30 Sep 2025; those of Oct 2026 are not a year old
    assert needs.update_needs(services_of(reader), seen)["outcomes"] == (
        f"{ripe} placements of this book had their 12 months by 31 Oct 2026, up to when payments are known."
    )


def test_payments_of_the_year_since_the_only_portfolio_may_tell_outcomes():
    reader = FakePortfolioReader(forty_loans(), PAID)
    seen = shared(reader).seen("")
    for received, outcomes in (
        (date(2027, 10, 30), "None yet: no placement of this book had its 12 months by 31 Oct 2026"),
        (
            date(2027, 11, 3),
            "0 placements of this book had their 12 months by 31 Oct 2026; payments received since may tell of 39 more, and a "
            "training counts as far as they reach.",
        ),
    ):
        told = needs.update_needs(services_of(reader), replace(seen, book=replace(seen.book, payments_until=received)))
        assert told["outcomes"].startswith(outcomes)


def test_the_rule_score_is_told_fact_by_fact_only_while_it_orders_the_work():
    facts, look = rule.update_rule(shared(reader_of()).seen(""))
    assert look == "card"
    assert [fact.children[0].children for fact in facts] == [
        "Days past due, up to 35 points", "Missed payments, up to 25 points", "Debt-to-income, up to 20 points",
        "Collateral cover, up to 20 points",
    ]  # fmt: skip
    assert (
        facts[3].children[1].children.startswith("20 points at 0, 15 at 0.5, 8 at 1, 0 at 1.5 and above. What remains")
    )
    assert rule.update_rule(shared(reader_of(model(1, "champion"))).seen("")) == ([], "is-absent")
    broken = reader_of(model(1, "champion", artifact="{}"))
    assert rule.update_rule(shared(broken).seen(""))[1] == "card"
    assert CONTENT["kind"] == "logistic"


def test_tabs_and_panels_name_each_other_and_the_first_is_open_without_a_word_in_the_address():
    parts = {part.id: part for part in of_layout(page.layout()) if isinstance(getattr(part, "id", None), str)}
    for key in KEYS:
        tab, panel = parts[TABS.tab(key)], parts[TABS.panel(key)]
        assert (tab.role, panel.role) == ("tab", "tabpanel")
        assert getattr(tab, "aria-controls") == panel.id
        assert getattr(panel, "aria-labelledby") == tab.id
        assert getattr(tab, "data-tab") == ("" if key == KEYS[0] else key)
        assert findings.untold_id(key) in parts
    assert list(page.CONTENT) == KEYS


def test_what_stands_under_a_tab_is_computed_once_that_tab_is_open(app):
    listening = {
        part["id"]: name for name, callback in app.callback_map.items() for part in callback["inputs"]
        if part["id"].startswith("models-opened-")
    }  # fmt: skip
    assert set(listening) == {TABS.opened(key) for key in KEYS}
    for key, rows in page.CONTENT.items():
        for panel in (one for row in rows for one in row):
            own = [
                callback for name, callback in app.callback_map.items()
                if f"{panel.CARD}-title." in name or f"{panel.CARD}-facts." in name or f"{panel.CARD}." in name
            ]  # fmt: skip
            assert own, panel.CARD
            assert any([part["id"] for part in each["inputs"]] == [TABS.opened(key)] for each in own), panel.CARD
