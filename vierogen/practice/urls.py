"""Addresses of this room: drills, and pages that config/urls.py opens in the practice environment only."""

from django.urls import path, re_path

from vierogen.practice.views import choosing, drills, mails, phone, photos, world

app_name = "practice"
urlpatterns = [
    path("phone/", phone.home, name="phone"),
    path("phone/switch/", phone.switch, name="switch"),
    path("phone/write/", phone.write, name="write"),
    path("phone/profile/", phone.profile, name="profile"),
    path("phone/posts/<int:pk>/", phone.edit, name="edit"),
    path("phone/posts/<int:pk>/delete/", phone.delete, name="delete"),
    path("phone/posts/<int:pk>/like/", phone.like, name="like"),
    path("phone/posts/<int:pk>/repost/", phone.repost, name="repost"),
    path("phone/album/<slug:key>/", world.album, name="album"),
    path("phone/photos/", photos.home, name="photos"),
    path("phone/photos/switch/", photos.switch, name="photo_switch"),
    path("phone/photos/new/", photos.new, name="photo_new"),
    path("phone/photos/profile/", photos.profile, name="photo_profile"),
    path("phone/photos/stories/<int:pk>/", photos.story, name="photo_story"),
    path("phone/photos/<int:pk>/delete/", photos.delete, name="photo_delete"),
    path("phone/photos/<int:pk>/picture/", photos.picture, name="photo_picture"),
    re_path(r"^phone/photos/avatars/(?P<handle>[\w.]+)/$", photos.avatar, name="photo_avatar"),
    path("timeline/", world.timeline, name="timeline"),
    path("stories/<int:pk>/", world.story, name="story"),
    re_path(r"^pictures/(?P<path>(?:media|avatars)/\w[\w.-]*)$", world.picture, name="picture"),
    path("mailbox/", mails.mailbox, name="mailbox"),
    path("mailbox/<int:number>/", mails.mail, name="mail"),
    path("people/", choosing.choose, name="people"),
    path("people/enter/", choosing.enter, name="enter"),
    path("people/prove/", choosing.prove, name="prove"),
]

# In every installation: (patterns, namespace), as ``include`` takes them.
DRILLS = (
    [
        path("", drills.listing, name="list"),
        path("begin/<slug:key>/", drills.begin, name="begin"),
        path("<int:pk>/", drills.drill, name="drill"),
        path("<int:pk>/live/", drills.live, name="live"),
        path("<int:pk>/statement/", drills.statement, name="statement"),
        path("<int:pk>/measure/<slug:key>/", drills.measure, name="measure"),
        path("<int:pk>/end/", drills.end, name="end"),
    ],
    "drills",
)
