"""The share of its balance a loan brings in 12 months, under each strategy, with intervals."""
