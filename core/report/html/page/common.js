// What several kinds of drawing share.
import { kFont, width_of } from './dom.js';
import { scale_of, tick } from './format.js';
import { theme } from './theme.js';

export const kText = 12;
export const is_number = (value) => typeof value === 'number' && Number.isFinite(value);
export const largest = (values) => values.reduce((most, value) =>
  (is_number(value) && Math.abs(value) > most ? Math.abs(value) : most), 0);

export function base_option() {
  const { ink, paper, rule } = theme();
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: kFont, fontSize: kText, color: ink },
    tooltip: {
      confine: true, backgroundColor: paper, borderColor: rule, borderWidth: 1,
      padding: [6, 10], textStyle: { color: ink, fontSize: kText, fontFamily: kFont },
      extraCssText: 'box-shadow:0 2px 10px rgba(0,0,0,.18);border-radius:3px;max-width:340px;' +
        'white-space:normal;',
    },
  };
}

export function value_axis(extra = {}) {
  const { soft, rule, faint } = theme();
  return {
    type: 'value',
    axisLine: { show: false, lineStyle: { color: rule } },
    axisTick: { show: false },
    axisLabel: { color: soft, fontSize: kText, formatter: tick, hideOverlap: true },
    splitLine: { lineStyle: { color: faint, width: 1 } },
    minorSplitLine: { show: false },
    nameTextStyle: { color: soft, fontSize: kText },
    ...extra,
  };
}

// A row for each of `names`, from the top; {axis, left}: the room its names take at the left.
export function row_axis(names, width, extra = {}) {
  const { ink, rule } = theme();
  const widest = Math.max(0, ...names.map((name) => width_of(name, kText)));
  const room = Math.ceil(Math.min(widest + 4, width * 0.36, 260));
  const axis = {
    type: 'category', data: names, inverse: true,
    axisLine: { show: true, lineStyle: { color: rule } },
    axisTick: { show: false },
    axisLabel: { color: ink, fontSize: kText, width: room, overflow: 'break', interval: 0,
      lineHeight: 14, margin: 8 },
    splitLine: { show: false },
    ...extra,
  };
  return { axis, left: room + 12 };
}

export const escape = (text) => String(text).replace(/[&<>"]/g, (c) =>
  ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

// Lines of a tooltip: a title, and [name, value, colour?] each.
export function hint(title, rows, note) {
  const dot = (colour) => (colour ? `<span style="display:inline-block;width:9px;height:9px;` +
    `margin-right:6px;background:${colour}"></span>` : '');
  const lines = rows.map(([name, value, colour]) => '<div style="display:flex;gap:18px;' +
    `justify-content:space-between"><span>${dot(colour)}${escape(name)}</span>` +
    `<b style="font-variant-numeric:tabular-nums">${escape(value)}</b></div>`);
  return `<div style="font-weight:600;margin-bottom:2px">${escape(title)}</div>${lines.join('')}` +
    (note ? `<div style="margin-top:4px;opacity:.8">${escape(note)}</div>` : '');
}

// An axis of numbers in SI units: its scale, and what it says.
export function scaled(unit, values) { return scale_of(unit ?? '', largest(values)); }
export const down = (value, factor) => (is_number(value) ? value / factor : null);
export const up = (value, factor) => (is_number(value) ? value * factor : null);

// Two columns of text: the first of names, the rest of numbers.
export const columns = (first, ...rest) => [{ title: first, align: 'left' },
  ...rest.map((title) => ({ title, align: 'right' }))];
