"""How good a score is, and the small statistics behind it."""
