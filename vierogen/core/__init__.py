"""Foundations without a domain: HTTP with the SSRF guard, sealing, leases, plug-ins, pictures. No rules of rooms."""
