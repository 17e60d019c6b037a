"""The dashboard: its rows, its variables, and the text that is committed."""

import json
from collections.abc import Iterator
from itertools import count

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from deploy.grafana.chart import Section
from deploy.grafana.panel import SOURCE, link, panel
from deploy.grafana.rows import SECTIONS
from deploy.grafana.runbook import DOCS, HOME

UID = "streamal"
ALL = "$__all"


def text() -> str:
    """Return the JSON that Grafana reads."""
    return json.dumps(made().build(), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


def made() -> dashboard.Dashboard:
    """Return the dashboard."""
    board = dashboard.Dashboard("streamal").uid(UID).tags(["streamal"]).readonly()
    board.description("Budget, questions, quality, labels, flow and state of streamal.")
    board.time("now-1h", "now").timezone("browser").refresh("10s")
    board.tooltip(models.DashboardCursorSync.CROSSHAIR).link(link(f"{DOCS}/operate.md"))
    for variable in (_source(), _job(), _instance(), _docs()):
        board.with_variable(variable)
    numbers = count(1)
    for section in SECTIONS:
        _add(board, section, numbers)
    return board


def _add(board: dashboard.Dashboard, section: Section, numbers: Iterator[int]) -> None:
    board.with_row(dashboard.Row(section.title).id(next(numbers)))
    for chart in section.charts:
        board.with_panel(panel(chart, next(numbers)))


def _source() -> dashboard.DatasourceVariable:
    chosen = models.VariableOption(selected=True, text="prometheus", value="prometheus")
    variable = dashboard.DatasourceVariable("datasource").label("Data source")
    return variable.type("prometheus").current(chosen)


def _job() -> dashboard.QueryVariable:
    variable = dashboard.QueryVariable("job").label("Job").datasource(SOURCE)
    variable.query("label_values(streamal_build_info, job)").sort(_by_name())
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)


def _instance() -> dashboard.QueryVariable:
    everyone = models.VariableOption(selected=True, text="All", value=ALL)
    variable = dashboard.QueryVariable("instance").label("Worker").datasource(SOURCE)
    variable.query('label_values(up{job="$job"}, instance)').sort(_by_name())
    variable.multi(True).include_all(True).all_value(".+").current(everyone)
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)


def _docs() -> dashboard.TextBoxVariable:
    variable = dashboard.TextBoxVariable("docs").label("Docs")
    variable.description("Where your people read docs/: the links of the panels lead there.")
    chosen = models.VariableOption(selected=True, text=HOME, value=HOME)
    return variable.default_value(HOME).current(chosen)


def _by_name() -> models.VariableSort:
    return models.VariableSort.ALPHABETICAL_ASC
