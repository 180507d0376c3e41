"""What is wrong with a query, for the person who wrote it."""


class QueryError(ValueError):
    """A query that cannot be read, or that would find nearly everything.

    ``sentence`` and ``proposal`` are to be translated, then filled in with ``values``. ``at`` is the place of the
    character in the query, from 0.
    """

    def __init__(self, sentence: str, *, at: int, proposal: str = "", **values: object) -> None:
        self.sentence, self.at, self.proposal, self.values = sentence, at, proposal, values
        super().__init__(" ".join(part.format(**values) for part in (sentence, proposal) if part))
