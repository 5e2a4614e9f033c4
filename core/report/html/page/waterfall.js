// From one total to another, a row for each step on the way: floating bars.
import { base_option, columns, hint, largest, row_axis, value_axis } from './common.js';
import { width_of } from './dom.js';
import { axis_name, format, scale_of, signed } from './format.js';
import { theme } from './theme.js';

// [name, begin, end, value, is total, note]
function rows_of(data) {
  const rows = [[data.from.name, 0, data.from.value, data.from.value, true, '']];
  let at = data.from.value;
  for (const step of data.steps) {
    rows.push([step.name, at, at + step.value, step.value, false, step.note ?? '']);
    at += step.value;
  }
  rows.push([data.to.name, 0, data.to.value, data.to.value, true, '']);
  return rows;
}

const scale = (data) => scale_of(data.unit, largest(rows_of(data).flatMap((row) => [row[1], row[2]])));
const fill = (row) => (row[4] ? theme().total : row[3] > 0 ? theme().up : theme().down);
const written = (row, unit) => (row[4] ? format(row[3], unit) : signed(row[3], unit));

function draw(rows, unit) {
  return (params, api) => {
    const at = api.value(0);
    const row = rows[at];
    const [x0, y] = api.coord([api.value(1), at]);
    const [x1] = api.coord([api.value(2), at]);
    const high = row[4] ? 22 : 18;
    const below = api.coord([api.value(2), at + 1])[1];
    const left = Math.min(x0, x1);
    const children = [{ type: 'rect', shape: { x: left, y: y - high / 2,
      width: Math.max(Math.abs(x1 - x0), 1), height: high }, style: { fill: fill(row) } },
    { type: 'text', style: { text: written(row, unit), x: Math.max(x0, x1) + 6, y,
      verticalAlign: 'middle', fill: theme().ink, fontSize: 12,
      fontWeight: row[4] ? 600 : 400 } }];
    if (at + 1 < rows.length) {
      children.push({ type: 'line', silent: true, style: { stroke: theme().soft, lineWidth: 1,
        lineDash: [2, 2] }, shape: { x1, y1: y + high / 2, x2: x1, y2: below - 9 } });
    }
    return { type: 'group', children };
  };
}

export const waterfall = {
  legend: () => [{ name: 'more', colour: theme().up }, { name: 'less', colour: theme().down }],
  height: (data) => (data.steps.length + 2) * 30 + 50,
  option(data, look) {
    const is = scale(data);
    const rows = rows_of(data);
    const { axis, left } = row_axis(rows.map((row) => row[0]), look.width);
    const right = Math.max(...rows.map((row) => width_of(written(row, data.unit), 12))) * 1.1 + 16;
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ dataIndex }) => {
        const row = rows[dataIndex];
        return hint(row[0], [[row[4] ? 'in all' : 'changes by', written(row, data.unit), fill(row)],
          ...(row[4] ? [] : [['comes to', format(row[2], data.unit)]])], row[5]);
      } },
      grid: { left, right, top: 4, bottom: 44 },
      xAxis: value_axis({ name: axis_name('', is.name), nameLocation: 'middle', nameGap: 26 }),
      yAxis: axis,
      series: [{ id: 'waterfall', type: 'custom', renderItem: draw(rows, data.unit), clip: false,
        encode: { x: [1, 2], y: 0 },
        data: rows.map((row, at) => [at, row[1] / is.factor, row[2] / is.factor, row[3]]) }],
    };
  },
  drawn: (option) => option.series[0].data.map((row) => row[3]),
  tables(data) {
    return [{ columns: columns('', 'changes by', 'comes to'), rows: rows_of(data).map((row) => [
      row[5] ? { text: row[0], note: row[5] } : row[0], row[4] ? '' : written(row, data.unit),
      format(row[2], data.unit)]) }];
  },
};
