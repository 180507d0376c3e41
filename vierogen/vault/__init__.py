"""Credentials of channels: sealed here, and handed out only as opened connectors."""
