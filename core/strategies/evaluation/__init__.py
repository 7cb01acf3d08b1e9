"""What a policy is worth on loans it did not learn from, and whether that is enough to challenge the champion."""
