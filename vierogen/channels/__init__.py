"""The official accounts and their custodians. No credentials (vault) and no posts."""
