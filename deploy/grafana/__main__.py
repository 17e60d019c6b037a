"""Print the dashboard: `python -m deploy.grafana > deploy/grafana/streamal.json`."""

import sys

from deploy.grafana.dashboard import text

if __name__ == "__main__":
    sys.stdout.write(text())
