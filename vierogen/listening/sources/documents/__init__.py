"""Reads what strangers wrote (feeds, pages, site maps) in a process without rights. Knows no Django, asks nobody."""
