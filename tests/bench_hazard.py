"""Matured outcomes only, or a discrete-time hazard on loan-months that also reads what has not matured: `python -m tests.bench_hazard`.

Loans of drawn worlds are placed evenly over some months; those that pay do so the sooner the more they will have paid. Both
ways are logistic, learn from the same book, and are asked about 20,000 loans whose year has passed.
"""

from __future__ import annotations

import numpy as np

from core.scores.measures.calibration import calibration_slope, expected_calibration_error
from core.scores.measures.discrimination import auc
from core.scores.measures.logit import fit_logit, sigmoid
from core.scores.rows.features import fit_inputs, matrix_of
from tests.worlds.world import COEFFICIENTS, UNDER, draw

WINDOW, RIDGE, SEEDS, ASKED = 12, 10.0, range(3), 20_000
BOOKS = ((600, 24), (600, 15), (1_000, 18), (3_000, 18), (5_000, 14))


def main() -> None:
    print(
        "loans, placed over months, matured: AUC, ECE, calibration slope of matured only, then of the hazard; AUC higher in"
    )
    for loans, months in BOOKS:
        found = [both(loans, months, name, seed) for name in COEFFICIENTS for seed in SEEDS]
        matured, only, hazard = (np.mean([each[place] for each in found], axis=0) for place in range(3))
        better = sum(each[2][0] > each[1][0] for each in found)
        print(
            f"{loans:,}, {months}, {matured:.0f}: {only.round(4)} {hazard.round(4)} {better}/{len(found)}", flush=True
        )


def both(loans: int, months: int, name: str, seed: int) -> tuple[int, list[float], list[float]]:
    """How many matured, and what each way reaches."""
    x, lost, month, tx, ty = world(loans, name, seed)
    seen = np.random.default_rng(seed).integers(0, months, loans)
    matured = seen >= WINDOW
    line = fit_logit(x[matured], lost[matured], ridge=RIDGE)
    only = sigmoid(line[0] + tx @ line[1:])
    at = [(seen >= k) & (month >= k) for k in range(1, WINDOW + 1)]
    rows = np.concatenate([np.flatnonzero(each) for each in at])
    k = np.concatenate([np.full(int(each.sum()), place) for place, each in enumerate(at, start=1)])
    paid = (month[rows] == k).astype(float)
    line = fit_logit(np.column_stack([x[rows], np.log(k), k == 1]), paid, ridge=RIDGE)
    margin = line[0] + tx @ line[1:-2]
    unpaid = np.prod(
        [1 - sigmoid(margin + line[-2] * np.log(each) + line[-1] * (each == 1)) for each in range(1, WINDOW + 1)],
        axis=0,
    )
    return int(matured.sum()), measured(ty, only), measured(ty, unpaid)


def world(loans: int, name: str, seed: int) -> tuple[np.ndarray, ...]:
    """Standardised facts, outcome and month of recovery (99: never) of a book, then facts and outcome of those asked about."""
    drawn, asked = draw(loans, seed, name).frame, draw(ASKED, seed + 1_000, name).frame
    inputs = [each for each in fit_inputs(drawn, []) if each["kind"] != "strategy"]
    x, tx = matrix_of(inputs, drawn).values, matrix_of(inputs, asked).values
    centre, scale = x.mean(axis=0), np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    lost, ty = ((each["cash_12m"] < UNDER * each["balance"]).to_numpy(dtype=float) for each in (drawn, asked))
    quick = np.clip(0.12 + 0.5 * (drawn["cash_12m"] / drawn["balance"]).to_numpy(), 0.05, 0.9)
    month = np.where(lost == 1, 99, np.minimum(np.random.default_rng([seed, 99]).geometric(quick), WINDOW))
    return (x - centre) / scale, lost, month, (tx - centre) / scale, ty


def measured(outcome: np.ndarray, probability: np.ndarray) -> list[float]:
    inside = np.clip(probability, 1e-6, 1 - 1e-6)
    return [auc(outcome, inside), expected_calibration_error(outcome, inside), calibration_slope(outcome, inside)]


if __name__ == "__main__":
    main()
