"""The tamper-evident record, and the one writer of states. Knows ids, never people."""
