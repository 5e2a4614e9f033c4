// A dot in an interval for each row, with what was published beside it.
import { base_option, columns, hint, is_number, largest, row_axis, value_axis } from './common.js';
import { width_of } from './dom.js';
import { axis_name, format, scale_of } from './format.js';
import { theme } from './theme.js';

const values = (data) => data.rows.flatMap((row) => [row.low, row.mid, row.high, row.mark])
  .filter(is_number);
const scale = (data) => scale_of(data.unit, largest(values(data)));

export function verdict_colour(verdict) {
  const { good, bad, doubt, soft } = theme();
  if (/implausible|off|outside|fail|not met/i.test(verdict)) return bad;
  if (/optimistic|pessimistic|doubt/i.test(verdict)) return doubt;
  if (/not testable|no verdict|unknown/i.test(verdict)) return soft;
  return good;
}

// Wide ranges of positive numbers are drawn on a logarithmic axis.
function is_log(data) {
  const all = values(data);
  return all.length > 1 && Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) > 60;
}

const number = (value) => (is_number(value) ? value : null);
const has = (api, at) => is_number(api.value(at)) && !Number.isNaN(api.value(at));

function draw() {
  return (params, api) => {
    const { down, up, paper, ink } = theme();
    const row = api.value(0);
    const x = (at) => api.coord([api.value(at), row])[0];
    const y = api.coord([api.value(has(api, 2) ? 2 : 4), row])[1];
    const children = [];
    if (has(api, 1) && has(api, 3)) {
      const line = (x1, y1, x2, y2, lineWidth) => children.push({ type: 'line',
        shape: { x1, y1, x2, y2 }, style: { stroke: down, lineWidth } });
      line(x(1), y, x(3), y, 3);
      line(x(1), y - 5, x(1), y + 5, 1.5);
      line(x(3), y - 5, x(3), y + 5, 1.5);
    }
    if (has(api, 2)) {
      children.push({ type: 'circle', shape: { cx: x(2), cy: y, r: 5 },
        style: { fill: down, stroke: paper, lineWidth: 1.5 } });
    }
    if (has(api, 4)) {
      const at = x(4);
      children.push({ type: 'polygon', shape: { points: [[at, y - 7], [at + 6, y], [at, y + 7],
        [at - 6, y]] }, style: { fill: up, stroke: ink, lineWidth: 1 } });
    }
    return { type: 'group', children };
  };
}

function verdict_axis(data, axis) {
  const rich = {};
  data.rows.forEach((row, at) => {
    rich[`v${at}`] = { color: verdict_colour(row.verdict ?? ''), fontWeight: 600, fontSize: 12 };
  });
  return { ...axis, position: 'right', axisLine: { show: false },
    axisLabel: { ...axis.axisLabel, width: undefined, overflow: 'none', rich,
      formatter: (_, at) => (data.rows[at].verdict ? `{v${at}|${data.rows[at].verdict}}` : '') } };
}

export const intervals = {
  legend(data) {
    const marks = [...new Set(data.rows.filter((row) => is_number(row.mark)).map((row) =>
      row.mark_name ?? 'published'))];
    return [{ name: 'predicted, with its interval', colour: theme().down, shape: 'whisker' },
      ...(marks.length ? [{ name: marks.length === 1 ? marks[0] : 'published', colour: theme().up,
        shape: 'diamond' }] : [])];
  },
  height: (data) => data.rows.length * 32 + 52,
  option(data, look) {
    const is = scale(data);
    const { axis, left } = row_axis(data.rows.map((row) => row.name), look.width);
    const right = Math.max(16, ...data.rows.map((row) => width_of(row.verdict ?? '', 12) * 1.1 + 16));
    const log = is_log(data);
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ dataIndex }) => {
        const row = data.rows[dataIndex];
        return hint(row.name, [['predicted', format(row.mid, data.unit), theme().down],
          ['interval', `${format(row.low, data.unit)} to ${format(row.high, data.unit)}`],
          ...(is_number(row.mark) ? [[row.mark_name ?? 'published', format(row.mark, data.unit),
            theme().up]] : [])], row.verdict);
      } },
      grid: { left, right, top: 6, bottom: 44 },
      xAxis: value_axis({ type: log ? 'log' : 'value', scale: true, name: axis_name('', is.name),
        nameLocation: 'middle', nameGap: 26 }),
      yAxis: [{ ...axis, splitLine: { show: true, lineStyle: { color: theme().faint } } },
        verdict_axis(data, axis)],
      series: [{ id: 'intervals', type: 'custom', renderItem: draw(), clip: false,
        encode: { x: [1, 2, 3, 4], y: 0 },
        data: data.rows.map((row, at) => [at, ...[row.low, row.mid, row.high, row.mark].map((value) =>
          (is_number(value) ? value / is.factor : null))]) }],
    };
  },
  drawn(option, data) {
    const { factor } = scale(data);
    return option.series[0].data.map((row) => row.slice(1).map((value) =>
      (number(value) === null ? null : value * factor)));
  },
  tables: (data) => [{ columns: [...columns('', 'low', 'middle', 'high', 'published'),
    { title: 'verdict', align: 'left' }],
  rows: data.rows.map((row) => [row.name, format(row.low, data.unit), format(row.mid, data.unit),
    format(row.high, data.unit), format(row.mark, data.unit), row.verdict ?? '']) }],
};
