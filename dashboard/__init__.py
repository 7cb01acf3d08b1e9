"""What is seen: the web pages of Recoup (Dash)."""
