"""What to do differently: suggestions in words, and effects that changed."""
