"""Books with groups put in on purpose, so that tests know what a clustering must find."""

import numpy as np
import pandas as pd

GROUPS = (
    # income, emi, balance, cover, dpd, kept, reached
    (5000, 500, 2_000, 0.0, 20, 0.9, 0.8),
    (3000, 1500, 200_000, 0.1, 150, 0.1, 0.2),
    (9000, 900, 60_000, 2.0, 60, 0.5, 0.5),
)


def grouped_book(seed=1, each=80):
    """`each` loans of every group, tightly around its centre; the true group in the column `group`."""
    rng = np.random.default_rng(seed)
    parts = []
    for number, (income, emi, balance, cover, dpd, kept, reached) in enumerate(GROUPS):
        noise = lambda: np.exp(rng.normal(0, 0.12, each))  # noqa: E731
        owed = balance * noise()
        parts.append(
            pd.DataFrame(
                {
                    "group": number,
                    "monthly_income": income * noise(),
                    "emi": emi * noise(),
                    "balance": owed,
                    "collateral_value": owed * cover * noise(),
                    "dpd": (dpd * noise()).round(),
                    "promise_kept_ratio": np.clip(kept * noise(), 0, 1),
                    "contact_rate": np.clip(reached * noise(), 0, 1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
