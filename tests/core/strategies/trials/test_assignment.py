"""Chance decides the arm, once and for ever, whatever the order or the process."""

import hashlib
import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.strategies.trials.assignment import arm_of, assign, balance_edges, in_holdout, uniform
from core.strategies.trials.balance import sample_ratio
from core.strategies.trials.design import HOLDOUT_ARM, Arm, Eligible, Plan

PEOPLE = [f"B{number:05d}" for number in range(8_000)]


def plan(name: str = "Tone", **more: object) -> Plan:
    given_ = {"holdout": 0.0, "balance_edges": (1_000.0,)} | more
    return Plan(
        name, (Arm("A", 0.5), Arm("B", 0.3), Arm("C", 0.2)), date(2026, 1, 1), date(2026, 12, 31), 400, **given_
    )


def book(n: int = 4_000) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "loan_ref": [f"L{row}" for row in range(n)], "borrower_ref": [f"B{row // 2}" for row in range(n)],
            "strategy": "Standard", "segment": "S1", "product": rng.choice(["Auto", "Home"], n), "workable": True,
            "dpd": rng.integers(1, 200, n).astype(float), "balance": rng.uniform(100, 2_000, n),
        }
    )  # fmt: skip


@settings(max_examples=40)
@given(st.text(max_size=40), st.text(max_size=40))
def test_the_hash_is_the_first_53_bits_of_a_sha256(key, borrower):
    digest = hashlib.sha256(f"{len(key)}:{key}:{borrower}".encode()).hexdigest()
    assert uniform(key, borrower) == (int(digest[:16], 16) >> 11) / 2**53
    assert 0 <= uniform(key, borrower) < 1


def test_no_two_pairs_are_written_alike():
    assert uniform("a", "b:c") != uniform("a:b", "c")


def test_another_process_gives_the_same_arm():
    code = "from core.strategies.trials.assignment import arm_of; print([arm_of('Tone', f'B{n}', [.5, .3, .2]) for n in range(40)])"
    told = {
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert told == {f"{[arm_of('Tone', f'B{number}', [0.5, 0.3, 0.2]) for number in range(40)]}\n"}


@settings(max_examples=12)
@given(st.text(min_size=1, max_size=20), st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_shares_are_right_for_any_trial(name, weights):
    shares = [weight / sum(weights) for weight in weights]
    counts = np.bincount([arm_of(name, who, shares) for who in PEOPLE[:3_000]], minlength=len(shares))
    assert sample_ratio([int(each) for each in counts], shares, "ABCDE"[: len(shares)]).p > 1e-6


def test_arms_of_two_trials_are_independent():
    table = np.zeros((2, 2))
    for who in PEOPLE:
        table[arm_of("Tone", who, [0.5, 0.5]), arm_of("Day of call", who, [0.5, 0.5])] += 1
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    assert ((table - expected) ** 2 / expected).sum() < 10.8  # chi-square of 1, p .001


def test_the_holdout_is_the_same_for_every_trial_grows_with_its_share_and_knows_nothing_of_the_arms():
    held = [who for who in PEOPLE if in_holdout(who, 0.05)]
    assert abs(len(held) - 400) < 4 * np.sqrt(400 * 0.95)
    assert set(held) <= {who for who in PEOPLE if in_holdout(who, 0.10)}
    in_b = sum(arm_of("Tone", who, [0.5, 0.5]) for who in held)
    assert abs(in_b - len(held) / 2) < 4 * np.sqrt(len(held)) / 2


def test_loans_of_a_borrower_share_their_arm_whatever_the_order():
    told = assign(plan(), book())
    assert told.groupby("borrower_ref")["arm"].nunique().max() == 1
    shuffled = assign(plan(), book().sample(frac=1, random_state=3)).set_index("loan_ref")["arm"]
    assert told.set_index("loan_ref")["arm"].equals(shuffled.reindex(told["loan_ref"]))


def test_a_borrower_keeps_the_arm_when_the_loan_moves_to_another_stratum():
    later = book().assign(dpd=150.0, balance=50.0)
    before, after = assign(plan(), book()), assign(plan(), later)
    assert before["arm"].equals(after["arm"])
    assert (before["stratum"] != after["stratum"]).any()


def test_every_stratum_has_its_arms_in_their_shares():
    told = assign(plan(), book().assign(borrower_ref=None))
    for _, stratum in told.groupby("stratum"):
        counts = [int((stratum["arm"] == arm).sum()) for arm in "ABC"]
        assert not sample_ratio(counts, plan().shares, "ABC").is_invalid
    assert told["stratum"].nunique() == 6


def test_only_eligible_loans_take_part():
    loans = book(10).assign(
        strategy=["Standard", "Legal"] * 5, dpd=[0.0, 10, 20, 30, 40, 50, 60, 70, np.nan, 90],
        workable=[True] * 6 + [False] * 4, product=["Auto", "Home", None, *["Auto"] * 7],
    )  # fmt: skip
    rule = Eligible(strategies=("Standard",), products=("Auto",), dpd_to=50)
    assert list(assign(plan(eligible=rule), loans)["loan_ref"]) == ["L4"]
    assert assign(plan(eligible=Eligible(segments=("S9",))), loans).empty


def test_the_chance_of_each_arm_is_told_with_it():
    told = assign(plan(holdout=0.1), book())
    assert dict(told.groupby("arm")["probability"].first()) == {"A": 0.5, "B": 0.3, "C": 0.2, HOLDOUT_ARM: 0.1}


def test_bands_of_balance_hold_as_many_loans_each():
    assert balance_edges([1, 2, 3, 4, 5, 6, np.nan], bands=2) == (3.5,)
    assert balance_edges([7, 7, 7]) == (7.0,)
    assert balance_edges([]) == ()
