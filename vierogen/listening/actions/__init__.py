"""Everything that changes something in listening, a file for each subject."""
