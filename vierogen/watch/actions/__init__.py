"""Everything that the watch changes: what it sees, what people answer, and its own silence."""
