// What each stage and stream does when, through one step. Rows are named at the left.
import { base_option, columns, hint, row_axis, value_axis } from './common.js';
import { format, scale_of, axis_name } from './format.js';
import { zooms } from './lines.js';
import { colours, on, theme } from './theme.js';
import { width_of } from './dom.js';

const kLeast = 0.35;  // pixels: a narrower span is drawn as wide as this
const scale = (data) => scale_of('s', data.end_s);
const row_height = (data) => (data.rows.length > 24 ? 17 : 22);
const span_text = (data, span) => (span[4] === null || span[4] === undefined ? '' : data.texts[span[4]] ?? '');

function label_of(data) {
  const groups = new Set(data.rows.map((row) => row.group));
  return data.rows.map((row) => (groups.size > 1 && row.group && !row.name.includes(row.group)
    ? `${row.group} · ${row.name}` : row.name));
}

function draw_span(data, fills, texts, high) {
  return (params, api) => {
    const row = api.value(0);
    const area = params.coordSys;
    const [from, y] = api.coord([api.value(1), row]);
    const [to] = api.coord([api.value(2), row]);
    const left = Math.max(from, area.x);
    const width = Math.min(to, area.x + area.width) - left;
    if (width <= 0 && (to < area.x || from > area.x + area.width)) return null;
    const part = api.value(3);
    const shape = { x: left, y: y - high / 2, width: Math.max(width, kLeast), height: high };
    const text = width > 22 ? texts[params.dataIndex] : '';
    const fits = text && width_of(text, 10) < width - 4;
    return { type: 'rect', shape, style: { fill: fills[part],
      stroke: width > 6 ? theme().paper : undefined, lineWidth: width > 6 ? 0.5 : 0 },
    ...(fits ? { textContent: { type: 'text', style: { text, fill: on(fills[part]), fontSize: 10 } },
      textConfig: { position: 'inside' } } : {}) };
  };
}

function draw_send(params, api) {
  const [x1, y1] = api.coord([api.value(1), api.value(0)]);
  const [x2, y2] = api.coord([api.value(3), api.value(2)]);
  const { x, width } = params.coordSys;
  if (x2 < x || x1 > x + width) return null;
  return { type: 'line', silent: true, shape: { x1, y1, x2, y2 },
    style: { stroke: theme().soft, lineWidth: 0.8, opacity: 0.55 } };
}

export const timeline = {
  renderer: (data) => (data.spans.length > 1500 ? 'canvas' : 'svg'),
  zoomable: true,
  hint: () => 'Ctrl and the wheel, the slider, or + and − zoom; drag or the arrow keys move; 0 shows the whole step.',
  legend(data) {
    const fills = colours(data.parts);
    return data.parts.map((name, at) => ({ name, colour: fills[at] }));
  },
  height: (data) => data.rows.length * row_height(data) + 92,
  option(data, look) {
    const is = scale(data);
    const fills = colours(data.parts);
    const texts = data.spans.map((span) => span_text(data, span));
    const names = label_of(data);
    const { axis, left } = row_axis(names, look.width);
    const size = row_height(data) < 20 ? 10 : 11;
    const sends = data.sends ?? [];
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ dataIndex }) => {
        const span = data.spans[dataIndex];
        return hint(texts[dataIndex] || data.parts[span[3]], [
          [data.parts[span[3]], format(span[2] - span[1], 's'), fills[span[3]]],
          ['from', format(span[1], 's')], ['to', format(span[2], 's')]], names[span[0]]);
      } },
      grid: { left, right: 18, top: 6, bottom: 78 },
      xAxis: value_axis({ min: 0, max: data.end_s / is.factor, name: axis_name('time in the step', is.name),
        nameLocation: 'middle', nameGap: 26,
        axisLabel: { ...value_axis().axisLabel, showMaxLabel: false } }),
      yAxis: { ...axis, axisLabel: { ...axis.axisLabel, fontSize: size, overflow: 'truncate',
        lineHeight: size + 2 },
      splitLine: { show: true, interval: 0, lineStyle: { color: theme().faint } } },
      dataZoom: zooms(true, undefined),
      series: [{ id: 'spans', type: 'custom', clip: true, encode: { x: [1, 2], y: 0 },
        renderItem: draw_span(data, fills, texts, row_height(data) - 5),
        progressive: 4000, progressiveThreshold: 12000,
        data: data.spans.map((span) => [span[0], span[1] / is.factor, span[2] / is.factor, span[3]]) },
      ...(sends.length ? [{ id: 'sends', type: 'custom', clip: true, silent: true, z: 3,
        encode: { x: [1, 3], y: [0, 2] }, renderItem: draw_send, tooltip: { show: false },
        data: sends.map((send) => [send[0], send[1] / is.factor, send[2], send[3] / is.factor]) }] : [])],
    };
  },
  drawn(option, data) {
    const { factor } = scale(data);
    return option.series[0].data.map((span) => [span[0], span[1] * factor, span[2] * factor, span[3]]);
  },
  // Of each row, the time in each part; the spans themselves are in the answer and in the trace.
  tables(data) {
    const names = label_of(data);
    const sums = data.rows.map(() => data.parts.map(() => 0));
    for (const [row, begin, end, part] of data.spans) sums[row][part] += end - begin;
    return [{ columns: columns('', ...data.parts, 'idle'), rows: sums.map((row, at) => [names[at],
      ...row.map((value) => format(value, 's')),
      format(Math.max(0, data.end_s - row.reduce((a, b) => a + b, 0)), 's')]) }];
  },
};
