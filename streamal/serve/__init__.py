"""What the service tells of itself: metrics, health and status over HTTP."""
