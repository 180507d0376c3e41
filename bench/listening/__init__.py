"""How quickly all alerts are held against each post, beside peers: ``make bench-listening``."""
