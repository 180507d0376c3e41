"""Template tags of the house. Loaded in templates with ``{% load vierogen %}``."""
