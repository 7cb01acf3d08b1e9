"""One room per address. Each page file: docstring with the question, PAGE, layout(), update_* functions, register()."""
