"""Everything that changes agreements, lessons and certificates."""
