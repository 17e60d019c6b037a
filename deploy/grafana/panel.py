"""From a chart to a panel of Grafana."""

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana.chart import Chart, Line
from deploy.grafana.runbook import address

Panel = timeseries.Panel | stat.Panel | heatmap.Panel | table.Panel | statetimeline.Panel

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")

STAT_HEIGHT, HEIGHT = 4, 8

_COUNTED = models.DataTransformerConfig(
    id_val="organize",
    options={"excludeByName": {"Time": True}, "renameByName": {"Value": "workers"}},
)


def panel(chart: Chart, number: int) -> Panel:
    """Return the panel of a chart, under this number."""
    made = _bare(chart)
    made.id(number).title(chart.title).description(_description(chart)).datasource(SOURCE)
    made.unit(chart.unit).no_value(chart.none).links([link(address(chart.title))])
    made.span(chart.width).height(STAT_HEIGHT if chart.kind == "stat" else HEIGHT)
    made.targets([_target(chart, at, line) for at, line in enumerate(chart.lines)])
    _scaled(made, chart)
    _coloured(made, chart)
    return made


def link(to: str) -> dashboard.DashboardLink:
    """Return a link to a page of the docs."""
    made = dashboard.DashboardLink("What to do").type(models.DashboardLinkType.LINK)
    return made.url(to).target_blank(True).tooltip("What to do").icon("doc")


def _description(chart: Chart) -> str:
    return f"{chart.what}\n\n**Normal:** {chart.normal}\n\n**Otherwise:** {chart.act}"


def _target(chart: Chart, at: int, line: Line) -> prometheus.Dataquery:
    query = prometheus.Dataquery().expr(line.expr).ref_id(chr(ord("A") + at)).datasource(SOURCE)
    query.legend_format(line.legend or "__auto")
    if chart.kind in {"stat", "table"}:
        query.instant()  # the last value of a worker that is gone must not stand there
    else:
        query.range()
    formats = {"heat": PromQueryFormat.HEATMAP, "table": PromQueryFormat.TABLE}
    return query.format(formats.get(chart.kind, PromQueryFormat.TIME_SERIES))


def _scaled(made: Panel, chart: Chart) -> None:
    if chart.decimals is not None:
        made.decimals(chart.decimals)
    if chart.low is not None:
        made.min(chart.low)
    if chart.high is not None:
        made.max(chart.high)


def _coloured(made: Panel, chart: Chart) -> None:
    steps = [models.Threshold(value=value, color=color) for value, color in chart.steps]
    if steps:
        absolute = dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE)
        made.thresholds(absolute.steps(steps))
        made.color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.THRESHOLDS))
    if chart.words:
        told = {value: models.ValueMappingResult(text=text) for value, text in chart.words.items()}
        made.mappings([models.ValueMap(options=told)])


def _bare(chart: Chart) -> Panel:
    if chart.kind == "stat":
        return _stat(chart)
    if chart.kind == "heat":
        return _heat()
    if chart.kind == "table":
        return table.Panel().show_header(True).with_transformation(_COUNTED)
    if chart.kind == "states":
        return statetimeline.Panel().show_value(shapes.VisibilityMode.AUTO).merge_values(True)
    return _lines(chart)


def _stat(chart: Chart) -> stat.Panel:
    last = common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("")
    colour = shapes.BigValueColorMode.BACKGROUND if chart.steps else shapes.BigValueColorMode.VALUE
    made = stat.Panel().reduce_options(last).graph_mode(shapes.BigValueGraphMode.NONE)
    return made.color_mode(colour).text_mode(shapes.BigValueTextMode.AUTO)


def _heat() -> heatmap.Panel:
    colour = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges")
    axis = heatmap.YAxisConfig().axis_placement(shapes.AxisPlacement.LEFT)
    return heatmap.Panel().calculate(False).color(colour.steps(64)).y_axis(axis).cell_gap(1)


def _lines(chart: Chart) -> timeseries.Panel:
    legend = common.VizLegendOptions().display_mode(shapes.LegendDisplayMode.LIST)
    legend.placement(shapes.LegendPlacement.BOTTOM).show_legend(True).calcs(["lastNotNull"])
    tooltip = common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)
    made = timeseries.Panel().legend(legend).tooltip(tooltip.sort(shapes.SortOrder.DESCENDING))
    made.line_width(1).show_points(shapes.VisibilityMode.NEVER).axis_soft_min(0)
    if chart.kind != "lines":
        made.fill_opacity(30).stacking(_stacking(chart))
    for upper, lower in chart.bands:
        made.override_by_name(upper, _band(lower))
    if chart.dashed:
        made.override_by_regexp(chart.dashed, [_dashes()])
    return made


def _stacking(chart: Chart) -> common.StackingConfig:
    whole = chart.kind == "share"
    mode = shapes.StackingMode.PERCENT if whole else shapes.StackingMode.NORMAL
    return common.StackingConfig().mode(mode).group("A")


def _band(lower: str) -> list[models.DynamicConfigValue]:
    return [
        models.DynamicConfigValue("custom.fillBelowTo", lower),
        models.DynamicConfigValue("custom.fillOpacity", 15),
        models.DynamicConfigValue("custom.lineWidth", 0),
    ]


def _dashes() -> models.DynamicConfigValue:
    return models.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [8, 6]})
