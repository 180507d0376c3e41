"""Contract simulators of networks without a server to run here, one file each. No live network is in here."""
