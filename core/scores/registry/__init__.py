"""Which model is in use, which may replace it, and which returns."""
