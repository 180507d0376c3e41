"""Drills: accidents that are played."""
