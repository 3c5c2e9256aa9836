"""The six views: progress, records, cycles, problems, rules, keep."""
