"""The benchmarks that the README quotes, each beside a naive peer; tests of what must hold live in tests/."""
