"""Where posts come from: one file for each kind of source. Knows no Django and no models."""
