"""Champion and challenger: a test that is designed first, assigned by chance, read at planned looks."""
