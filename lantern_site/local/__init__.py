"""Everything `make run` needs on one machine: PostgreSQL and Valkey, secrets, and the processes. Not for production."""
