"""The demonstration: the main job, played over HTTP by the people who would do it."""
