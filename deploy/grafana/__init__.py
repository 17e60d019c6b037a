"""The Grafana dashboard, made from code: `python -m deploy.grafana` prints streamal.json."""
