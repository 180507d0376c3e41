"""Addresses of the pages on which credentials are handed in, and secrets kept and seen."""

from django.urls import path

from vierogen.vault.views import connecting, exporting, keeping, revealing, taking_over

app_name = "vault"
urlpatterns = [
    path("connect/", connecting.choose, name="connect"),
    path("connect/<slug:network>/", connecting.connect, name="connect_to"),
    # The network sends people back to this address, so it is written in the app that was made there.
    path("connect/<slug:network>/back/", connecting.back, name="back"),
    path("connecting/<int:pk>/", connecting.choose_account, name="choose_account"),
    path("<int:pk>/connect/", connecting.reconnect, name="reconnect"),
    path("vault/", keeping.listing, name="list"),
    path("vault/export/", exporting.ask, name="export_ask"),
    path("vault/export/instructions/", exporting.paper, name="export_paper"),
    path("vault/export/<int:pk>/", exporting.asked, name="export"),
    path("vault/export/<int:pk>/agree/", exporting.agree, name="export_agree"),
    path("vault/export/<int:pk>/stop/", exporting.stop, name="export_stop"),
    path("vault/export/<int:pk>/take/", exporting.take, name="export_take"),
    path("<int:pk>/vault/", keeping.secrets_of, name="secrets"),
    path("<int:pk>/vault/<slug:field>/", keeping.keep, name="keep"),
    path("<int:pk>/vault/<slug:field>/remove/", keeping.remove, name="remove"),
    path("<int:pk>/vault/<slug:field>/ended/", keeping.ended, name="ended"),
    path("<int:pk>/vault/<slug:field>/see/", revealing.see, name="see"),
    path("<int:pk>/vault/<slug:field>/emergency/", revealing.emergency, name="emergency"),
    path("vault/asked/<int:pk>/", revealing.asked, name="asked"),
    path("vault/asked/<int:pk>/agree/", revealing.agree, name="agree"),
    path("vault/asked/<int:pk>/stop/", revealing.stop, name="stop"),
    path("vault/asked/<int:pk>/see/", revealing.show, name="show"),
    path("vault/asked/<int:pk>/look-back/", revealing.look_back, name="look_back"),
    path("<int:pk>/takeover/", taking_over.overview, name="takeover"),
    path("<int:pk>/takeover/begin/", taking_over.begin, name="takeover_begin"),
    path("<int:pk>/takeover/practise/", taking_over.practise, name="takeover_practise"),
    path("takeover/<int:pk>/", taking_over.running, name="taking_over"),
    path("takeover/<int:pk>/stop/", taking_over.stop, name="takeover_stop"),
    path("takeover/<int:pk>/<slug:key>/do/", taking_over.do, name="takeover_do"),
    path("takeover/<int:pk>/<slug:key>/exercise/", taking_over.exercise, name="takeover_exercise"),
    path("takeover/<int:pk>/<slug:key>/pass-over/", taking_over.skip, name="takeover_skip"),
]
