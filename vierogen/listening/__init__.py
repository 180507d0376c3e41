"""Listens day and night: alerts, sources, hits and bulletins. What a query means is in matching."""
