"""Forms of listening, a file for each subject."""
