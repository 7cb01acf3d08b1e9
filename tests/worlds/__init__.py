"""Books of loans whose truth is known because it was written here: who pays, how much, and what each strategy does."""
