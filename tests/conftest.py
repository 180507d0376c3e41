"""What every test gets: the rules in tests/plugins and the servers in tests/servers."""

pytest_plugins = [
    "tests.plugins.loopback",
    "tests.plugins.needed",
    "tests.plugins.once",
    "tests.plugins.copies",
    "tests.plugins.garbage",
    "tests.plugins.longest",
    "tests.plugins.house",
    "tests.servers.smtp",
    "tests.servers.browser",
    "tests.servers.axe",
    "tests.servers.oidc",
    "tests.servers.push",
    "tests.servers.pds_fixture",
    "tests.servers.mastodon",
]
