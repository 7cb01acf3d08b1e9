"""What strategies caused: adjusted effects, how far they can be trusted, and the words for where they cannot."""
