"""Is this a moment at which people want to hear this?"""

import re
from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Hours, Moment, Tier
from vierogen.posts.checks.remembrance import REMEMBRANCES

# So much of a text is enough to know its tone by.
_READ = 5_000
# Written without accents and hyphens by many.
_ABOUT_IT = re.compile(
    r"\bherden(?:k|ken|king|kingen|kt|kte|kten)\b|\w{0,30}herdenking|\bdoden\b|\bhalfstok\b|\bstil(?:te|staan)?\b"
    r"|\bslachtoffers?\b|\bgevallenen\b|\bomgekomen\b|\bnagedachtenis\b|\boorlogs?\w{0,20}|\bkrans\w{0,12}"
    r"|\bverzet\b|\bbevrijd\w{0,12}|\bvrijheid\b|\btaptoe\b|\bindi[ëe]\b|\bwapenstilstand\b|\bnooit meer\b"
    r"|\bremember\w{0,6}|\bremembrance\b|\bcommemorat\w{0,5}|\bsilence\b|\bfallen\b|\bhalf[- ]mast\b|\bwreaths?\b"
    r"|\barmistice\b|\bpopp(?:y|ies)\b|\bcenotaph\b|\bveterans?\b|\bveteranen\b|🕯|🌺|🥀",
    re.IGNORECASE,
)
# What has to be said at any hour.
_URGENT = re.compile(
    r"\bnl-?alert\b|\bbrand\b|\brook\b|\bontruim\w{0,8}|\bevacu\w{0,8}|\b112\b|\bgevaar\w{0,8}|\bcode (?:rood|oranje)\b"
    r"|\bstroomstoring\b|\bgaslek\b|\bwaterlek\b|\bramen en deuren\b|\bvermist\b|\bfire\b|\bsmoke\b|\bdanger\w{0,4}"
    r"|\bevacuat\w{0,5}|\bmissing\b|\bpower cut\b|\bgas leak\b",
    re.IGNORECASE,
)
_CHEERFUL = re.compile(
    r"\bfeest\w{0,12}|\w{1,20}feest(?:en|je)?\b|\bparty\b|\bgezellig\w{0,4}|\bleuk(?:e|ste)?\b|\bgefeliciteerd\b"
    r"|\bproficiat\b|\bhoera\b|\bjoepie\b|\bproost\b|\bborrel\w{0,6}|\bgenieten\b|\bfijne? (?:avond|weekend|vakantie)\b"
    r"|\bzin in\b|\bwinactie\b|\bwin(?:nen)?\b|\bfestival\b|\bkermis\b|\bcongratulations\b|\bhooray\b|\bcheers\b"
    r"|\bfun\b|\benjoy\b|\bhappy\b|\bcelebrat\w{0,5}|\bgiveaway\b"
    r"|[\U0001F389\U0001F38A\U0001F388\U0001F973\U0001F483\U0001F57A\U0001F37B\U0001F37E\U0001F942\U0001F600-\U0001F60E"
    r"\U0001F923\U0001F929\U0001F643]",
    re.IGNORECASE,
)
# Words with which a post asks its readers for an answer.
_INVITES = re.compile(
    r"\breageer\b|\blaat (?:het|ons|je|uw)\b[^.!?\n]{0,40}\b(?:weten|horen)\b|\bstel (?:je|jouw|uw|jullie|ze)\b"
    r"[^.!?\n]{0,20}\bvra(?:ag|gen)\b|\bstuur (?:ons|een|je|uw)\b[^.!?\n]{0,20}\b(?:dm|pb|appje|(?:privé)?bericht)"
    r"|\bwat vind(?:en)? (?:je|jij|jullie|u)\b|\bvragen\?[^\n]{0,3}(?:\bstel|\bbel|\bstuur|\bapp)"
    r"|\bdeel (?:je|jouw|uw|jullie)\b[^.!?\n]{0,30}\b(?:idee\w{0,4}|mening\w{0,3}|ervaring\w{0,3}|foto\w{0,3})"
    r"|\blet us know\b|\bask us\b|\bsend us\b|\bwhat do you think\b|\bcall us\b|\bbel ons\b",
    re.IGNORECASE,
)
_SILENCE = _("At that moment people are silent for: %(problem)s. Let it wait until after %(until)s.")
_CHEER = _("This sounds cheerful, and at that moment people think of: %(problem)s. Can it wait until after %(until)s?")
_QUIET = _("Your organisation is quiet then: %(title)s, until %(until)s.")
_NOBODY = _("It asks for answers, and goes out when nobody is there to read them (%(at)s).")


class Timing(Check):
    """Looks at: cheerful posts during a remembrance, any other post in the minutes of silence, any post in a quiet
    moment of the organisation, and planned posts that ask for answers when nobody is there.

    Says nothing of posts about the remembrance itself, nor, but in quiet moments, of warnings.
    """

    key = "timing"
    title = _("The moment")
    why = _("The right words at the wrong moment hurt people.")
    todo = _("Choose another time, or ask yourself whether it has to be now.")
    agreement = "cool-head"
    kind = "TIMING"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one line: the organisation's own moments first, then remembrance, then office hours."""
        at = max((moment for moment in (draft.due_at, draft.now) if moment), default=None)
        if at is None:
            return
        zone = ZoneInfo(draft.zone)
        found = self._quiet(draft, at, zone) or self._remembered(draft, at, zone) or self._unmanned(draft, at, zone)
        if found:
            yield found

    def _quiet(self, draft: Draft, at: datetime, zone: ZoneInfo) -> Finding | None:
        moment = next((one for one in draft.moments if one.starts <= at < one.ends), None)
        return self._found(_QUIET, moment, at, zone) if moment else None

    def _remembered(self, draft: Draft, at: datetime, zone: ZoneInfo) -> Finding | None:
        text = "\n".join(dict.fromkeys([draft.text, *(target.text for target in draft.targets)]))[:_READ]
        for remembrance in REMEMBRANCES.get(draft.zone, ()):
            hours, silence = remembrance.moments(at.astimezone(zone).year, zone)
            if not hours.starts <= at < hours.ends or _ABOUT_IT.search(text) or _URGENT.search(text):
                continue
            if silence and silence.starts <= at < silence.ends:
                return self._found(_SILENCE, silence, at, zone)
            if _CHEERFUL.search(text):
                return self._found(_CHEER, hours, at, zone)
        return None

    def _unmanned(self, draft: Draft, at: datetime, zone: ZoneInfo) -> Finding | None:
        if draft.due_at is None or draft.hours is None or _are_there(draft.hours, at.astimezone(zone)):
            return None
        text = "\n".join(dict.fromkeys([draft.text, *(target.text for target in draft.targets)]))[:_READ]
        if not _INVITES.search(text):
            return None
        return Finding(self.key, Tier.LOOK, _NOBODY, {"at": f"{at.astimezone(zone):%d-%m %H:%M}"})

    def _found(self, message: str, moment: Moment, at: datetime, zone: ZoneInfo) -> Finding:
        ends = moment.ends.astimezone(zone)
        same_day = ends.date() == at.astimezone(zone).date()
        until = f"{ends:%H:%M}" if same_day else f"{ends:%d-%m %H:%M}"
        # The titles of remembrances are sentences of ours; an organisation's own stay as they were written.
        name = "title" if message is _QUIET else "problem"
        return Finding(self.key, Tier.LOOK, message, {name: moment.title, "until": until})


def _are_there(hours: Hours, local: datetime) -> bool:
    now: time = local.time()
    if hours.opens <= hours.closes:
        return local.isoweekday() in hours.days and hours.opens <= now < hours.closes
    return local.isoweekday() in hours.days and (now >= hours.opens or now < hours.closes)
