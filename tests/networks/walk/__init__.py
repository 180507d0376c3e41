"""What the walk along all networks is made of: stages, the connectors opened on them, and an ear for streams."""
