"""What works: the tracks a loan may be under, and the policies that propose them."""
