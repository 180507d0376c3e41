"""The web doors of channels."""
