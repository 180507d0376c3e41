"""When it happened anyway: the record of an incident. Raising alarms is the watch's."""
