"""The platform on one machine: an embedded PostgreSQL and Redis, and every process that a deployment runs too."""
