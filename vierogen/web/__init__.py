"""Base template, components, static files and the declared right of a view. No room's pages."""
