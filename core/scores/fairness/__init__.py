"""Whether a score is as right about every group, whose attributes never enter it."""
