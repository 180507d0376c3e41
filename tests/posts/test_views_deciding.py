"""Pages on which somebody decides: review, cooling-off, halt, emergency, doubt, take-down."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions import delivering, removing, reviewing, stopping, writing
from vierogen.posts.models import AfterReview, Approval, Delivery, Halt, Post, TakeDown, Version
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer

Visit = Callable[[Member], Client]
GONE_BY = "This was already decided, or changed a moment ago. Look at it again."


def body(answer: HttpResponse) -> str:
    """The page in one line, without the places where a long name may be broken."""
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def address(name: str, version: Version) -> str:
    return reverse(f"posts:{name}", args=[version.post_id])


class TestReviewing:
    """The page behind the mail's link."""

    def test_it_names_the_target_the_writer_the_time_and_what_approving_does(
        self, visit: Visit, ben: Member, offered: Version, channel: Channel
    ) -> None:
        page = body(visit(ben).get(address("review", offered)))
        assert "Anna asks for your eyes" in page
        assert f"Approve for {channel.handle}" in page
        assert TEXT in page
        assert 'lang="nl" data-empty' in page
        assert "2:00 minutes of cooling-off, in which everybody can stop it" in page

    def test_opening_it_changes_nothing(self, visit: Visit, ben: Member, offered: Version) -> None:
        visit(ben).get(address("review", offered))
        assert Post.objects.get().state == "in_review"

    def test_the_writer_sees_why_she_cannot_judge_it(self, visit: Visit, anna: Member, offered: Version) -> None:
        page = body(visit(anna).get(address("review", offered)))
        assert "You cannot judge this" in page
        assert "Approve for" not in page

    def test_a_yes_leads_to_the_countdown_with_stop(self, visit: Visit, ben: Member, offered: Version) -> None:
        answer = visit(ben).post(address("approve", offered), {"digest": offered.digest}, follow=True)
        page = body(answer)
        assert "It goes out in a moment" in page
        assert "Everybody in the team can still stop it." in page
        assert f'action="{address("stop", offered)}"' in page
        assert Approval.objects.get().by == ben

    def test_a_yes_to_other_content_is_refused(self, visit: Visit, ben: Member, offered: Version) -> None:
        answer = visit(ben).post(address("approve", offered), {"digest": "0" * 64}, follow=True)
        assert GONE_BY in body(answer)
        assert Post.objects.get().state == "in_review"

    def test_a_yes_to_an_older_version_is_refused_and_the_new_one_is_shown(
        self, visit: Visit, ben: Member, anna: Member, offered: Version, channel: Channel
    ) -> None:
        newer = writing.save(offered.post, writing.Content("Iets heel anders.", (channel,)), by=anna)
        writing.submit(newer, by=anna)
        answer = visit(ben).post(address("approve", offered), {"digest": offered.digest}, follow=True)
        assert GONE_BY in body(answer)
        assert "Iets" in body(answer)
        assert not Approval.objects.exists()

    def test_a_second_decision_hears_that_it_was_decided(self, visit: Visit, ben: Member, offered: Version) -> None:
        client = visit(ben)
        client.post(address("approve", offered), {"digest": offered.digest})
        answer = client.post(address("approve", offered), {"digest": offered.digest}, follow=True)
        assert GONE_BY in body(answer)
        assert "This does not wait for a review any more." in body(answer)

    def test_a_stop_is_passed_by_ticking_that_the_reason_was_read(
        self, visit: Visit, ben: Member, anna: Member, channel: Channel
    ) -> None:
        content = writing.Content("Begint om [tijd invullen].", (channel,))
        version = writing.begin(channel.organisation, content, by=anna)
        (found,) = version.stops()
        writing.submit(version, by=anna, reasons={found.pk: "Zo heet de zaal."})
        client = visit(ben)
        assert "Anna says: “Zo heet de zaal.”" in body(client.get(address("review", version)))
        answer = client.post(address("approve", version), {"digest": version.digest}, follow=True)
        assert "There is a stop. Read the writer" in body(answer)
        client.post(address("approve", version), {"digest": version.digest, "passed": [found.pk]})
        assert Post.objects.get().state == "approved"

    def test_what_changed_since_the_reviewers_last_look_is_shown(
        self, visit: Visit, ben: Member, anna: Member, offered: Version, channel: Channel
    ) -> None:
        reviewing.ask_for_changes(offered, by=ben, text="Noem de dag.")
        later = timezone.now() + timedelta(days=2)
        for text in ("Een tussenstand.", "Morgen beginnen de werken aan de Stationsweg."):
            newest = writing.save(offered.post, writing.Content(text, (channel,), not_before=later), by=anna)
        writing.submit(newest, by=anna)
        page = body(visit(ben).get(address("review", newest)))
        assert "Compared with version 1: underlined is new" in page
        assert "<del>werkzaamheden</del><ins>werken</ins>" in page
        assert "tussenstand" not in page
        assert "It was to go out right after cooling-off, and now" in page

    def test_asking_for_changes_sends_it_back_with_the_words(
        self, visit: Visit, ben: Member, anna: Member, offered: Version
    ) -> None:
        answer = visit(ben).post(address("changes", offered), {"text": "Noem de dag."}, follow=True)
        assert "Sent back to Anna." in body(answer)
        assert "Noem de dag." in body(visit(anna).get(address("detail", offered)))

    def test_changes_need_words(self, visit: Visit, ben: Member, offered: Version) -> None:
        answer = visit(ben).post(address("changes", offered), {"text": ""})
        assert answer.status_code == 422
        assert 'href="#id_text"' in body(answer)
        assert Post.objects.get().state == "in_review"

    def test_remarks_are_not_lost_when_somebody_was_faster(
        self, visit: Visit, ben: Member, anna: Member, offered: Version
    ) -> None:
        client = visit(ben)
        writing.discard(offered.post, by=anna)
        answer = client.post(address("changes", offered), {"text": "Noem de dag."})
        assert answer.status_code == 422
        assert GONE_BY in body(answer)


class TestCoolingOff:
    """Everybody can stop it; only the reviewer can hurry it."""

    def test_anybody_in_the_team_stops_it(self, visit: Visit, anna: Member, approved: Version) -> None:
        answer = visit(anna).post(address("stop", approved), follow=True)
        assert "It was stopped" in body(answer)
        assert Delivery.objects.get().state == "stopped"

    def test_it_is_too_late_once_it_left(
        self, visit: Visit, anna: Member, approved: Version, delivery: Delivery
    ) -> None:
        client = visit(anna)
        for name in ("send", "found_there"):
            move(delivery, name, by=delivering.WORKER)
        answer = client.post(address("stop", approved), follow=True)
        assert GONE_BY in body(answer)

    def test_what_is_being_sent_can_still_be_stopped_and_the_page_says_what_that_means(
        self, visit: Visit, anna: Member, approved: Version, delivery: Delivery
    ) -> None:
        client = visit(anna)
        move(delivery, "send", by=delivering.WORKER)
        assert "Stop this post" in body(client.get(address("detail", approved)))
        page = body(client.post(address("stop", approved), follow=True))
        assert "Part of it was being sent at that moment." in page
        assert "Stop this post" not in page

    def test_only_the_reviewer_is_offered_to_end_it(
        self, visit: Visit, town: Organisation, ben: Member, approved: Version
    ) -> None:
        words = "Do not wait: end the cooling-off"
        assert words in body(visit(ben).get(address("detail", approved)))
        other = visit(make_member(town, "Bea", Role.REVIEWER))
        assert words not in body(other.get(address("detail", approved)))
        answer = other.post(address("publish_now", approved), follow=True)
        assert "Only the person who approved this may publish it now." in body(answer)

    def test_the_page_follows_by_itself_until_nothing_moves(
        self, visit: Visit, anna: Member, approved: Version, delivery: Delivery
    ) -> None:
        client = visit(anna)
        assert "every 2s" in body(client.get(address("live", approved)))
        move(delivery, "stop", by=anna)
        assert "every 2s" not in body(client.get(address("live", approved)))

    def test_what_goes_out_later_is_no_countdown(
        self, visit: Visit, anna: Member, ben: Member, channel: Channel
    ) -> None:
        later = timezone.now() + timedelta(days=3)
        version = writing.begin(channel.organisation, writing.Content(TEXT, (channel,), not_before=later), by=anna)
        writing.submit(version, by=anna)
        reviewing.approve(version, by=ben, digest=version.digest)
        page = body(visit(anna).get(address("detail", version)))
        assert "data-countdown" not in page
        assert "It goes out" in page
        assert "Stop this post" in page


class TestStoppingEverything:
    """The page of the big red button."""

    def test_it_says_what_will_happen_and_how_much_is_on_its_way(
        self, visit: Visit, anna: Member, approved: Version
    ) -> None:
        page = body(visit(anna).get(reverse("posts:halt")))
        assert "From that moment nothing goes out, on any account." in page
        assert "1 post is on its way out now." in page

    def test_everything_is_held_and_whoever_may_lift_it_is_named(
        self, visit: Visit, anna: Member, ben: Member, approved: Version
    ) -> None:
        answer = visit(anna).post(reverse("posts:halt"), {"reason": "Ongeluk"}, follow=True)
        page = body(answer)
        assert "Everything is stopped" in page
        assert "“Ongeluk”" in page
        assert "These people can lift the stop: Ben." in page
        assert "Lift the stop" not in page
        assert Delivery.objects.get().state == "held"

    def test_a_reason_that_is_too_long_is_told_and_nothing_stops(self, visit: Visit, anna: Member) -> None:
        answer = visit(anna).post(reverse("posts:halt"), {"reason": "e" * 201})
        assert answer.status_code == 422
        assert not Halt.objects.exists()

    def test_after_the_stop_each_post_is_released_by_itself(
        self, visit: Visit, ben: Member, approved: Version, delivery: Delivery
    ) -> None:
        stopping.stop_everything(ben.organisation, by=ben)
        client = visit(ben)
        assert "Release for" not in body(client.get(reverse("posts:halt")))
        release = reverse("posts:release", args=[delivery.pk])
        assert "Everything is stopped. Lift that first." in body(client.post(release, follow=True))
        assert f'action="{release}"' in body(client.post(reverse("posts:lift"), follow=True))
        assert Delivery.objects.get().state == "held"
        assert "Released for" in body(client.post(release, follow=True))
        assert Delivery.objects.get().state == "waiting"

    def test_lifting_what_is_not_stopped_says_so(self, visit: Visit, ben: Member) -> None:
        answer = visit(ben).post(reverse("posts:lift"), follow=True)
        assert "Nothing is stopped at the moment." in body(answer)


class TestEmergencies:
    """One pair of eyes, with a reason, and a second pair within a day."""

    @pytest.fixture
    def urgent(self, version: Version, dirk: Member, ben: Member) -> Version:
        """Published by dirk."""
        reviewing.publish_in_emergency(version, by=dirk, reason="De storm is er over een half uur.")
        return version

    def test_it_needs_a_reason(self, visit: Visit, dirk: Member, version: Version) -> None:
        answer = visit(dirk).post(address("emergency", version), {"reason": ""})
        assert answer.status_code == 422
        assert not Approval.objects.exists()

    def test_the_button_names_the_account(self, visit: Visit, dirk: Member, version: Version, channel: Channel) -> None:
        page = body(visit(dirk).get(address("emergency", version)))
        assert f"Publish on {channel.handle} now, in an emergency" in page

    def test_it_goes_out_and_owes_a_review(self, visit: Visit, dirk: Member, version: Version) -> None:
        answer = visit(dirk).post(
            address("emergency", version), {"reason": "Storm", "digest": version.digest}, follow=True
        )
        assert "It goes out now." in body(answer)
        assert "Published in an emergency by" in body(answer)
        assert AfterReview.objects.open().count() == 1

    def test_not_even_an_emergency_makes_a_text_fit(
        self, visit: Visit, dirk: Member, anna: Member, channel: Channel
    ) -> None:
        version = writing.begin(channel.organisation, writing.Content("e" * 501, (channel,)), by=anna)
        answer = visit(dirk).post(address("emergency", version), {"reason": "Storm", "digest": version.digest})
        assert answer.status_code == 422
        assert "Too long for Mastodon: 501 of at most 500 characters." in body(answer)
        assert "Storm" in body(answer)

    def test_what_changed_while_somebody_looked_does_not_go_out_unseen(
        self, visit: Visit, dirk: Member, version: Version, channel: Channel
    ) -> None:
        shown = {"reason": "Storm", "digest": version.digest}
        changed = writing.save(version.post, writing.Content("Iets anders.", (channel,)), by=version.written_by)
        for told in (shown, {"reason": "Storm"}):
            page = body(visit(dirk).post(address("emergency", version), told))
            assert "Somebody changed this since you opened the page." in page
            assert f'name="digest" value="{changed.digest}"' in page
        assert not Approval.objects.exists()

    def test_what_was_not_checked_yet_is_checked_and_shown_first(
        self, visit: Visit, dirk: Member, anna: Member, channel: Channel
    ) -> None:
        text = "Zaterdag is de buurtbarbecue op het Plein. Begint om [tijd invullen]."
        version = writing.begin(channel.organisation, writing.Content(text, (channel,)), by=anna)
        version.findings.all().delete()
        Version.objects.update(checked_at=None)
        shown = {"reason": "Storm", "digest": version.digest}
        page = body(visit(dirk).post(address("emergency", version), shown))
        assert "It was not checked yet; that is done now." in page
        assert "Look at this first" in page
        assert not Approval.objects.exists()
        visit(dirk).post(address("emergency", version), shown)
        stop = version.findings.get(tier="stop")
        assert (stop.reason, stop.reason_by, stop.passed_by) == ("Storm", dirk, dirk)

    def test_an_overdue_review_closes_the_path_and_keeps_the_reason(
        self, visit: Visit, dirk: Member, anna: Member, urgent: Version, channel: Channel
    ) -> None:
        AfterReview.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        version = writing.begin(channel.organisation, writing.Content("Nog een storm.", (channel,)), by=anna)
        answer = visit(dirk).post(address("emergency", version), {"reason": "Weer storm", "digest": version.digest})
        assert "The emergency path is closed" in body(answer)
        assert "Weer storm" in body(answer)

    def test_somebody_else_looks_back(self, visit: Visit, ben: Member, urgent: Version) -> None:
        client = visit(ben)
        page = body(client.get(address("look_back", urgent)))
        assert "Dirk published this" in page
        assert "The reason given: “De storm is er over een half uur.”" in page
        answer = client.post(address("look_back", urgent), {"was_right": "yes", "note": "Terecht."}, follow=True)
        assert "Thank you. The emergency is closed." in body(answer)
        assert AfterReview.objects.get().was_right is True
        assert "Somebody has looked back at this." in body(client.get(address("look_back", urgent)))

    @pytest.mark.parametrize(
        ("judgement", "words"), [("yes", "The emergency was right"), ("no", "It should have waited")]
    )
    def test_what_the_second_person_found_stays_with_the_post(
        self, visit: Visit, ben: Member, urgent: Version, judgement: str, words: str
    ) -> None:
        client = visit(ben)
        assert words not in body(client.get(address("detail", urgent)))
        client.post(address("look_back", urgent), {"was_right": judgement, "note": "Met de piket besproken."})
        page = body(client.get(address("detail", urgent)))
        assert words in page
        assert "Ben, " in page
        assert "“Met de piket besproken.”" in page

    def test_each_of_two_emergencies_of_one_post_is_looked_back_at(
        self, visit: Visit, ben: Member, dirk: Member, urgent: Version, channel: Channel
    ) -> None:
        changed = writing.save(urgent.post, writing.Content("De storm is voorbij.", (channel,)), by=urgent.written_by)
        reviewing.publish_in_emergency(changed, by=dirk, reason="Toch nog.")
        client = visit(ben)
        for reason in ("De storm is er over een half uur.", "Toch nog."):
            assert f"The reason given: “{reason}”" in body(client.get(address("look_back", urgent)))
            client.post(address("look_back", urgent), {"was_right": "yes", "note": "Terecht."})
        assert not AfterReview.objects.open().exists()
        assert "Somebody has looked back at this." in body(client.get(address("look_back", urgent)))

    def test_both_questions_are_asked_and_the_note_stays(self, visit: Visit, ben: Member, urgent: Version) -> None:
        answer = visit(ben).post(address("look_back", urgent), {"note": "Terecht."})
        assert answer.status_code == 422
        assert "Terecht." in body(answer)
        assert AfterReview.objects.open().exists()

    def test_the_writer_cannot_look_back(
        self, visit: Visit, town: Organisation, channel: Channel, dirk: Member
    ) -> None:
        writer = make_member(town, "Wim", Role.WRITER, Role.REVIEWER)
        version = writing.begin(town, writing.Content(TEXT, (channel,)), by=writer)
        reviewing.publish_in_emergency(version, by=dirk, reason="Storm")
        client = visit(writer)
        assert "Somebody else has to look at it." in body(client.get(address("look_back", version)))
        answer = client.post(address("look_back", version), {"was_right": "yes", "note": "Terecht."})
        assert "You wrote or published this. Somebody else has to look at it." in body(answer)
        assert AfterReview.objects.open().exists()


class TestDoubt:
    """A delivery of which nobody knows whether it arrived."""

    @pytest.fixture
    def doubtful(self, due: Delivery) -> Delivery:
        """Looking could not settle it."""
        move(due, "send", by=delivering.WORKER, changes={"attempts": 1})
        move(due, "doubt", by=delivering.WORKER, changes={"problem": delivering.LOST, "next_look_at": None})
        return due

    def test_the_page_says_what_to_do(self, visit: Visit, dirk: Member, doubtful: Delivery, channel: Channel) -> None:
        page = body(visit(dirk).get(address("detail", doubtful.version)))
        assert "Is it there? Somebody has to look" in page
        assert f"Look yourself at {channel.handle} on Mastodon." in page
        assert f"Not there: send it again to {channel.handle}" in page

    def test_who_may_not_decide_gets_no_button(self, visit: Visit, anna: Member, doubtful: Delivery) -> None:
        page = body(visit(anna).get(address("detail", doubtful.version)))
        assert "Is it there? Somebody has to look" in page
        assert "send it again" not in page

    @pytest.mark.parametrize(("do", "state"), [("again", "waiting"), ("leave", "failed")])
    def test_a_person_settles_it_once(
        self, visit: Visit, dirk: Member, doubtful: Delivery, do: str, state: str
    ) -> None:
        client, url = visit(dirk), reverse("posts:decide", args=[doubtful.pk])
        client.post(url, {"do": do})
        assert Delivery.objects.get().state == state
        assert GONE_BY in body(client.post(url, {"do": do}, follow=True))


class TestTakingDown:
    """Withdrawal of a published post."""

    @pytest.fixture
    def published(self, channel: Channel, anna: Member, ben: Member) -> Delivery:
        """On the network, with a text of its own there."""
        content = writing.Content(TEXT, (channel,), texts={channel.pk: "Alleen op dit kanaal."})
        version = writing.begin(channel.organisation, content, by=anna)
        writing.submit(version, by=anna)
        reviewing.approve(version, by=ben, digest=version.digest)
        reviewing.publish_now(version, by=ben)
        claimed = delivering.claim("a worker")
        assert claimed
        delivering.send(claimed)
        return Delivery.objects.get()

    def test_the_page_shows_what_stands_there(
        self, visit: Visit, dirk: Member, published: Delivery, channel: Channel
    ) -> None:
        page = body(visit(dirk).get(reverse("posts:withdraw", args=[published.pk])))
        assert f"Take this down from {channel.handle}?" in page
        assert "Alleen op dit kanaal." in page
        assert TEXT not in page

    def test_it_needs_a_reason(self, visit: Visit, dirk: Member, published: Delivery) -> None:
        answer = visit(dirk).post(reverse("posts:withdraw", args=[published.pk]), {"reason": " "})
        assert answer.status_code == 422
        assert not TakeDown.objects.exists()

    def test_a_network_that_does_not_answer_leaves_the_reason_standing(
        self, visit: Visit, dirk: Member, published: Delivery, practice: PracticeServer
    ) -> None:
        client = visit(dirk)
        practice.stop()
        answer = client.post(reverse("posts:withdraw", args=[published.pk]), {"reason": "Verkeerde dag"})
        assert "The network could not be reached. Try again in a moment." in body(answer)
        assert "Verkeerde dag" in body(answer)

    def test_it_is_taken_down_and_the_page_says_how_far_that_is(
        self, visit: Visit, dirk: Member, published: Delivery, channel: Channel, official: Account
    ) -> None:
        answer = visit(dirk).post(reverse("posts:withdraw", args=[published.pk]), {"reason": "Fout"}, follow=True)
        assert f"Take-down on {channel.handle}: Being removed." in body(answer)

    def test_asking_again_tries_what_got_stuck_once_more(self, visit: Visit, dirk: Member, published: Delivery) -> None:
        client, url = visit(dirk), reverse("posts:withdraw", args=[published.pk])
        client.post(url, {"reason": "Fout"})
        move(TakeDown.objects.get(), "get_stuck", by=removing.WORKER, changes={"problem": "No."})
        assert "Vierogen cannot remove it here at this moment" in body(client.get(address("detail", published.version)))
        client.post(url, {"reason": "Nog steeds fout"})
        assert TakeDown.objects.get().state == "asked"


def test_another_organisations_posts_do_not_exist(visit: Visit, otto: Member, approved: Version) -> None:
    client, delivery = visit(otto), Delivery.objects.get()
    for name in ("detail", "live", "review", "edit", "emergency", "look_back"):
        assert client.get(address(name, approved)).status_code == 404, name
    for name in ("submit", "discard", "approve", "changes", "publish_now", "stop"):
        assert client.post(address(name, approved)).status_code == 404, name
    for name in ("release", "decide", "withdraw"):
        assert client.post(reverse(f"posts:{name}", args=[delivery.pk])).status_code == 404, name
    assert TEXT not in body(client.get(reverse("posts:list")))
    assert Delivery.objects.get().state == "waiting"
