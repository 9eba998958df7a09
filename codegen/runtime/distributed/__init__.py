"""The engine on a cluster: each entity runs as an execution of its own."""
