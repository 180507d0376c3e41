"""What a member holds of the watch: nothing that somebody else could not do."""

STAYS = {"watch.Stray.settled_by": "who settled it"}
