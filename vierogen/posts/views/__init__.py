"""Pages of the gateway: parse, call one action, render."""
