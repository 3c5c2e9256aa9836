"""The five views: progress, records, cycles, problems, rules."""
