"""Organisations, members, roles and rights. What they may do with a post is decided in posts."""
