"""Tells what the connectors of networks complain of in the words of sources."""

from collections.abc import Iterator
from contextlib import contextmanager

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import SourceError
from vierogen.networks.asking import Missing
from vierogen.networks.base import Limited, NetworkError
from vierogen.networks.streaming import NotOffered

REFUSED = _(
    "This server lets only people who have an account there listen. Connect an account there, then add this again."
)


@contextmanager
def told() -> Iterator[None]:
    """Any ``NetworkError`` of the block becomes a ``SourceError``."""
    try:
        yield
    except Limited as error:
        raise SourceError(error.reason, wait=error.seconds, detail=error.detail) from error
    except Missing as error:
        raise SourceError(error.reason, gone=error.detail.startswith("410"), detail=error.detail) from error
    except NotOffered as error:
        reason = REFUSED if error.status in (401, 403) else error.reason
        raise SourceError(reason, detail=error.detail) from error
    except NetworkError as error:
        raise SourceError(error.reason, detail=error.detail) from error
