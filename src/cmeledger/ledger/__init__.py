"""The ledger's file: what it says, where everything stands in it, and what is wrong with it."""
