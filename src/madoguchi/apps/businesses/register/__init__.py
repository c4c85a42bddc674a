"""Taking the corporate register in: reading its files, deriving the newest state, writing it in bulk."""
