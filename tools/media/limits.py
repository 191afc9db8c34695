"""Limits: the settings as a worker process knows them. `process.environment` hands them on."""

import functools

from ...graph.settings import Settings


@functools.cache
def limits() -> Settings:
    """`max_image_pixels` and `max_audio_seconds` are what experts read."""
    return Settings.from_env()
