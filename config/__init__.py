"""The project that joins the three apps: settings, addresses, processes."""
