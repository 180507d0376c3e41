import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.practice.conftest import picture
from vierogen.practice.network import Draft, PracticeNetwork
from vierogen.practice.records import Account, NotFound, Page, Refused


@pytest.fixture
def network() -> Iterator[PracticeNetwork]:
    network = PracticeNetwork(None)
    yield network
    network.close()


@pytest.fixture
def gemeente(network: PracticeNetwork) -> Account:
    return network.add_account("gemeente_x", "Gemeente X")


@pytest.fixture
def anna(network: PracticeNetwork) -> Account:
    return network.add_account("anna", "Anna")


def test_posts_and_pictures_survive_a_restart(tmp_path: Path) -> None:
    first = PracticeNetwork(tmp_path / "practice.db")
    account = first.add_account("gemeente_x", "Gemeente X")
    posted = first.post_by_phone(account, "Hallo", picture=picture())
    first.close()
    second = PracticeNetwork(tmp_path / "practice.db")
    assert second.timeline() == [posted]
    assert second.file(posted.media[0].file_name) == (picture(), "image/png")
    assert second.by_token(account.token) == account
    assert int(second.post_by_phone(account, "Later").id) > int(posted.id)
    second.close()


def test_an_account_that_is_there_already_is_given_back(network: PracticeNetwork, gemeente: Account) -> None:
    assert network.add_account("Gemeente_X", "Een andere naam") == gemeente
    assert network.accounts() == [gemeente]


def test_accounts_have_a_colour_and_a_token_of_their_own(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    assert gemeente.colour != anna.colour
    assert gemeente.token != anna.token
    assert network.add_account("rood", "Rood", colour="#ff0000").colour == "#ff0000"


def test_a_token_is_never_printed(gemeente: Account) -> None:
    assert gemeente.token not in repr(gemeente)


def test_a_new_token_replaces_the_old_one(network: PracticeNetwork, gemeente: Account) -> None:
    renewed = network.new_token(gemeente)
    assert network.by_token(gemeente.token) is None
    assert network.by_token(renewed.token) == renewed


def test_ids_sort_by_time_even_within_one_millisecond(network: PracticeNetwork, gemeente: Account) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        ids = [int(network.post_by_phone(gemeente, f"{n}").id) for n in range(20)]
    assert ids == sorted(set(ids))


def test_the_timeline_shows_public_posts_of_everybody_newest_first(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    network.publish(gemeente, Draft("een"))
    network.publish(anna, Draft("twee"))
    network.publish(anna, Draft("geheim", visibility="private"))
    network.publish(anna, Draft("stil", visibility="unlisted"))
    assert [status.text for status in network.timeline()] == ["twee", "een"]


def test_a_private_post_is_there_for_its_writer_alone(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    private = network.publish(anna, Draft("geheim", visibility="direct"))
    assert network.status(private.id, viewer=anna) == private
    assert network.statuses_of(anna, viewer=anna) == [private]
    assert network.statuses_of(anna, viewer=gemeente) == []
    with pytest.raises(NotFound):
        network.status(private.id, viewer=gemeente)
    with pytest.raises(NotFound):
        network.reblog(gemeente, private.id)


def test_pages_go_back_with_max_id_and_forward_with_min_id(network: PracticeNetwork, gemeente: Account) -> None:
    ids = [network.post_by_phone(gemeente, f"{n}").id for n in range(6)]

    def texts(page: Page) -> str:
        return "".join(status.text for status in network.statuses_of(gemeente, page))

    assert texts(Page(limit=2)) == "54"
    assert texts(Page(limit=2, max_id=ids[4])) == "32"
    assert texts(Page(limit=2, since_id=ids[1])) == "54"
    assert texts(Page(limit=2, min_id=ids[1])) == "32"
    assert texts(Page(max_id=ids[4], min_id=ids[1])) == "32"


def test_the_same_key_posts_once_even_from_many_threads(network: PracticeNetwork, gemeente: Account) -> None:
    with ThreadPoolExecutor(8) as threads:
        posted = list(threads.map(lambda _: network.publish(gemeente, Draft("een", key="k")).id, range(40)))
    assert len(set(posted)) == 1
    assert len(network.timeline()) == 1


def test_a_key_belongs_to_one_account_and_lasts_an_hour(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)) as clock:
        first = network.publish(gemeente, Draft("een", key="k"))
        assert network.publish(anna, Draft("een", key="k")).id != first.id
        clock.shift(timedelta(minutes=59))
        assert network.publish(gemeente, Draft("een", key="k")).id == first.id
        clock.shift(timedelta(minutes=2))
        assert network.publish(gemeente, Draft("een", key="k")).id != first.id


def test_threads_posting_at_once_lose_nothing(network: PracticeNetwork, gemeente: Account) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: network.post_by_phone(gemeente, f"{n}"), range(200)))
    assert {status.text for status in network.timeline(Page(limit=500))} == {f"{n}" for n in range(200)}
    assert len(network.posted) == 200


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft(" \n"), "can't be blank"),
        (Draft("x" * 501), "limit of 500"),
        (Draft("x", visibility="everybody"), "Visibility"),
        (Draft("x", expires_in=0), "in the future"),
        (Draft("x", media_ids=["1"] * 5), "more than 4"),
        (Draft("x", media_ids=["77"]), "Media 77 not found"),
    ],
)
def test_what_mastodon_refuses_is_refused(
    network: PracticeNetwork, gemeente: Account, draft: Draft, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        network.publish(gemeente, draft)
    assert network.timeline() == []


def test_five_hundred_signs_are_accepted(network: PracticeNetwork, gemeente: Account) -> None:
    assert network.publish(gemeente, Draft("x" * 500)).text == "x" * 500


def test_a_picture_goes_into_one_post_of_its_owner(network: PracticeNetwork, gemeente: Account, anna: Account) -> None:
    medium = network.add_media(gemeente, picture(form="JPEG"), description="Een rood vlak")
    assert (medium.mime, medium.width, medium.height) == ("image/jpeg", 4, 3)
    with pytest.raises(Refused, match="not found or already attached"):
        network.publish(anna, Draft("", media_ids=[medium.id]))
    assert network.publish(gemeente, Draft("", media_ids=[medium.id])).media == (medium,)
    with pytest.raises(Refused, match="not found or already attached"):
        network.publish(gemeente, Draft("", media_ids=[medium.id]))
    with pytest.raises(Refused, match="not found or already attached"):
        network.describe(gemeente, medium.id, "Te laat")


@pytest.mark.parametrize("data", [b"", b"tekst", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"])
def test_only_real_pictures_are_kept(network: PracticeNetwork, gemeente: Account, data: bytes) -> None:
    with pytest.raises(Refused, match="File"):
        network.add_media(gemeente, data)


def test_pictures_keep_the_order_of_the_post(network: PracticeNetwork, gemeente: Account) -> None:
    first, second = (network.add_media(gemeente, picture(colour)) for colour in ("red", "blue"))
    posted = network.publish(gemeente, Draft("", media_ids=[second.id, first.id]))
    assert posted.media == (second, first)


def test_an_edit_changes_text_and_alt_and_says_when(network: PracticeNetwork, gemeente: Account) -> None:
    medium = network.add_media(gemeente, picture(), description="Rood")
    old = network.publish(gemeente, Draft("fuot", media_ids=[medium.id]))
    draft = Draft("fout", media_ids=[medium.id])
    new = network.edit(gemeente, old.id, draft, descriptions={medium.id: "Blauw"})
    assert (new.text, new.media[0].description, new.id) == ("fout", "Blauw", old.id)
    assert old.edited_at is None
    assert new.edited_at is not None
    assert network.status(old.id) == new


def test_an_edit_that_changes_nothing_is_no_edit(network: PracticeNetwork, gemeente: Account) -> None:
    medium = network.add_media(gemeente, picture())
    old = network.publish(gemeente, Draft("zo", media_ids=[medium.id]))
    assert network.edit(gemeente, old.id, Draft("zo", media_ids=[medium.id])) == old


def test_a_refused_edit_changes_nothing(network: PracticeNetwork, gemeente: Account) -> None:
    old = network.post_by_phone(gemeente, "zo", picture=picture())
    with pytest.raises(Refused):
        network.edit(gemeente, old.id, Draft("anders", media_ids=["77"]))
    assert network.status(old.id) == old


def test_somebody_elses_post_cannot_be_edited_or_deleted(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    posted = network.post_by_phone(gemeente, "van ons")
    with pytest.raises(NotFound):
        network.edit(anna, posted.id, Draft("van mij"))
    with pytest.raises(NotFound):
        network.delete(anna, posted.id)
    assert network.timeline() == [posted]


def test_deleting_with_media_takes_the_picture_away_and_without_leaves_it(
    network: PracticeNetwork, gemeente: Account
) -> None:
    one, other = (network.post_by_phone(gemeente, "", picture=picture()) for _ in range(2))
    network.delete(gemeente, one.id, with_media=True)
    network.delete(gemeente, other.id)
    with pytest.raises(NotFound):
        network.file(one.media[0].file_name)
    assert network.file(other.media[0].file_name)[0] == picture()
    assert network.timeline() == []


def test_a_repost_shows_the_original_and_is_made_once(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    original = network.post_by_phone(anna, "mooi weer")
    repost = network.reblog(gemeente, original.id)
    assert repost.reblog == original
    assert network.reblog(gemeente, original.id) == repost
    assert network.reblog(anna, repost.id).reblog == original
    assert network.standing(original, viewer=gemeente).reblogs == 2
    assert network.statuses_of(gemeente) == [repost]
    assert network.unreblog(gemeente, original.id) == original
    assert network.unreblog(gemeente, original.id) == original
    assert network.statuses_of(gemeente) == []


def test_reposts_go_when_the_original_goes(network: PracticeNetwork, gemeente: Account, anna: Account) -> None:
    original = network.post_by_phone(anna, "mooi weer")
    repost = network.reblog(gemeente, original.id)
    network.delete(anna, original.id)
    with pytest.raises(NotFound):
        network.status(repost.id)


def test_likes_are_listed_by_when_they_were_given(network: PracticeNetwork, gemeente: Account, anna: Account) -> None:
    first, second, third = (network.post_by_phone(anna, f"{n}") for n in range(3))
    for status in (second, third, second, first):
        network.favourite(gemeente, status.id)
    rows = network.favourites_of(gemeente)
    assert [row.status for row in rows] == [first, third, second]
    assert [row.status for row in network.favourites_of(gemeente, Page(max_id=rows[0].key))] == [
        third,
        second,
    ]
    network.unfavourite(gemeente, third.id)
    assert [row.status for row in network.favourites_of(gemeente)] == [first, second]
    assert network.standing(first, viewer=gemeente).favourited
    assert not network.standing(first, viewer=anna).favourited


def test_a_story_lasts_a_day_and_then_everything_of_it_is_gone(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 23, tzinfo=UTC)) as clock:
        story = network.post_by_phone(gemeente, "oeps", picture=picture(), story=True)
        repost = network.reblog(anna, story.id)
        network.favourite(anna, story.id)
        assert story.expires_at is not None
        assert abs(story.expires_at - datetime(2026, 7, 2, 23, tzinfo=UTC)) < timedelta(seconds=1)
        clock.shift(timedelta(hours=23))
        assert network.timeline() == [story]
        clock.shift(timedelta(hours=2))
        assert network.timeline() == network.statuses_of(gemeente) == network.statuses_of(anna) == []
        assert network.favourites_of(anna) == []
        for gone in (story, repost):
            with pytest.raises(NotFound):
                network.status(gone.id)
        with pytest.raises(NotFound):
            network.file(story.media[0].file_name)


def test_a_changed_profile_keeps_what_was_not_given(network: PracticeNetwork, gemeente: Account) -> None:
    changed = network.change_profile(gemeente, about="Wij zijn open.")
    assert (changed.name, changed.about, changed.avatar_key) == ("Gemeente X", "Wij zijn open.", "")
    changed = network.change_profile(gemeente, avatar=picture())
    assert (changed.about, network.avatar(gemeente.id)) == ("Wij zijn open.", picture())
    assert changed.avatar_key
    with pytest.raises(Refused, match="too long"):
        network.change_profile(gemeente, name="x" * 31)


def test_streams_hear_of_posts_edits_and_deletions_in_order(network: PracticeNetwork, gemeente: Account) -> None:
    with network.streams.listen(gemeente) as events:
        posted = network.post_by_phone(gemeente, "een")
        network.edit(gemeente, posted.id, Draft("twee"))
        network.favourite(gemeente, posted.id)
        network.delete(gemeente, posted.id)
        heard = [events.get(timeout=1) for _ in range(3)]
    assert [event.name for event in heard if event] == ["update", "status.update", "delete"]
    assert {event.remote_id for event in heard if event} == {posted.id}
    assert events.empty()


def test_streams_hear_of_those_whom_the_account_follows_only(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    with network.streams.listen(gemeente) as events:
        network.post_by_phone(anna, "niet gevolgd")
        network.follow(gemeente, anna)
        network.publish(anna, Draft("onder ons", visibility="direct"))
        followed = network.post_by_phone(anna, "gevolgd")
        event = events.get(timeout=1)
    assert event is not None
    assert event.status == followed
    assert events.empty()


def test_a_reposted_original_takes_its_reposts_out_of_every_stream(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    original = network.post_by_phone(anna, "mooi weer")
    repost = network.reblog(gemeente, original.id)
    with network.streams.listen(gemeente) as events:
        network.delete(anna, original.id)
        event = events.get(timeout=1)
    assert event is not None
    assert (event.name, event.remote_id) == ("delete", repost.id)


def test_a_new_token_ends_the_streams_of_its_account_alone(
    network: PracticeNetwork, gemeente: Account, anna: Account
) -> None:
    with network.streams.listen(gemeente) as ending, network.streams.listen(anna) as going_on:
        network.new_token(gemeente)
        assert ending.get(timeout=1) is None
        assert going_on.empty()


@pytest.mark.parametrize("wrong", ["", "x", "1x", "-1", "٣", "9" * 30])
def test_an_id_that_cannot_be_one_is_simply_not_found(network: PracticeNetwork, wrong: str) -> None:
    with pytest.raises(NotFound):
        network.status(wrong)


def test_after_closing_nobody_gets_an_answer(network: PracticeNetwork) -> None:
    network.close()
    with pytest.raises(sqlite3.ProgrammingError):
        network.accounts()
