"""Tables of the gateway: what is written and reviewed, what is delivered, and what is taken down."""

from vierogen.posts.models.checking import (
    CheckLevel,
    Consent,
    EarlierText,
    Mourning,
    OwnDetails,
    PictureLook,
    QuietMoment,
)
from vierogen.posts.models.copies import Fingerprint
from vierogen.posts.models.deliveries import AfterReview, Approval, Delivery, Halt, Part
from vierogen.posts.models.guests import GuestReview
from vierogen.posts.models.practising import PracticePost
from vierogen.posts.models.removals import Evidence, EvidenceMedia, EvidenceOpening, TakeDown
from vierogen.posts.models.writing import (
    Attachment,
    Comment,
    Contributor,
    FoundThing,
    Media,
    Post,
    Target,
    Version,
)

__all__ = [
    "AfterReview",
    "Approval",
    "Attachment",
    "CheckLevel",
    "Comment",
    "Consent",
    "Contributor",
    "Delivery",
    "EarlierText",
    "Evidence",
    "EvidenceMedia",
    "EvidenceOpening",
    "Fingerprint",
    "FoundThing",
    "GuestReview",
    "Halt",
    "Media",
    "Mourning",
    "OwnDetails",
    "Part",
    "PictureLook",
    "Post",
    "PracticePost",
    "QuietMoment",
    "TakeDown",
    "Target",
    "Version",
]
