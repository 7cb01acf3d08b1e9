"""What each cube counts: one query a cube, over rows, used for its deltas and for the proof that it equals them.

The `*_rows` functions answer one row a fact with every dimension and measure; a cube is their sum. Conditions given
to them narrow the rows (over `snapshots`, `placements`, `payments`, `actions` or `scores` columns of `db.tables`);
`known` says with which knowledge (see db.known). Money is whole hundredths.
"""
