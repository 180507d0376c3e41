"""Rules that hold for every test: where it may connect to, and what it needs; no fixtures of the product."""
