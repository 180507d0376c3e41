"""Posts, pictures, reposts and likes of the simulated X. Pages under https://docs.x.com are named beside each rule."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.pages import drawn_avatar
from vierogen.practice.simulators.door import told
from vierogen.practice.simulators.x_entities import LINK, Entities, wanted, weighed
from vierogen.practice.simulators.x_records import (
    DELETION,
    DUPLICATE,
    LONGEST,
    POST,
    POST_WITH_LINK,
    READ_POST,
    READ_USER,
    Account,
    Bill,
    Ids,
    Picture,
    Post,
    Problem,
    invalid,
    not_found,
    now,
)

# x-api/media/quickstart/best-practices: 4 photos, of at most 5 MB, in these forms.
PICTURES, PICTURE_BYTES = 4, 5_000_000
MIMES = {b"\x89PN": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF": "image/gif", b"RIF": "image/webp"}
# x-api/media/create-media-metadata.
LONGEST_ALT = 1000
# How long the same words are refused; unsure, no page says it.
SAME_WORDS = timedelta(hours=24)
# x-api/users/get-posts: max_results.
FEWEST, MOST, USUAL = 5, 100, 10
# .../get-media-upload-status: how far the processing is.
_PROGRESS = "state"
Say = Callable[[str, Account, dict[str, Any]], None]


class Posts:
    """Everything that stands there, and the endpoints about it; each takes the call and the account of its key."""

    def __init__(
        self, ids: Ids, bill: Bill, entities: Entities, *, say: Callable[[str, Account, dict[str, Any]], None]
    ) -> None:
        self.ids, self.bill, self.entities, self.say = ids, bill, entities, say
        self.standing: dict[str, Post] = {}
        self.uploads: dict[str, Picture] = {}
        self.likes: dict[str, list[str]] = {}
        self.read_lag = 0.0

    # What happens, whoever does it

    def by(self, account: Account) -> list[Post]:
        """The account's posts, newest first."""
        mine = [post for post in self.standing.values() if post.author.id == account.id]
        return sorted(mine, key=lambda post: int(post.id), reverse=True)

    def upload(self, data: bytes, owner: str) -> Picture:
        """A picture that waits for its post."""
        mime = MIMES.get(data[:3], "")
        if not mime or len(data) > PICTURE_BYTES:
            raise invalid("Unsupported or too large media")
        made = Picture(self.ids.new(), data, mime, owner)
        self.uploads[made.id] = made
        return made

    def make(
        self, account: Account, text: str, *, pictures: Sequence[Picture] = (), answers: str = "", retweeted: str = ""
    ) -> Post:
        """It stands there from now on, and everybody who subscribed hears it."""
        made = Post(self.ids.new(), account, text, now(), list(pictures), answers, retweeted)
        made.versions = [made.id]
        for picture in pictures:
            picture.name = f"{secrets.token_urlsafe(12)}.{picture.mime.partition('/')[2]}"
        self.standing[made.id] = made
        self._tell(made)
        return made

    def edit(self, account: Account, post_id: str, text: str) -> str:
        """x-api/fundamentals/edit-posts: one more id, with the history of all."""
        post = self._own(account, post_id)
        if post is None:
            raise LookupError(post_id)
        post.text = text
        post.versions.append(self.ids.new())
        self._tell(post)
        return post.versions[-1]

    def remove(self, account: Account, post_id: str) -> None:
        """Nothing stands there any more, its pictures neither."""
        post = self._own(account, post_id)
        if post:
            del self.standing[post.id]
            self.say("post.delete", account, {"id": post.id, "author_id": account.id})

    def _tell(self, post: Post) -> None:
        """x-api/activity/event-payloads: a post object; that media do not come along is unsure, and the harder case."""
        everything = {"author_id", "created_at", "entities", "attachments", "referenced_tweets"}
        self.say("post.create", post.author, self.entities.post(post, everything))

    # The endpoints

    def me(self, call: Call, account: Account) -> Answer:
        """x-api/users/get-my-user."""
        self.bill.read(account.id, READ_USER)
        fields = wanted(call.value("user.fields")) | {"id", "name", "username"}
        whole = self.entities.user(account)
        return told({"data": {name: value for name, value in whole.items() if name in fields}})

    def create(self, call: Call, account: Account) -> Answer:
        """x-api/posts/create-post."""
        text, answers = call.value("text"), call.value("reply[in_reply_to_tweet_id]")
        pictures = [self._waiting(each, account) for each in call.all("media[media_ids]")]
        if not (text.strip() or pictures) or len(pictures) > PICTURES:
            raise invalid("text or media is missing, or there are too many media")
        if weighed(text) > LONGEST:
            raise Problem(403, "Forbidden", "Your Tweet text is too long.")
        if answers and answers not in self.standing:
            raise Problem(403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any(self._is_same(post, text) for post in self.by(account)):
            raise Problem(403, "Forbidden", DUPLICATE)
        made = self.make(account, text.strip(), pictures=pictures, answers=answers)
        self.bill.spent += POST_WITH_LINK if LINK.search(text) else POST
        content = self.entities.post(made, set())
        return told({"data": content}, status=201)

    def one(self, call: Call, account: Account, post_id: str) -> Answer:
        """x-api/posts/get-post-by-id: what is not there is a partial error (unsure: or 404)."""
        if not re.fullmatch(r"[0-9]{1,19}", post_id):
            raise invalid(f"The `id` query parameter value [{post_id}] is not valid")
        post = self._any(post_id)
        if post is None or not self._is_listed(post):
            return told(not_found(post_id))
        return told(self._shown([post], call, one=True))

    def timeline(self, call: Call, account: Account, user_id: str) -> Answer:
        """x-api/users/get-posts: newest first, answers and reposts included."""
        if user_id != account.id:
            raise Problem(403, "Forbidden", "Only the account's own posts are simulated.")
        return self._page([post for post in self.by(account) if self._is_listed(post)], call)

    def liked(self, call: Call, account: Account, user_id: str) -> Answer:
        """x-api/users/get-liked-posts."""
        self._insist(account, user_id)
        liked = [self.standing[each] for each in self.likes.get(account.id, []) if each in self.standing]
        return self._page(liked, call)

    def delete(self, call: Call, account: Account, post_id: str) -> Answer:
        """x-api/posts/delete-post; what is not there is 404 (unsure: or told as deleted)."""
        post = self._any(post_id)
        if post is None:
            raise Problem(404, "Not Found Error", kind="https://api.x.com/2/problems/resource-not-found")
        if post.author.id != account.id:
            raise Problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
        self.remove(account, post.id)
        self.bill.spent += DELETION
        return told({"data": {"deleted": True}})

    def repost(self, call: Call, account: Account, user_id: str) -> Answer:
        """x-api/users/repost-post."""
        self._insist(account, user_id)
        if call.value("tweet_id") not in self.standing:
            raise Problem(404, "Not Found Error")
        self.make(account, "", retweeted=call.value("tweet_id"))
        self.bill.spent += POST
        return told({"data": {"retweeted": True}})

    def unrepost(self, call: Call, account: Account, user_id: str, post_id: str) -> Answer:
        """x-api/users/unrepost-post; not reposted (any more) is success."""
        self._insist(account, user_id)
        for post in [post for post in self.by(account) if post.retweeted == post_id]:
            self.remove(account, post.id)
            self.bill.spent += DELETION
        return told({"data": {"retweeted": False}})

    def unlike(self, call: Call, account: Account, user_id: str, post_id: str) -> Answer:
        """x-api/users/unlike-post; not liked (any more) is success."""
        self._insist(account, user_id)
        liked = self.likes.get(account.id, [])
        if post_id in liked:
            liked.remove(post_id)
            self.bill.spent += DELETION
        return told({"data": {"liked": False}})

    def uploaded(self, call: Call, account: Account) -> Answer:
        """x-api/media/upload-media: the whole picture at once."""
        data = call.files.get("media")
        if data is None or not call.value("media_category"):
            raise invalid("media or media_category is missing")
        made = self.upload(data, account.id)
        return told({"data": {"id": made.id, "media_key": made.key, "expires_after_secs": 86400, "size": len(data)}})

    def status(self, call: Call, account: Account) -> Answer:
        """x-api/media/get-media-upload-status."""
        if call.value("command") != "STATUS":
            raise invalid("command")
        made = self._waiting(call.value("media_id"), account)
        ready = {_PROGRESS: "succeeded"}
        return told({"data": {"id": made.id, "media_key": made.key, "processing_info": ready}})

    def describe(self, call: Call, account: Account) -> Answer:
        """x-api/media/create-media-metadata."""
        made, alt = self._waiting(call.value("id"), account), call.value("metadata[alt_text][text]")
        if not 0 < len(alt) <= LONGEST_ALT:
            raise invalid("alt_text is empty or too long")
        made.alt = alt
        return told({"data": {"id": made.id, "associated_metadata": {"alt_text": {"text": alt}}}})

    def file(self, name: str) -> Answer:
        """A picture of a post that stands there; it goes with its post."""
        for post in self.standing.values():
            for picture in post.pictures:
                if picture.name == name:
                    return Answer(200, picture.data, picture.mime)
        return Answer(404, b"", "text/plain")

    def portrait(self) -> Answer:
        """Everybody's picture."""
        return Answer(200, drawn_avatar("#1f4e79"), "image/png")

    # Rules

    def _own(self, account: Account, post_id: str) -> Post | None:
        post = self._any(post_id)
        return post if post and post.author.id == account.id else None

    def _any(self, post_id: str) -> Post | None:
        """By any of its ids."""
        return next((post for post in self.standing.values() if post_id in post.versions), None)

    def _insist(self, account: Account, user_id: str) -> None:
        if user_id != account.id:
            raise Problem(403, "Forbidden", "The `id` must be that of the authenticated user.")

    def _waiting(self, media_id: str, account: Account) -> Picture:
        picture = self.uploads.get(media_id)
        if picture is None or picture.owner != account.id:
            raise invalid("Your media IDs are invalid.")
        return picture

    def _is_listed(self, post: Post) -> bool:
        return (now() - post.made_at).total_seconds() >= self.read_lag

    def _is_same(self, post: Post, text: str) -> bool:
        """403 for the same words; of posts with pictures only nothing is compared."""
        return bool(text.strip()) and post.text == text.strip() and now() - post.made_at < SAME_WORDS

    def _page(self, posts: list[Post], call: Call) -> Answer:
        """``meta.next_token`` leads on where there is more."""
        wanted_ = int(call.value("max_results") or USUAL)
        if not FEWEST <= wanted_ <= MOST:
            raise invalid("max_results is not between 5 and 100")
        begin = int(call.value("pagination_token") or 0)
        page = posts[begin : begin + wanted_]
        meta: dict[str, Any] = {"result_count": len(page)}
        if begin + wanted_ < len(posts):
            meta["next_token"] = str(begin + wanted_)
        return told({**(self._shown(page, call) if page else {}), "meta": meta})

    def _shown(self, posts: list[Post], call: Call, *, one: bool = False) -> dict[str, Any]:
        """Posts with the fields and expansions that were asked for, and what they cost to read."""
        fields, more = wanted(call.value("tweet.fields")), wanted(call.value("expansions"))
        for post in posts:
            self.bill.read(post.id, READ_POST)
        data = [self.entities.post(post, fields) for post in posts]
        others = [self.standing[post.retweeted] for post in posts if post.retweeted in self.standing]
        includes = {}
        if "attachments.media_keys" in more:
            pictures = [picture for post in posts for picture in post.pictures]
            includes["media"] = self.entities.media(pictures, wanted(call.value("media.fields")))
        if "referenced_tweets.id" in more:
            includes["tweets"] = [self.entities.post(post, fields) for post in others]
        includes = {name: found for name, found in includes.items() if found}
        return {"data": data[0] if one else data} | ({"includes": includes} if includes else {})
