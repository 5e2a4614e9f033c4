// The drawings that ECharts makes: when they are made, sized, coloured again and read back.
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, MarkLineComponent, TitleComponent, TooltipComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

import { element } from './dom.js';

echarts.use([BarChart, CustomChart, LineChart, ScatterChart, DataZoomComponent, GridComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, LabelLayout, CanvasRenderer, SVGRenderer]);

const kPrintWidth = 680;  // CSS pixels: the text width of A4 and Letter with the margins of the style

function swatch({ colour, shape = 'square', pattern = 'solid' }) {
  const dashes = pattern === 'solid' ? '' : pattern === 'dotted' ? '2 3'
    : Array.isArray(pattern) ? pattern.join(' ') : '6 3';
  const parts = {
    square: `<rect x="2" y="2" width="12" height="12" fill="${colour}"/>`,
    rect: `<rect x="3" y="3" width="10" height="10" fill="${colour}"/>`,
    circle: `<circle cx="8" cy="8" r="5" fill="${colour}"/>`,
    triangle: `<path d="M8 2L14 13H2Z" fill="${colour}"/>`,
    diamond: `<path d="M8 1L14 8L8 15L2 8Z" fill="${colour}"/>`,
    emptyCircle: `<circle cx="8" cy="8" r="4.5" fill="none" stroke="${colour}" stroke-width="2"/>`,
    emptyRect: `<rect x="3" y="3" width="10" height="10" fill="none" stroke="${colour}" stroke-width="2"/>`,
    stroke: `<rect x="6.5" y="0" width="3" height="16" fill="${colour}"/>`,
    line: `<path d="M0 8H24" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`,
    whisker: `<path d="M0 8H24M1 4V12M23 4V12" stroke="${colour}" stroke-width="2"/>` +
      `<circle cx="12" cy="8" r="4" fill="${colour}"/>`,
  };
  const wide = shape === 'line' || shape === 'whisker' ? 24 : 16;
  const made = element('span', { class: 'swatch-drawn', 'aria-hidden': 'true' });
  made.innerHTML = `<svg width="${wide}" height="16" viewBox="0 0 ${wide} 16">${parts[shape]}</svg>`;
  return made;
}

function legend_of(entries) {
  return entries.map((entry) => element('li', {}, swatch(entry), entry.name));
}

// A drawing of `kind` for `section`: {box, draw, redraw, drawn, ...}. Nothing is drawn until draw().
export function chart_of(section, kind) {
  const { data } = section;
  const legend = element('ul', { class: 'legend' });
  const canvas = element('div', { class: 'canvas', role: 'img', 'aria-label': `${section.title}. ${section.says}` });
  const zoomed = kind.zoomable ? zoom_buttons((how) => zoom(how)) : null;
  const said = kind.hint?.(data) ?? '';
  const box = element('div', { class: 'chart' }, legend, zoomed, canvas,
    said ? element('p', { class: 'hint' }, said) : null);
  if (kind.zoomable) {
    box.setAttribute('tabindex', '0');
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', `${section.title}: zoom with + and −, move with the arrow keys`);
    box.addEventListener('keydown', (event) => { if (zoom(key_of(event))) event.preventDefault(); });
  }
  let chart = null;
  let width = 0;
  let printing = false;

  const measured = () => (printing ? kPrintWidth : Math.floor(canvas.clientWidth) || kPrintWidth);
  function fit() {
    canvas.style.height = `${kind.height(data, measured())}px`;
    legend.replaceChildren(...legend_of(kind.legend?.(data) ?? []));
    legend.hidden = legend.childElementCount === 0;
  }
  function draw() {
    fit();
    if (!chart) {
      const renderer = kind.renderer?.(data) ?? 'svg';
      chart = echarts.init(canvas, null, { renderer, width: measured(), height: kind.height(data, measured()) });
      canvas.setAttribute('role', 'img');
    }
    width = measured();
    chart.resize({ width, height: kind.height(data, width) });
    const view = chart.getOption()?.dataZoom?.map(({ start, end }) => ({ start, end }));
    const option = kind.option(data, { width, printing });
    option.dataZoom?.forEach((each, at) => { if (!printing) Object.assign(each, view?.[at]); });
    chart.setOption(option, { notMerge: true });
  }
  function zoom(how) {
    const now = chart?.getOption().dataZoom?.[0];
    if (!how || !now) return false;
    const next = how(now.start, now.end);
    chart.dispatchAction({ type: 'dataZoom', start: next[0], end: next[1] });
    return true;
  }
  fit();
  return {
    box, draw,
    redraw: () => (chart ? draw() : fit()),
    resize: () => { if (!chart) fit(); else if (measured() !== width) draw(); },
    print(on) { printing = on; draw(); },
    is_drawn: () => chart !== null,
    drawn: () => (chart ? kind.drawn(chart.getOption(), data) : null),
    view: () => { const { start, end } = chart?.getOption().dataZoom?.[0] ?? {}; return [start, end]; },
  };
}

const kLeastView = 0.02;  // per cent of the whole

function scaled(factor) {
  return (start, end) => {
    const half = Math.max(((end - start) / 2) * factor, kLeastView);
    const middle = Math.min(Math.max((start + end) / 2, half), Math.max(100 - half, 50));
    return [Math.max(0, middle - half), Math.min(100, middle + half)];
  };
}
function moved(share) {
  return (start, end) => {
    const by = Math.min(Math.max((end - start) * share, -start), 100 - end);
    return [start + by, end + by];
  };
}
const whole = () => [0, 100];

function key_of({ key, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  return { '+': scaled(0.5), '=': scaled(0.5), '-': scaled(2), _: scaled(2), 0: whole, Home: whole,
    ArrowLeft: moved(-0.2), ArrowRight: moved(0.2) }[key] ?? null;
}

function zoom_buttons(zoom) {
  const button = (name, text, how) => element('button', { type: 'button', 'aria-label': name, title: name,
    onclick: () => zoom(how) }, text);
  return element('div', { class: 'zoom', role: 'group', 'aria-label': 'zoom' },
    button('zoom out', '−', scaled(2)), button('zoom in', '+', scaled(0.5)),
    button('earlier', '‹', moved(-0.5)), button('later', '›', moved(0.5)),
    button('the whole step', 'whole', whole));
}
