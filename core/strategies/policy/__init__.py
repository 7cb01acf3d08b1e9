"""Decides: what each strategy would bring for whom, and who gets which within what the lender can afford."""
