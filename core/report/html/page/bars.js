// Horizontal bars, a row for each category: side by side, or stacked to a total.
import { base_option, columns, down, hint, is_number, kText, row_axis, scaled, up,
  value_axis } from './common.js';
import { width_of } from './dom.js';
import { format, axis_name } from './format.js';
import { colours, on, theme } from './theme.js';

const kBar = 16;

const total_of = (data, row) => data.series.reduce((sum, { values }) => sum + (values[row] ?? 0), 0);
const limits_of = (data, row) => (data.limits ?? []).filter((limit) => limit.category === row);

function end_text(data, row) {
  const total = format(total_of(data, row), data.unit);
  const limits = limits_of(data, row).map((limit) => format(limit.value, data.unit));
  return limits.length ? `${total} of ${limits.join(', ')}` : total;
}

function scale(data) {
  const all = [...(data.limits ?? []).map((limit) => limit.value)];
  data.categories.forEach((_, row) => {
    if (data.stacked) all.push(total_of(data, row));
    else all.push(...data.series.map((each) => each.values[row]));
  });
  return scaled(data.unit, all);
}

// Parts write their number inside where it fits.
function inner_label(data, { factor, name }, most, room, colour) {
  return {
    show: true, position: 'inside', fontSize: 11, color: on(colour),
    formatter: ({ value }) => {
      if (!is_number(value) || value <= 0) return '';
      const text = data.unit === '%' ? format(value * factor, '%').replace(' %', '')
        : format(value * factor, data.unit).replace(` ${name}`, '');
      return (value / most) * room > width_of(text, 11) + 8 ? text : '';
    },
  };
}

function series_of(data, look, is, room) {
  const names = data.series.map((each) => each.name);
  const fills = colours(names);
  const most = Math.max(1e-300, ...data.categories.map((_, row) => Math.max(total_of(data, row),
    ...limits_of(data, row).map((limit) => limit.value)) / is.factor));
  return data.series.map((each, at) => ({
    id: `series-${at}`, name: each.name, type: 'bar', stack: data.stacked ? 'all' : undefined,
    barWidth: data.stacked ? 22 : undefined, barMaxWidth: kBar + 4, barGap: '15%', barCategoryGap: '28%',
    itemStyle: { color: fills[at], borderColor: theme().paper, borderWidth: data.stacked ? 0.75 : 0 },
    emphasis: { focus: 'none' },
    label: data.stacked ? inner_label(data, is, most, room, fills[at]) : {
      show: true, position: 'right', color: theme().ink, fontSize: 11,
      formatter: ({ value }) => format(up(value, is.factor), data.unit) },
    data: each.values.map((value) => down(value, is.factor)),
  }));
}

// The totals at the ends, and the limits as upright strokes: points on top of the bars.
function marks_of(data, is) {
  const { ink, bad, paper } = theme();
  const ends = data.categories.map((_, row) => {
    const at = Math.max(total_of(data, row), ...limits_of(data, row).map((limit) => limit.value));
    return { value: [at / is.factor, row], label: { formatter: end_text(data, row) } };
  });
  const strokes = (data.limits ?? []).map((limit) => ({ value: [limit.value / is.factor, limit.category],
    name: limit.name }));
  return [
    { id: 'limits', type: 'scatter', symbol: 'rect', symbolSize: [3, 32], z: 5, silent: true,
      itemStyle: { color: bad, borderColor: paper, borderWidth: 0.5 }, data: strokes },
    { id: 'ends', type: 'scatter', symbolSize: 0.01, silent: true, data: data.stacked ? ends : [],
      label: { show: true, position: 'right', distance: 7, color: ink, fontSize: 12, fontWeight: 600 } },
  ];
}

function tip(data, is) {
  return ({ dataIndex, seriesIndex, name }) => {
    const fills = colours(data.series.map((each) => each.name));
    const rows = data.series.map((each, at) =>
      [each.name, format(each.values[dataIndex], data.unit), fills[at], at]);
    if (data.stacked) rows.push(['total', format(total_of(data, dataIndex), data.unit)]);
    for (const limit of limits_of(data, dataIndex)) {
      rows.push([limit.name, format(limit.value, data.unit), theme().bad]);
    }
    return hint(name || data.categories[dataIndex], rows.slice(0, 24));
  };
}

export const bars = {
  legend(data) {
    const names = data.series.map((each) => each.name);
    const fills = colours(names);
    const entries = names.map((name, at) => ({ name, colour: fills[at] }));
    const limits = [...new Set((data.limits ?? []).map((limit) => limit.name))];
    entries.push(...limits.map((name) => ({ name, colour: theme().bad, shape: 'stroke' })));
    return entries.length > 1 ? entries : [];
  },
  height(data) {
    const row = data.stacked ? 44 : Math.max(34, data.series.length * 20 + 14);
    return data.categories.length * row + 52;
  },
  option(data, look) {
    const is = scale(data);
    const { axis, left } = row_axis(data.categories, look.width);
    const widest = data.stacked ? Math.max(...data.categories.map((_, row) =>
      width_of(end_text(data, row), kText))) * 1.1 + 14 : 74;
    const right = Math.min(widest, look.width * 0.34);
    return {
      ...base_option(),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: tip(data, is) },
      grid: { left, right, top: 4, bottom: 44 },
      xAxis: value_axis({ name: axis_name('', is.name), nameLocation: 'middle', nameGap: 26,
        max: data.unit === '%' && data.stacked ? (extent) => Math.min(100, extent.max) : undefined }),
      yAxis: axis,
      series: [...series_of(data, look, is, look.width - left - right),
        ...(data.stacked || data.limits ? marks_of(data, is) : [])],
    };
  },
  drawn(option, data) {
    const { factor } = scale(data);
    return option.series.filter((each) => each.id.startsWith('series-'))
      .map((each) => each.data.map((value) => up(value, factor)));
  },
  tables(data) {
    const names = data.series.map((each) => each.name);
    const rows = data.categories.map((category, row) => [category,
      ...data.series.map((each) => format(each.values[row], data.unit)),
      ...(data.stacked && names.length > 1 ? [format(total_of(data, row), data.unit)] : []),
      ...(data.limits ? [limits_of(data, row).map((limit) =>
        `${limit.name} ${format(limit.value, data.unit)}`).join(', ')] : [])]);
    return [{ columns: columns('', ...names, ...(data.stacked && names.length > 1 ? ['total'] : []),
      ...(data.limits ? ['limit'] : [])), rows }];
  },
};
