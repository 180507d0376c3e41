"""The gateway: drafts, review, cooling-off, delivery, take-down, evidence. Knows no watch and no incident."""
