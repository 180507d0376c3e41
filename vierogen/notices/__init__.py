"""Mail, web push and escalation until somebody acknowledges. Knows addresses, never people."""
