"""Fuzzing with a guide (atheris): not part of the suite, which has a short run of its own."""
