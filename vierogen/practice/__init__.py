"""To practise on: the practice network, its phone, demo data, replay. Nothing here touches a real network."""
