"""What the services ask of the outside world, as protocols. No code that runs."""
