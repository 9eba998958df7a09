"""What a user reads: diagnostics and dependencies as text, JSON and GitHub annotations."""
