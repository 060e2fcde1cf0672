"""States of the platform, reached through real acts."""
