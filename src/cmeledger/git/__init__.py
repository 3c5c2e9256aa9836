"""The repository around a ledger, asked and told through the installed git program."""
