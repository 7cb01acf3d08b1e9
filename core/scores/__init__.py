"""What will happen: a rule that needs no history, and models that must prove themselves first."""
