"""The checks, each by itself and all together; no database."""
