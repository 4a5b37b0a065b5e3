"""The Celery workers: they ring, claim, and call the stages in `service.pipeline`."""
