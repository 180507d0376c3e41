"""Addresses of the pages of learning."""

from django.urls import path

from vierogen.learning.views import lessons, managing, missing, reading, teaching

app_name = "learning"
urlpatterns = [
    path("", reading.learning, name="list"),
    path("missing/", missing.missing, name="missing"),
    path("begin/", managing.begin, name="begin"),
    path("agreements/", managing.agreements, name="agreements"),
    path("agreements/new/", managing.new, name="new"),
    path("agreements/coverage/", managing.coverage, name="coverage"),
    path("agreements/draft/<int:pk>/", managing.draft, name="draft"),
    path("agreements/draft/<int:pk>/in-force/", managing.put_in_force, name="put_in_force"),
    path("agreements/draft/<int:pk>/throw-away/", managing.throw_away, name="throw_away"),
    path("lessons/", teaching.lessons, name="lessons"),
    path("lessons/begin/", teaching.begin_lessons, name="begin_lessons"),
    path("lessons/new/", teaching.new_lesson, name="new_lesson"),
    path("lessons/draft/<int:pk>/", teaching.lesson_draft, name="lesson_draft"),
    path("lessons/draft/<int:pk>/use/", teaching.use_lesson, name="use_lesson"),
    path("lessons/draft/<int:pk>/throw-away/", teaching.throw_lesson_away, name="throw_lesson_away"),
    path("lesson/<slug:key>/", lessons.lesson, name="lesson"),
    path("lesson/<slug:key>/change/", teaching.change_lesson, name="change_lesson"),
    path("lesson/<slug:key>/mandatory/", teaching.oblige, name="oblige"),
    path("lesson/<slug:key>/out-of-use/", teaching.retire_lesson, name="retire_lesson"),
    path("lesson/<slug:key>/scorm/", teaching.scorm, name="scorm"),
    path("certificates/", lessons.certificates, name="certificates"),
    path("certificate/<str:number>/", lessons.certificate, name="certificate"),
    path("pictures/<int:pk>/", reading.picture, name="picture"),
    path("card/<slug:key>/", reading.card, name="card"),
    path("card/<slug:key>/change/", managing.change, name="change"),
    path("card/<slug:key>/withdraw/", managing.retire, name="retire"),
    path("card/<slug:key>/versions/", managing.history, name="history"),
]
