"""Addresses of the pages on which credentials are handed in, and secrets kept and seen."""

from django.urls import path

from vierogen.vault.views import connecting, exporting, keeping, revealing

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
    path("vault/export/<int:pk>/take/", exporting.take, name="export_take"),
    path("<int:pk>/vault/", keeping.secrets_of, name="secrets"),
    path("<int:pk>/vault/<slug:field>/", keeping.keep, name="keep"),
    path("<int:pk>/vault/<slug:field>/remove/", keeping.remove, name="remove"),
    path("<int:pk>/vault/<slug:field>/see/", revealing.see, name="see"),
    path("<int:pk>/vault/<slug:field>/emergency/", revealing.emergency, name="emergency"),
    path("vault/asked/<int:pk>/", revealing.asked, name="asked"),
    path("vault/asked/<int:pk>/agree/", revealing.agree, name="agree"),
    path("vault/asked/<int:pk>/stop/", revealing.stop, name="stop"),
    path("vault/asked/<int:pk>/see/", revealing.show, name="show"),
    path("vault/asked/<int:pk>/look-back/", revealing.look_back, name="look_back"),
]
