"""Agreements, lessons and certificates, and whether a member may act by them. Below the gateway, which asks it."""
