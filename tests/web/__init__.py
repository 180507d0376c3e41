"""The base template, the components, the style sheet, the script and the headers."""
