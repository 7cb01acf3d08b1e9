"""Who they are: segments of alike loans, described in words; they are never a label."""
