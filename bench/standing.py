"""How long it takes to know whether somebody may publish, as far as agreements and lessons go."""

import time

from bench.amounts import Amounts
from bench.house import House
from bench.results import Results
from vierogen.learning.actions.agreeing import confirm
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.actions.teaching import finish, oblige, take_lessons
from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.standing import require, standing_of
from vierogen.people.models import Member


def rights(house: House, amounts: Amounts, results: Results) -> None:
    """Milliseconds of one check, with the starter set in force, every lesson mandatory, and all of it done."""
    town = house.organisation
    take_set(town, kind="municipality", language="nl", days=14, by=house.cora)
    take_lessons(town, language="nl", by=house.cora)
    for lesson in Lesson.objects.filter(organisation=town).in_use():
        oblige(lesson, mandatory=True, days=14, by=house.cora)
    everybody = (house.anna, house.ben, house.cora, house.dirk)
    for member in everybody:
        for card in Agreement.objects.filter(organisation=town).in_force():
            confirm(card, answer=str(card.asks.right), by=member)
        for lesson in Lesson.objects.filter(organisation=town).in_use():
            finish(lesson, answers=[str(question.right) for question in lesson.asks], by=member)
    rows = Member.objects.select_related("user", "organisation").prefetch_related("held")
    for number in range(amounts.rights):
        member = rows.get(pk=everybody[number % len(everybody)].pk)
        began = time.perf_counter()
        require(member)
        results.add("standing", (time.perf_counter() - began) * 1000)
        if standing_of(member).open:
            results.notes.append(f"{member.name} lacks something after all was done")
