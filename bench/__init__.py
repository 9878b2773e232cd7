"""Benchmarks: what observation costs, as ratios. `make bench` prints them; nothing asserts a time."""
