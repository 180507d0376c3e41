"""Vierogen: social media that two people have seen. Rooms live in the folders; floors in ARCHITECTURE.md."""
