"""The loop over the two roles: poll, decide, commit; restore, and shut down cleanly."""
