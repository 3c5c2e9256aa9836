"""The screens: where a physician looks, beside the editor in which the ledger is written."""
