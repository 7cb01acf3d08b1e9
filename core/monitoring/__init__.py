"""Whether a model still holds: are the loans like those it learned from, and does what it said come true?"""
