"""The board: is everything safe, and what asks for attention. Holds no records of its own."""
