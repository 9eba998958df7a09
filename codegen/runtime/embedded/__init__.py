"""The engine of a local run: entities run in threads of this process, and tasks in processes of their own."""
