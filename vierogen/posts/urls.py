"""Addresses of the gateway's pages."""

from django.urls import path

from vierogen.posts.views import checking, deciding, emergencies, halting, offered, reading, removing, writing

app_name = "posts"
urlpatterns = [
    path("", reading.posts, name="list"),
    path("review/", reading.to_review, name="review_list"),
    path("review/live/", reading.to_review_live, name="review_live"),
    path("halt/", halting.halt, name="halt"),
    path("halt/lift/", halting.lift_halt, name="lift"),
    path("checks/", checking.settings, name="checks"),
    path("checks/demote/", checking.demote, name="demote_check"),
    path("checks/own/", checking.own_details, name="own_details"),
    path("new/", writing.new, name="new"),
    path("check/", writing.check, name="check"),
    path("pictures/", writing.add_pictures, name="pictures"),
    path("pictures/<int:pk>/", reading.picture, name="picture"),
    path("offered/<str:token>/<str:name>", offered.picture, name="offered"),
    path("<int:pk>/", reading.post, name="detail"),
    path("<int:pk>/live/", reading.live, name="live"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/offer/", writing.offer, name="submit"),
    path("<int:pk>/discard/", writing.throw_away, name="discard"),
    path("<int:pk>/review/", deciding.review, name="review"),
    path("<int:pk>/approve/", deciding.say_yes, name="approve"),
    path("<int:pk>/changes/", deciding.say_what_to_change, name="changes"),
    path("<int:pk>/publish-now/", deciding.hurry, name="publish_now"),
    path("<int:pk>/stop/", deciding.stop_post, name="stop"),
    path("<int:pk>/emergency/", emergencies.emergency, name="emergency"),
    path("<int:pk>/look-back/", emergencies.after, name="look_back"),
    path("deliveries/<int:pk>/release/", deciding.let_go, name="release"),
    path("deliveries/<int:pk>/decide/", deciding.settle_doubt, name="decide"),
    path("deliveries/<int:pk>/withdraw/", removing.withdrawal, name="withdraw"),
]
