// Points with two numbers each, in groups; a frontier joins those that nothing beats in both.
import { base_option, columns, hint, is_number } from './common.js';
import { format } from './format.js';
import { axes, scales } from './lines.js';
import { colours, kSymbols, theme } from './theme.js';

const kNamed = 14;
const all = (data) => data.groups.flatMap((group) => group.points);
const scale = (data) => scales(data, all(data).map((point) => [point.x, point.y]),
  all(data).map((point) => point.y));

// Less of both is better: of the points that no other has less of both.
function frontier_of(data) {
  const sorted = all(data).filter((point) => is_number(point.x) && is_number(point.y))
    .sort((a, b) => a.x - b.x || a.y - b.y);
  const kept = [];
  for (const point of sorted) if (!kept.length || point.y < kept.at(-1).y) kept.push(point);
  return kept;
}

export const scatter = {
  legend(data) {
    const fills = colours(data.groups.map((group) => group.name));
    return [...data.groups.map((group, at) => ({ name: group.name, colour: fills[at],
      shape: kSymbols[at % kSymbols.length] })),
    ...(data.frontier ? [{ name: 'no other has less of both', colour: theme().soft, shape: 'line',
      pattern: 'dashed' }] : [])];
  },
  height: (data, width) => (width < 560 ? 320 : 400),
  option(data) {
    const is = scale(data);
    const fills = colours(data.groups.map((group) => group.name));
    const ys = all(data).map((point) => point.y).filter(is_number);
    const named = all(data).length <= kNamed;
    const many = all(data).length > 400;
    const groups = data.groups.map((group, at) => ({ id: `series-${at}`, name: group.name,
      type: 'scatter', symbol: kSymbols[at % kSymbols.length], symbolSize: many ? 5 : 11, z: 3,
      itemStyle: { color: fills[at], opacity: many ? 0.65 : 0.9, borderColor: theme().paper,
        borderWidth: many ? 0 : 1 },
      label: { show: named, position: 'right', color: theme().ink, fontSize: 11, distance: 6,
        textBorderColor: theme().paper, textBorderWidth: 3,
        formatter: ({ name }) => name },
      labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' }, clip: false,
      data: group.points.map((point) => ({ name: point.name,
        value: [point.x / is.x.factor, point.y / is.y.factor] })) }));
    const frontier = data.frontier ? [{ id: 'frontier', type: 'line', silent: true, showSymbol: false,
      step: 'end', lineStyle: { color: theme().soft, type: 'dashed', width: 1.2 }, z: 2,
      tooltip: { show: false },
      data: frontier_of(data).map((point) => [point.x / is.x.factor, point.y / is.y.factor]) }] : [];
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ name, value, color, seriesName }) =>
        hint(name || seriesName, [[data.x.name, format(value[0] * is.x.factor, data.x.unit)],
          [data.y.name, format(value[1] * is.y.factor, data.y.unit), color]], name ? seriesName : '') },
      grid: { left: 60, right: named ? 90 : 24, top: 30, bottom: 46 },
      ...axes(data, is, Math.min(...ys), Math.max(...ys)),
      series: [...groups, ...frontier],
    };
  },
  drawn(option, data) {
    const is = scale(data);
    return option.series.filter((each) => each.id.startsWith('series-')).map((each) =>
      each.data.map(({ value }) => [value[0] * is.x.factor, value[1] * is.y.factor]));
  },
  tables: (data) => [{ columns: [{ title: 'group' }, { title: 'point' },
    ...columns(data.x.name, data.y.name).map((column) => ({ ...column, align: 'right' }))],
  rows: all_rows(data) }],
};

function all_rows(data) {
  return data.groups.flatMap((group) => group.points.map((point) =>
    [group.name, point.name, format(point.x, data.x.unit), format(point.y, data.y.unit)])).slice(0, 1000);
}
