// How far the answer moves as each input goes from the low to the high end of its range.
import { base_option, columns, hint, largest, row_axis, value_axis } from './common.js';
import { width_of } from './dom.js';
import { axis_name, format, scale_of } from './format.js';
import { colours, theme } from './theme.js';

const kNames = ['input at its low end', 'input at its high end'];
const all = (data) => [data.base, ...data.inputs.flatMap((input) => [input.low_value, input.high_value])];
const scale = (data) => scale_of(data.unit, largest(all(data)));

function draw(data, fills) {
  return (params, api) => {
    const at = api.value(0);
    const input = data.inputs[at];
    const [base, y] = api.coord([api.value(1), at]);
    const ends = [api.coord([api.value(2), at])[0], api.coord([api.value(3), at])[0]];
    const same = (ends[0] - base) * (ends[1] - base) > 0;
    const children = ends.map((end, side) => ({ type: 'rect', style: { fill: fills[side] }, shape: {
      x: Math.min(base, end), width: Math.max(Math.abs(end - base), 1),
      y: same ? y - 9 + side * 9 : y - 9, height: same ? 9 : 18 } }));
    const label = (text, end, side) => {
      const leftmost = end < base || (end === base && ends[1 - side] > base);
      return { type: 'text', silent: true, style: { text, x: end + (leftmost ? -5 : 5),
        y: same ? y - 4.5 + side * 9 : y, align: leftmost ? 'right' : 'left', verticalAlign: 'middle',
        fill: theme().soft, fontSize: 11 } };
    };
    if (!same) children.push(label(input.low, ends[0], 0), label(input.high, ends[1], 1));
    else {
      const far = Math.abs(ends[0] - base) > Math.abs(ends[1] - base) ? 0 : 1;
      children.push({ ...label(`${input.low}, ${input.high}`, ends[far], far) });
      children.at(-1).style.y = y;
    }
    return { type: 'group', children };
  };
}

export const tornado = {
  legend() {
    const fills = colours(kNames);
    return kNames.map((name, at) => ({ name, colour: fills[at] }));
  },
  height: (data) => data.inputs.length * 30 + 72,
  option(data, look) {
    const is = scale(data);
    const fills = colours(kNames);
    const { axis, left } = row_axis(data.inputs.map((input) => input.name), look.width);
    const widest = Math.max(20, ...data.inputs.flatMap((input) =>
      [width_of(input.low, 11), width_of(input.high, 11)])) + 10;
    const side = Math.min(widest, look.width * 0.16);
    const values = all(data).map((value) => value / is.factor);
    const ends = [Math.min(...values), Math.max(...values)];
    const margin = ((ends[1] - ends[0]) || Math.abs(ends[0]) || 1) * 0.03;
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ dataIndex }) => {
        const input = data.inputs[dataIndex];
        return hint(input.name, [[`at ${input.low}`, format(input.low_value, data.unit), fills[0]],
          [`at ${input.high}`, format(input.high_value, data.unit), fills[1]]]);
      } },
      grid: { left: left + side, right: side + 6, top: 24, bottom: 44 },
      xAxis: value_axis({ scale: true, min: ends[0] - margin, max: ends[1] + margin,
        name: axis_name('', is.name), nameLocation: 'middle', nameGap: 26,
        axisLabel: { ...value_axis().axisLabel, showMinLabel: false, showMaxLabel: false } }),
      yAxis: { ...axis, axisLine: { show: false }, offset: side },
      series: [{ id: 'tornado', type: 'custom', clip: false, renderItem: draw(data, fills),
        encode: { x: [1, 2, 3], y: 0 },
        data: data.inputs.map((input, at) => [at, data.base / is.factor, input.low_value / is.factor,
          input.high_value / is.factor]),
        markLine: { silent: true, symbol: 'none', lineStyle: { color: theme().ink, type: 'solid', width: 1 },
          label: { formatter: `${format(data.base, data.unit)} as asked`, color: theme().ink, fontSize: 12,
            position: 'start', rotate: 0, align: 'center', distance: 8 },
          data: [{ xAxis: data.base / is.factor }] } }],
    };
  },
  drawn(option, data) {
    const { factor } = scale(data);
    return option.series[0].data.map((row) => row.slice(1).map((value) => value * factor));
  },
  tables: (data) => [{ columns: columns('input', 'low end', 'gives', 'high end', 'gives'),
    rows: data.inputs.map((input) => [input.name, input.low, format(input.low_value, data.unit),
      input.high, format(input.high_value, data.unit)]) }],
};
