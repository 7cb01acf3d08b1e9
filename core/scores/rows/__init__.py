"""What a model learns from: loans at a snapshot, the facts known then, and what became of them."""
