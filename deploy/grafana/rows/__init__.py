"""The rows, from the top."""

from deploy.grafana.rows.budget import BUDGET
from deploy.grafana.rows.flow import FLOW
from deploy.grafana.rows.glance import GLANCE
from deploy.grafana.rows.guarantees import GUARANTEES
from deploy.grafana.rows.labels import LABELS
from deploy.grafana.rows.quality import QUALITY
from deploy.grafana.rows.query import QUERY
from deploy.grafana.rows.state import STATE

SECTIONS = (GLANCE, BUDGET, QUERY, QUALITY, GUARANTEES, LABELS, FLOW, STATE)
