// Per chip: what its memory feeds (slopes) and what it computes at most (flats), with the job's
// operators as dots whose area is their share of the kernel time (Williams et al. 2009).
import { base_option, columns, hint, value_axis } from './common.js';
import { format } from './format.js';
import { colours, kPatterns, theme } from './theme.js';

const kGap = 66;
const kPlot = 300;
const kNamed = 6;

const columns_of = (data, width) => (width > 720 ? Math.min(2, data.chips.length) : 1);
const power_of_ten = (value, round) => 10 ** round(Math.log10(value));

function extent(data) {
  const points = data.chips.flatMap((chip) => chip.points).filter((point) => point.intensity > 0 && point.flops > 0);
  const roofs = data.chips.flatMap((chip) => chip.roofs);
  const ridges = roofs.map((roof) => roof.flops / roof.bandwidth);
  const x0 = power_of_ten(Math.min(...points.map((point) => point.intensity), ...ridges.map((x) => x / 20)), Math.floor);
  const x1 = power_of_ten(Math.max(...points.map((point) => point.intensity), ...ridges.map((x) => x * 8)), Math.ceil);
  const y1 = power_of_ten(Math.max(...roofs.map((roof) => roof.flops)) * 1.01, Math.ceil);
  const y0 = power_of_ten(Math.max(Math.min(...points.map((point) => point.flops)), y1 * 1e-6), Math.floor);
  return { x: [x0, x1], y: [y0, y1] };
}

function roof_series(chip, at, grid, { x, y }, fills) {
  return chip.roofs.map((roof, which) => {
    const ridge = roof.flops / roof.bandwidth;
    const from = Math.max(x[0], y[0] / roof.bandwidth);
    return { id: `roof-${at}-${which}`, name: roof.name, type: 'line', xAxisIndex: at, yAxisIndex: at,
      showSymbol: false, silent: true, z: 2, tooltip: { show: false }, clip: true,
      lineStyle: { color: fills[which], width: 2, type: kPatterns[which % kPatterns.length] },
      data: [[from, roof.bandwidth * from], [ridge, roof.flops], [x[1], roof.flops]],
      endLabel: { show: true, formatter: () => `${roof.name} ${format(roof.flops, 'FLOP/s')}`,
        color: theme().ink, fontSize: 11, align: 'right', verticalAlign: 'bottom', offset: [-10, -9],
        textBorderColor: theme().paper, textBorderWidth: 3 },
      labelLayout: { moveOverlap: 'shiftY' } };
  });
}

function point_series(chip, at) {
  const largest = [...chip.points].sort((a, b) => b.share - a.share).slice(0, kNamed);
  return { id: `points-${at}`, name: chip.name, type: 'scatter', xAxisIndex: at, yAxisIndex: at, z: 4,
    itemStyle: { color: theme().up, opacity: 0.82, borderColor: theme().paper, borderWidth: 1 },
    symbolSize: (value) => 6 + 34 * Math.sqrt(Math.max(0, value[2])), labelLayout: { hideOverlap: true },
    data: chip.points.map((point) => ({ name: point.name, value: [point.intensity, point.flops, point.share],
      label: { show: largest.includes(point), formatter: point.name, position: 'bottom', distance: 4,
        color: theme().ink, fontSize: 11, textBorderColor: theme().paper, textBorderWidth: 2 } })) };
}

export const roofline = {
  legend: () => [{ name: 'an operator; the area is its share of kernel time', colour: theme().up, shape: 'circle' }],
  height(data, width) {
    return Math.ceil(data.chips.length / columns_of(data, width)) * (kPlot + kGap) + 6;
  },
  option(data, look) {
    const across = columns_of(data, look.width);
    const around = extent(data);
    const names = [...new Set(data.chips.flatMap((chip) => chip.roofs.map((roof) => roof.name)))];
    const fills = colours(names.map((name) => `roof ${name}`));
    const wide = look.width / across;
    const grids = data.chips.map((_, at) => ({ left: (at % across) * wide + 62, width: wide - 62 - 16,
      top: Math.floor(at / across) * (kPlot + kGap) + 34, height: kPlot - 34 - 10 }));
    const log = (extra) => value_axis({ type: 'log', splitLine: { show: true, lineStyle: { color: theme().faint } },
      ...extra });
    return {
      ...base_option(),
      title: data.chips.map((chip, at) => ({ text: chip.name, left: grids[at].left, top: grids[at].top - 27,
        padding: 0, textStyle: { fontSize: 13, fontWeight: 600, color: theme().ink } })),
      tooltip: { ...base_option().tooltip, trigger: 'item', formatter: ({ name, value, seriesName }) =>
        hint(name, [['arithmetic intensity', format(value[0], 'FLOP/B')],
          ['reaches', format(value[1], 'FLOP/s')], ['share of kernel time', format(value[2], '%')]], seriesName) },
      grid: grids,
      xAxis: data.chips.map((_, at) => log({ gridIndex: at, min: around.x[0], max: around.x[1],
        name: 'arithmetic intensity (FLOP/B)', nameLocation: 'middle', nameGap: 26 })),
      yAxis: data.chips.map((_, at) => log({ gridIndex: at, min: around.y[0], max: around.y[1],
        axisLabel: { ...value_axis().axisLabel, formatter: (value) => format(value, 'FLOP/s')
          .replace('.00', '').replace('FLOP/s', 'F/s') } })),
      series: data.chips.flatMap((chip, at) => [...roof_series(chip, at, grids[at], around,
        chip.roofs.map((roof) => fills[names.indexOf(roof.name)])), point_series(chip, at)]),
    };
  },
  drawn: (option) => option.series.filter((each) => each.id.startsWith('points-')).map((each) =>
    each.data.map(({ value }) => value)),
  tables: (data) => data.chips.map((chip) => ({ caption: chip.name,
    columns: columns('', 'intensity', 'reaches', 'share of kernel time'),
    rows: [...chip.roofs.map((roof) => [`${roof.name} (roof, from ${format(roof.bandwidth, 'B/s')})`,
      format(roof.flops / roof.bandwidth, 'FLOP/B'), format(roof.flops, 'FLOP/s'), '']),
    ...chip.points.map((point) => [point.name, format(point.intensity, 'FLOP/B'),
      format(point.flops, 'FLOP/s'), format(point.share, '%')])] })),
};
