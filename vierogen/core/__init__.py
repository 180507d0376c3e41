"""Foundations without a domain: HTTP with the SSRF guard, sealing, leases, plug-ins. No room's rules live here."""
