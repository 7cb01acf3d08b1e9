"""From rows to a score that holds: ways to learn, how they are compared, and whether chance did it."""
