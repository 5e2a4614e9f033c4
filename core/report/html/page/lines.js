// Curves over a number, with bands where they are uncertain and marks along the way.
import { base_option, columns, hint, is_number, largest, value_axis } from './common.js';
import { axis_name, format, scale_of } from './format.js';
import { colours, kPatterns, kSymbols, theme } from './theme.js';

const kManyPoints = 40;
const kNamedMarks = 6;

export function scales(data, points, ys) {
  return { x: scale_of(data.x.unit ?? '', largest(points.map((point) => point[0]))),
    y: scale_of(data.y.unit ?? '', largest(ys)) };
}

const points_of = (data) => data.series.flatMap((each) => each.points);
const heights_of = (data) => data.series.flatMap((each) => [...each.points.map((point) => point[1]),
  ...(each.high ?? [])]);
const scale = (data) => scales(data, points_of(data), heights_of(data));

// Axes for `is`, the scales; the y axis has its name above, along the top edge.
export function axes(data, is, lowest, highest) {
  const tight = is_number(lowest) && lowest > 0 && (highest - lowest) / highest < 0.4;
  return {
    xAxis: value_axis({ type: data.x.log ? 'log' : 'value', scale: true,
      name: axis_name(data.x.name, is.x.name), nameLocation: 'middle', nameGap: 28,
      axisLine: { show: true, onZero: false, lineStyle: { color: theme().rule } },
      splitLine: { show: false } }),
    yAxis: value_axis({ type: data.y.log ? 'log' : 'value', scale: tight || data.y.log,
      name: axis_name(data.y.name, is.y.name), nameLocation: 'end', nameGap: 12,
      nameTextStyle: { ...value_axis().nameTextStyle, align: 'left', padding: [0, 0, 0, -52] } }),
  };
}

// Zooming along x: with Ctrl and the wheel, by dragging, with the slider below.
export function zooms(is_wide, formatter, index = [0]) {
  const { rule, faint, soft, down } = theme();
  const inside = { type: 'inside', xAxisIndex: index, filterMode: 'none', zoomOnMouseWheel: 'ctrl',
    moveOnMouseWheel: false, preventDefaultMouseMove: false };
  const slider = { type: 'slider', xAxisIndex: index, filterMode: 'none', height: 18, bottom: 6,
    borderColor: rule, backgroundColor: faint, fillerColor: `${down}33`, brushSelect: false,
    handleStyle: { color: soft }, moveHandleSize: 4, showDataShadow: false, showDetail: false,
    textStyle: { color: soft, fontSize: 11 }, labelFormatter: formatter };
  return is_wide ? [inside, slider] : [];
}

function band(each, at, is, colour) {
  const edge = [...each.points.map(([x], i) => [x, each.low[i]]),
    ...each.points.map(([x], i) => [x, each.high[i]]).reverse()]
    .filter((point) => is_number(point[1]));
  return { id: `band-${at}`, type: 'custom', silent: true, z: 1, clip: true, tooltip: { show: false },
    encode: { x: 0, y: 1 }, data: edge.map(([x, y]) => [x / is.x.factor, y / is.y.factor]),
    renderItem: (params, api) => (params.dataIndex > 0 ? null : { type: 'polygon', shape: { points: edge.map(([x, y]) =>
      api.coord([x / is.x.factor, y / is.y.factor])) }, style: { fill: colour, opacity: 0.18 } }) };
}

function mark_lines(data, is) {
  const { soft, bad, ink } = theme();
  const marks = data.marks ?? [];
  return { silent: marks.length > kNamedMarks, symbol: 'none', data: marks.map((mark) => ({
    xAxis: mark.x / is.x.factor, name: mark.name,
    lineStyle: { color: /fail|lost|down/i.test(mark.kind ?? '') ? bad : soft, width: 1,
      type: marks.length > kNamedMarks ? 'solid' : 'dashed',
      opacity: marks.length > kNamedMarks ? 0.45 : 0.9 },
    label: { show: marks.length <= kNamedMarks, formatter: mark.name, color: ink, fontSize: 11,
      position: 'end', rotate: 0, distance: 4 } })) };
}

function curve(each, at, is, colour, data) {
  return { id: `series-${at}`, name: each.name, type: 'line', z: 3, step: each.steps ? 'end' : false,
    showSymbol: each.points.length <= kManyPoints, symbol: kSymbols[at % kSymbols.length],
    symbolSize: 6, connectNulls: false, itemStyle: { color: colour },
    lineStyle: { color: colour, width: each.points.length > 400 ? 1.2 : 2,
      type: kPatterns[at % kPatterns.length] },
    sampling: each.points.length > 6000 ? 'lttb' : undefined, emphasis: { disabled: true },
    data: each.points.map(([x, y]) => [x / is.x.factor, is_number(y) ? y / is.y.factor : null]),
    markLine: at === 0 && data.marks?.length ? mark_lines(data, is) : undefined };
}

const is_zoomed = (data) => data.series.some((each) => each.points.length > 24) && !data.x.log;

export const lines = {
  legend(data) {
    const names = data.series.map((each) => each.name);
    const fills = colours(names);
    const marks = data.marks ?? [];
    const kinds = marks.length > kNamedMarks ? [...new Set(marks.map((mark) => mark.kind ?? 'mark'))] : [];
    const entries = [...names.map((name, at) => ({ name, colour: fills[at], shape: 'line',
      pattern: kPatterns[at % kPatterns.length] })),
    ...kinds.map((name) => ({ name: `${name} (${marks.filter((mark) =>
      (mark.kind ?? 'mark') === name).length})`, shape: 'stroke',
    colour: /fail|lost|down/i.test(name) ? theme().bad : theme().soft }))];
    return entries.length > 1 || names[0] !== data.y.name ? entries : [];
  },
  height: (data, width) => (width < 560 ? 280 : 340) + (is_zoomed(data) ? 34 : 0),
  hint: (data) => (is_zoomed(data) ? 'Drag the slider or use Ctrl and the wheel to zoom.' : ''),
  option(data, look) {
    const is = scale(data);
    const fills = colours(data.series.map((each) => each.name));
    const ys = data.series.flatMap((each) => [...each.points.map((point) => point[1]),
      ...(each.low ?? []), ...(each.high ?? [])]).filter(is_number);
    const zoomed = is_zoomed(data) && !look.printing;
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'axis', axisPointer: { type: 'line',
        lineStyle: { color: theme().soft } }, formatter: (all) => {
        const curves = all.filter((each) => each.seriesType === 'line');
        if (!curves.length) return '';
        return hint(`${data.x.name} ${format(curves[0].value[0] * is.x.factor, data.x.unit)}`,
          curves.slice(0, 14).map((each) => [each.seriesName, format(is_number(each.value[1])
            ? each.value[1] * is.y.factor : null, data.y.unit), each.color]));
      } },
      grid: { left: 60, right: 22, top: 30, bottom: zoomed ? 78 : 46 },
      ...axes(data, is, Math.min(...ys), Math.max(...ys)),
      dataZoom: zooms(zoomed, undefined),
      series: [...data.series.map((each, at) => curve(each, at, is, fills[at], data)),
        ...data.series.map((each, at) => (each.low && each.high ? band(each, at, is, fills[at]) : null))
          .filter(Boolean)],
    };
  },
  drawn(option, data) {
    const is = scale(data);
    return option.series.filter((each) => each.id.startsWith('series-')).map((each) =>
      each.data.map(([x, y]) => [x * is.x.factor, y === null ? null : y * is.y.factor]));
  },
  tables(data) {
    return data.series.map((each) => ({ caption: each.name,
      columns: columns(data.x.name, data.y.name, ...(each.low ? ['low'] : []), ...(each.high ? ['high'] : [])),
      rows: thinned(each.points.map(([x, y], at) => [format(x, data.x.unit), format(y, data.y.unit),
        ...(each.low ? [format(each.low[at], data.y.unit)] : []),
        ...(each.high ? [format(each.high[at], data.y.unit)] : [])])) }));
  },
};

// A table of thousands of rows helps nobody: every so manieth, and the last. All are in the answer.
export function thinned(rows, most = 200) {
  if (rows.length <= most) return rows;
  const every = Math.ceil(rows.length / most);
  return rows.filter((_, at) => at % every === 0 || at === rows.length - 1);
}
