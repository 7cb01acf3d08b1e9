"""What the gate looks at before a column may enter."""
