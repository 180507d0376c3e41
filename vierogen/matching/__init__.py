"""The query language of alerts, and the matcher that holds all of them against each post. Knows no Django."""
