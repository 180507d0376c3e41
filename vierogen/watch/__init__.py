"""Reconciles official accounts with what was approved: strays, deviations, alarms. Removing a post is in posts."""
