"""The web doors of the practice room: the phone, what the world sees, the mailbox, and who one is."""
