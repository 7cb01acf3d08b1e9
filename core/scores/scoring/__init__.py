"""What is said of one loan: its risk, why, what it is expected to bring, what would change that."""
