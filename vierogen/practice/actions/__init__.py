"""Everything that changes a drill."""
