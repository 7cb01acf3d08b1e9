"""`run.py policy`: which learned policy proposes, put in use or taken out of use by a person, with the page's rules and log."""

from __future__ import annotations

import pytest

from db.engine import open_store
from db.reader import SqlPortfolioReader
from db.writer import SqlPortfolioWriter
from tests.command_line import run
from tests.db.conftest import KNOWN_ON, NOON, loan, portfolio
from tests.plain_policy import plain_policy

DAY = "2026-10-31"
RATES, COSTS = {"Standard": 0.10, "Settlement": 0.30}, {"Standard": 0.0, "Settlement": 100.0}
NOT_YET = {"allowed": False, "why": "its lower bound is below 0"}


@pytest.fixture
def store(tmp_path):
    """Three loans; policy 1 won its trial, 2 has evidence only, 3 has none, 4 was refused."""
    url = f"sqlite:///{tmp_path / 'policies.db'}"
    engine = open_store(url)
    writer = SqlPortfolioWriter(engine, lambda: NOON)
    with writer.unit("own", kind="batch", known_on=KNOWN_ON, who="ana") as unit:
        batch = unit.append(portfolio([loan("A", 200.0), loan("B", 2000.0), loan("C", 9000.0)], as_of=DAY))
        unit.show("own")
    given = {"costs": COSTS, "batches": [batch]}
    with writer.unit("own", kind="effects", known_on=KNOWN_ON, who="ana") as unit:
        for policy in (
            plain_policy(RATES, **given), plain_policy(RATES, **given), plain_policy(RATES, **given, may_challenge=NOT_YET),
            {**plain_policy(RATES, **given, status="refused"), "artifact": "", "sha256": ""},
        ):  # fmt: skip
            unit.put_policy(policy)
        unit.log_strategy("won", "trial North", figures={"policy": 1})
    yield url, engine
    engine.dispose()


def asked(store, *words):
    done = run("policy", *words, "--db", store[0], "--json")
    return done.code, done.json


def proposals(store):
    frame = next(SqlPortfolioReader(store[1]).snapshots(SqlPortfolioReader(store[1]).book().days[-1]))
    return dict(zip(frame["loan_ref"], frame["proposed"], strict=True)), set(frame["policy"])


def test_a_person_lists_promotes_and_withdraws_and_the_log_says_who_and_why(store):
    bare, named = asked(store), asked(store, "list")
    assert bare == named
    assert [(each["policy"], each["status"], each["won"]) for each in named[1]["policies"]] == [
        (4, "refused", False), (3, "challenger", False), (2, "challenger", False), (1, "challenger", True),
    ]  # fmt: skip
    assert named[1]["in_use"] is None
    code, told = asked(store, "promote", "1", "--because", "it won in the north")
    assert (code, told["what"], told["policy"], told["status"]) == (0, "promoted", 1, "champion")
    assert proposals(store) == ({"A": "Standard", "B": "Settlement", "C": "Settlement"}, {"Value policy 1"})
    code, told = asked(store, "withdraw", "1", "--because", "complaints rose")
    assert (code, told["what"], told["policy"], told["status"]) == (0, "withdrawn", 1, "retired")
    assert proposals(store)[1] == {"Thresholds 0.50 / 0.75"}
    listed = asked(store, "list")[1]
    assert listed["in_use"] is None
    assert [(each["what"], each["subject"], each["because"]) for each in listed["events"][:2]] == [
        ("withdrawn", "policy 1", "complaints rose"), ("promoted", "policy 1", "it won in the north"),
    ]  # fmt: skip


def test_a_person_at_a_terminal_reads_which_one_proposes_and_what_was_decided(store):
    assert run("policy", "promote", "1", "--because", "it won", "--db", store[0]).out.startswith(
        "Policy 1 proposes strategies from now on"
    )
    said = run("policy", "--db", store[0]).out
    assert "1: champion, value, won its trial. its lower bound is above 0" in said
    assert "Policy 1 proposes strategies." in said
    assert ": policy 1 promoted: it won" in said
    assert "learned" not in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("promote", "1"), "Nothing says why"),
        (("promote", "2", "--because", "I like it"), "Policy 2 has won no trial yet"),
        (("promote", "3", "--because", "I like it"), "Policy 3 may not be put in use: its lower bound is below 0"),
        (("promote", "4", "--because", "I like it"), "Policy 4 was refused when it was learned"),
        (("promote", "9", "--because", "I like it"), "There is no policy 9"),
        (("withdraw", "1", "--because", "complaints"), "No learned policy is in use"),
    ],
)
def test_what_the_page_refuses_the_command_refuses_and_nothing_is_changed(store, words, why):
    before = asked(store)
    code, told = asked(store, *words)
    assert (code, told["status"]) == (2, "refused")
    assert why in told["refusal"]
    assert asked(store) == before


def test_another_policy_than_the_one_in_use_is_not_withdrawn(store):
    asked(store, "promote", "1", "--because", "it won")
    code, told = asked(store, "withdraw", "2", "--because", "complaints")
    assert code == 2
    assert "By now policy 1 is in use, not 2" in told["refusal"]
    assert asked(store)[1]["in_use"] == 1


@pytest.mark.parametrize("words", [("promote",), ("promote", "best", "--because", "x"), ("withdraw",), ("crown", "1")])
def test_a_command_that_names_no_policy_is_a_wrong_use(store, words):
    from click.testing import CliRunner

    import run as recoup

    told = CliRunner().invoke(recoup.cli, ["policy", *words, "--db", store[0]])
    assert told.exit_code == 2
    assert "Usage:" in told.output
