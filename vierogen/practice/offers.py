"""What of this room points to members."""

STAYS = {"practice.Drill.led_by": "it tells who led the exercise; it ends by itself within an hour"}
