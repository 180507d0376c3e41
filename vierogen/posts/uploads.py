"""How much one form may bring along: refused before any of it is written to disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from vierogen.core.pictures import MAX_UPLOAD

# Four of the largest pictures or two of the largest films at once, and the words around them.
MAX_FORM = 4 * MAX_UPLOAD + 2 * 1024 * 1024


class Quota(FileUploadHandler):
    """The first of the upload handlers (``FILE_UPLOAD_HANDLERS``); keeps nothing itself."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raise ``RequestDataTooBig``, which Django answers with its page for a bad request (400)."""
        if content_length > MAX_FORM:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand every piece on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
