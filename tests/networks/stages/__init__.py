"""The servers on which networks can be tried, one file each, found by scanning this folder."""
