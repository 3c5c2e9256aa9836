"""The law as data, and how records are counted by it."""
