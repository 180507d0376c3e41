"""The ledger in plain words, for people who read it: a sentence for each verb, a noun for each kind of record."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.ledger.models import Entry

# By verb. Where a verb means something else for one kind of record, that kind stands before it.
SENTENCES = {
    "found": gettext_noop("%(who)s made the organisation"),
    "join": gettext_noop("%(who)s gave %(what)s a place"),
    "accept": gettext_noop("%(who)s accepted the invitation"),
    "arrive": gettext_noop("%(who)s did every step, and the rights became active"),
    "practise": gettext_noop("%(who)s handed in a practice post"),
    "change_roles": gettext_noop("%(who)s changed the roles of %(what)s"),
    "rename": gettext_noop("%(who)s took another name: %(what)s"),
    "invite_again": gettext_noop("%(who)s invited %(what)s again"),
    "end": gettext_noop("%(who)s ended %(what)s"),
    "people.member end": gettext_noop("%(who)s ended the access of %(what)s"),
    "ask_partner": gettext_noop("%(who)s asked another organisation to be a second pair of eyes"),
    "ask_guest": gettext_noop("%(who)s asked another organisation to judge a post: %(what)s"),
    "approve_as_guest": gettext_noop("%(who)s approved a post of another organisation: %(what)s"),
    "send_back_as_guest": gettext_noop("%(who)s asked another organisation to change its post: %(what)s"),
    "take_back": gettext_noop("%(who)s took back what was asked of another organisation: %(what)s"),
    "lapse": gettext_noop("%(what)s came to nothing: %(who)s saw that there is nothing left to judge"),
    "decide": gettext_noop("%(who)s judged for another organisation: %(what)s"),
    "change_settings": gettext_noop("%(who)s changed the settings"),
    "set_check_level": gettext_noop("%(who)s changed how much a check weighs"),
    "change_own_details": gettext_noop("%(who)s changed what is the organisation's own"),
    "connect": gettext_noop("%(who)s connected %(what)s"),
    "reconnect": gettext_noop("%(who)s connected %(what)s again"),
    "disconnect": gettext_noop("%(who)s noticed that the network refuses our key of %(what)s"),
    "close": gettext_noop("%(who)s closed %(what)s"),
    "change": gettext_noop("%(who)s changed %(what)s"),
    "entrust": gettext_noop("%(who)s chose the custodians of %(what)s"),
    "renew": gettext_noop("%(who)s renewed the key of %(what)s"),
    "warn": gettext_noop("%(who)s warned that the key of %(what)s ends soon"),
    "seal": gettext_noop("%(who)s sealed the key of %(what)s"),
    "keep": gettext_noop("%(who)s put a secret of %(what)s into the vault"),
    "remove_secret": gettext_noop("%(who)s destroyed a secret of %(what)s"),
    "end_secret": gettext_noop("%(who)s said that a destroyed secret of %(what)s is ended at the network too"),
    "use_secret": gettext_noop("%(who)s let Vierogen use a secret of %(what)s at the network"),
    "begin_takeover": gettext_noop("%(who)s began %(what)s"),
    "do_step": gettext_noop("%(who)s did %(what)s"),
    "skip_step": gettext_noop("%(who)s passed over %(what)s, with a reason"),
    "finish_takeover": gettext_noop("%(who)s finished %(what)s"),
    "stop_takeover": gettext_noop("%(who)s stopped %(what)s"),
    "declare": gettext_noop("%(who)s declared how %(what)s is kept"),
    "declare_phone": gettext_noop("%(who)s declared whether the app of %(what)s is on a phone"),
    "refresh_handover": gettext_noop("%(who)s refreshed the handover file of %(what)s"),
    "few_custodians": gettext_noop("%(who)s warned that too few people answer for %(what)s"),
    "remind_handover": gettext_noop("%(who)s asked for a fresh handover file of %(what)s"),
    "ask_export": gettext_noop("%(who)s asked for %(what)s"),
    "allow_export": gettext_noop("%(who)s agreed to %(what)s"),
    "veto_export": gettext_noop("%(who)s stopped %(what)s"),
    "make_export": gettext_noop("%(who)s took %(what)s"),
    "let_export_lapse": gettext_noop("%(who)s let %(what)s lapse: it was not used in time"),
    "export_secrets": gettext_noop("%(who)s made a sealed export of all secrets"),
    "restore_secrets": gettext_noop("%(who)s brought all secrets back from a sealed export"),
    "ask_reveal": gettext_noop("%(who)s asked a second custodian for %(what)s"),
    "allow_reveal": gettext_noop("%(who)s agreed to %(what)s"),
    "reveal": gettext_noop("%(who)s saw a secret: %(what)s"),
    "veto_reveal": gettext_noop("%(who)s stopped %(what)s"),
    "let_reveal_lapse": gettext_noop("%(who)s let %(what)s lapse: it was not used in time"),
    "ask_to_break_glass": gettext_noop("%(who)s asked for %(what)s in an emergency"),
    "put_off_reveal": gettext_noop("%(who)s has to wait longer for %(what)s: nobody is left who could stop it"),
    "break_glass": gettext_noop("%(who)s saw a secret in an emergency: %(what)s"),
    "review_reveal": gettext_noop("%(who)s looked back at %(what)s"),
    "begin": gettext_noop("%(who)s began %(what)s"),
    "edit": gettext_noop("%(who)s changed %(what)s"),
    "submit": gettext_noop("%(who)s offered %(what)s for review"),
    "send_back": gettext_noop("%(who)s asked for changes to %(what)s"),
    "reopen": gettext_noop("%(who)s took %(what)s back to draft"),
    "incidents.incident reopen": gettext_noop("%(who)s reopened %(what)s"),
    "approve": gettext_noop("%(who)s approved %(what)s"),
    "publish_in_emergency": gettext_noop("%(who)s published %(what)s in an emergency"),
    "look_back": gettext_noop("%(who)s looked back at an emergency"),
    "overdue": gettext_noop("%(who)s noticed that the review of an emergency is overdue"),
    "expire": gettext_noop("%(who)s let %(what)s expire: it was not approved in time"),
    "discard": gettext_noop("%(who)s threw %(what)s away"),
    "hold": gettext_noop("%(who)s held %(what)s"),
    "withhold": gettext_noop("%(who)s held %(what)s at the last moment"),
    "recall": gettext_noop("%(who)s called %(what)s back at the last moment"),
    "revoke": gettext_noop("%(who)s stopped %(what)s"),
    "release": gettext_noop("%(who)s released %(what)s"),
    "stop": gettext_noop("%(who)s stopped %(what)s"),
    "hasten": gettext_noop("%(who)s ended the cooling-off of %(what)s"),
    "send": gettext_noop("%(who)s began to send %(what)s"),
    "defer": gettext_noop("%(who)s will try %(what)s again"),
    "doubt": gettext_noop("%(who)s does not know whether %(what)s arrived"),
    "found_there": gettext_noop("%(who)s saw %(what)s on the network"),
    "repeat": gettext_noop("%(who)s sends %(what)s again under the same key"),
    "send_again": gettext_noop("%(who)s decided to send %(what)s again"),
    "give_up": gettext_noop("%(who)s decided to leave %(what)s"),
    "fail": gettext_noop("%(who)s could not publish %(what)s"),
    "verify": gettext_noop("%(who)s read %(what)s back on the network"),
    "withdraw": gettext_noop("%(who)s saw %(what)s taken down"),
    "stop_everything": gettext_noop("%(who)s stopped everything"),
    "lift": gettext_noop("%(who)s lifted the stop"),
    "hold_the_queue": gettext_noop("%(who)s said that something grave happened, and held what was approved before"),
    "let_the_queue_go": gettext_noop("%(who)s said that the grave event is over"),
    "add_moment": gettext_noop("%(who)s added %(what)s"),
    "change_moment": gettext_noop("%(who)s changed %(what)s"),
    "remove_moment": gettext_noop("%(who)s removed %(what)s"),
    "draft_agreement": gettext_noop("%(who)s drafted %(what)s"),
    "rewrite_agreement": gettext_noop("%(who)s changed the draft of %(what)s"),
    "throw_away_agreement": gettext_noop("%(who)s threw the draft of %(what)s away"),
    "put_in_force": gettext_noop("%(who)s put %(what)s in force"),
    "replace": gettext_noop("%(who)s replaced %(what)s by a newer version"),
    "retire": gettext_noop("%(who)s withdrew %(what)s"),
    "agree": gettext_noop("%(who)s confirmed %(what)s"),
    "draft_lesson": gettext_noop("%(who)s drafted %(what)s"),
    "rewrite_lesson": gettext_noop("%(who)s changed the draft of %(what)s"),
    "throw_away_lesson": gettext_noop("%(who)s threw the draft of %(what)s away"),
    "use": gettext_noop("%(who)s took %(what)s into use"),
    "oblige": gettext_noop("%(who)s made %(what)s mandatory"),
    "free": gettext_noop("%(who)s made %(what)s voluntary"),
    "certify": gettext_noop("%(who)s got a certificate of %(what)s"),
    "ask_drill": gettext_noop("%(who)s asked for %(what)s"),
    "start_drill": gettext_noop("%(who)s began %(what)s: its post stands there"),
    "state_first": gettext_noop("%(who)s wrote the first statement of %(what)s"),
    "do_measure": gettext_noop("%(who)s did what %(what)s asks for"),
    "end_drill": gettext_noop("%(who)s ended %(what)s"),
    "keep_consent": gettext_noop("%(who)s wrote down the consent of %(what)s"),
    "withdraw_consent": gettext_noop("%(who)s wrote down that consent was taken back: %(what)s"),
    "forget_subject": gettext_noop("%(who)s removed names whose time is over from %(what)s"),
    "capture": gettext_noop("%(who)s kept %(what)s"),
    "open": gettext_noop("%(who)s opened %(what)s"),
    "forget_evidence": gettext_noop("%(who)s removed %(what)s: its time is over"),
    "forget": gettext_noop("%(who)s made the ledger forget somebody's name"),
    "give": gettext_noop("%(who)s gave %(what)s to a colleague"),
    "begin_departure": gettext_noop("%(who)s began the departure of %(what)s"),
    "let_go": gettext_noop("%(who)s ended what ends at once when somebody leaves: %(what)s"),
    "people.departure close": gettext_noop("%(who)s closed the departure of %(what)s: nothing is left"),
    "call_off": gettext_noop("%(who)s called off the departure of %(what)s"),
    "guide": gettext_noop("%(who)s gave %(what)s somebody else as a guide"),
    "plan_absence": gettext_noop("%(who)s wrote down that somebody is away: %(what)s"),
    "end_absence": gettext_noop("%(who)s ended an absence: %(what)s"),
    "take_down": gettext_noop("%(who)s asked for %(what)s"),
    "delete": gettext_noop("%(who)s did %(what)s"),
    "confirm": gettext_noop("%(who)s saw that it is gone: %(what)s"),
    "hand_over": gettext_noop("%(who)s asked people to do %(what)s by hand"),
    "may_not_delete": gettext_noop("%(who)s noticed that it may not remove posts from %(what)s"),
    "get_stuck": gettext_noop("%(who)s could not do %(what)s"),
    "cancel": gettext_noop("%(who)s cancelled %(what)s: it stays where it is"),
    "drop": gettext_noop("%(who)s dropped %(what)s: the exercise is over"),
    "try_again": gettext_noop("%(who)s tries %(what)s again"),
    "take_baseline": gettext_noop("%(who)s wrote down what stood on %(what)s"),
    "see_stray": gettext_noop("%(who)s saw %(what)s"),
    "adopt": gettext_noop("%(who)s said that %(what)s is ours"),
    "explain": gettext_noop("%(who)s found out that we sent %(what)s ourselves"),
    "hand_on": gettext_noop("%(who)s made an incident of %(what)s"),
    "remove": gettext_noop("%(who)s saw that %(what)s is gone from the network"),
    "vanish": gettext_noop("%(who)s saw that %(what)s was gone by itself"),
    "fall_silent": gettext_noop("%(who)s heard nothing any more from %(what)s"),
    "hear_again": gettext_noop("%(who)s heard again from %(what)s"),
    "ring": gettext_noop("%(who)s rang %(what)s"),
    "escalate": gettext_noop("%(who)s called the next person about %(what)s"),
    "acknowledge": gettext_noop("%(who)s answered %(what)s"),
    "open_incident": gettext_noop("%(who)s opened %(what)s"),
    "listen_to": gettext_noop("%(who)s added %(what)s"),
    "listen_again": gettext_noop("%(who)s listens to %(what)s again"),
    "listening.subscription pause": gettext_noop("%(who)s paused %(what)s"),
    "listening.subscription resume": gettext_noop("%(who)s listens to %(what)s again"),
    "renew_address": gettext_noop("%(who)s gave %(what)s a new secret address"),
    "write_note": gettext_noop("%(who)s wrote a note in %(what)s"),
    "listening.handover hand_over": gettext_noop("%(who)s made %(what)s"),
    "change_keeping": gettext_noop("%(who)s changed how long hits are kept"),
    "save": gettext_noop("%(who)s made %(what)s"),
    "ask": gettext_noop("%(who)s asked the privacy officer about %(what)s"),
    "permit": gettext_noop("%(who)s permitted %(what)s about a person"),
    "refuse": gettext_noop("%(who)s refused %(what)s about a person"),
    "activate": gettext_noop("%(who)s changed %(what)s, which is about no person any more"),
    "pause": gettext_noop("%(who)s paused %(what)s"),
    "resume": gettext_noop("%(who)s went on with %(what)s"),
}
NOUNS = {
    "posts.post": gettext_noop("post %(number)s"),
    "posts.version": gettext_noop("version %(number)s"),
    "posts.delivery": gettext_noop("delivery %(number)s"),
    "posts.takedown": gettext_noop("take-down %(number)s"),
    "posts.mourning": gettext_noop("grave event %(number)s"),
    "posts.practicepost": gettext_noop("practice post %(number)s"),
    "posts.quietmoment": gettext_noop("quiet moment %(number)s"),
    "posts.consent": gettext_noop("declaration of consent %(number)s"),
    "posts.evidence": gettext_noop("evidence %(number)s"),
    "posts.evidencemedia": gettext_noop("a picture as evidence"),
    "watch.stray": gettext_noop("stray %(number)s"),
    "watch.watched": gettext_noop("channel watch %(number)s"),
    "channels.channel": gettext_noop("channel %(number)s"),
    "channels.takeover": gettext_noop("takeover %(number)s"),
    "channels.takeoverstep": gettext_noop("step %(number)s of a takeover"),
    "vault.export": gettext_noop("sealed export %(number)s"),
    "vault.reveal": gettext_noop("look at a secret %(number)s"),
    "people.departure": gettext_noop("departure %(number)s"),
    "people.partnership": gettext_noop("partnership %(number)s"),
    "posts.guestreview": gettext_noop("request for other eyes %(number)s"),
    "people.absence": gettext_noop("absence %(number)s"),
    "people.member": gettext_noop("member %(number)s"),
    "learning.agreement": gettext_noop("agreement %(number)s"),
    "practice.drill": gettext_noop("exercise %(number)s"),
    "learning.lesson": gettext_noop("lesson %(number)s"),
    "notices.alarm": gettext_noop("alarm %(number)s"),
    "listening.subscription": gettext_noop("source %(number)s"),
    "incidents.incident": gettext_noop("incident %(number)s"),
    "listening.handover": gettext_noop("hand-over %(number)s"),
    "listening.alert": gettext_noop("alert %(number)s"),
}
# Where the record itself can be seen.
PAGES = {
    "posts.post": "posts:detail",
    "watch.stray": "watch:stray",
    "incidents.incident": "incidents:detail",
    "channels.takeover": "vault:taking_over",
    "vault.reveal": "vault:asked",
    "vault.export": "vault:export",
    "listening.subscription": "listening:source",
    "listening.alert": "listening:alert",
    "practice.drill": "drills:drill",
}


def sentence(entry: Entry) -> str:
    """Who did what, in the reader's language; an unknown verb is shown as it is."""
    told = _told(entry)
    kind, _colon, number = entry.subject.partition(":")
    noun = NOUNS.get(kind)
    what = told.get("member") or (_(noun) % {"number": number} if noun else entry.subject)
    words = SENTENCES.get(f"{kind} {entry.verb}") or SENTENCES.get(entry.verb)
    values = {"who": _who(entry, told), "what": what}
    return _(words) % values if words else f"{values['who']}: {entry.verb} ({what})"


def said(entry: Entry) -> str:
    """What the person said to it (a reason, a note), "" when nothing was said or it was forgotten."""
    told = _told(entry)
    words = told.get("reason") or told.get("note") or ""
    words = " ".join(filter(None, [words, *_alone(entry)]))
    lacked = entry.facts.get("without_standing") or []
    if not lacked:
        return words
    is_new = any(what.startswith("arrival:") for what in lacked)
    # Stop, taking down and the emergency path are open to them all the same.
    why = _("(They were still getting started.)") if is_new else _("(Agreements or lessons were overdue.)")
    return " ".join(filter(None, [words, why]))


def _alone(entry: Entry) -> list[str]:
    """That nobody else was there, and for what."""
    if not entry.facts.get("alone"):
        return []
    lacks = entry.facts.get("lacks", ["stop", "look_back"])
    if len(lacks) > 1:
        return [_("(Nobody else was there who could stop it or look back.)")]
    if "stop" in lacks:
        return [_("(Nobody else was there who could stop it.)")]
    return [_("(Nobody else was there who could look back.)")]


def page_of(entry: Entry) -> str:
    """The address of what the entry is about, "" where it has no page."""
    kind, _colon, number = entry.subject.partition(":")
    try:
        return reverse(PAGES[kind], args=[int(number)]) if kind in PAGES else ""
    except NoReverseMatch:  # a room that this installation does not have
        return ""


def _who(entry: Entry, told: dict[str, str]) -> str:
    # A machine is a part of this software. Somebody who was forgotten is still told apart from others.
    is_machine = entry.actor.startswith("machine:")
    return told.get("who") or ("Vierogen" if is_machine else entry.actor)


def _told(entry: Entry) -> dict[str, str]:
    return {opening.name: opening.value for opening in entry.openings.all()}
