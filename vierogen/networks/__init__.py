"""The outside world: one file per network, found by scanning this folder. Knows no Django and no room."""
