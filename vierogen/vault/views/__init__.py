"""The web doors of the vault."""
