"""Automatic checks of a draft: one file each, found by scanning. Says what it saw; decides nothing."""
