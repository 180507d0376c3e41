"""Programs that try what nobody would think of, for as long as they are let: python -m tests.fuzz.NAME SECONDS."""
