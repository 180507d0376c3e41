"""Wiring: settings, addresses, the command-line program. Knows every room; holds no rule of any."""
