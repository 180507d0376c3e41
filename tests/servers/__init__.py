"""Real servers and programs that tests talk to, all on loopback; no tests of the product itself."""
