// Reads what the page holds (#weft-page) and draws it.
import { bars } from './bars.js';
import { chart_of } from './charts.js';
import { element } from './dom.js';
import { headlines_of } from './headlines.js';
import { intervals } from './intervals.js';
import { lines } from './lines.js';
import { roofline } from './roofline.js';
import { scatter } from './scatter.js';
import { table, table_of, text } from './table.js';
import { is_dark, set_dark, set_print } from './theme.js';
import { timeline } from './timeline.js';
import { topology } from './topology.js';
import { tornado } from './tornado.js';
import { waterfall } from './waterfall.js';

const kKinds = { text, table, bars, waterfall, lines, scatter, timeline, roofline, topology, tornado, intervals };
const page = JSON.parse(document.getElementById('weft-page').textContent);
const drawings = new Map();

function tables_of(section, kind) {
  if (!kind.tables) return null;
  const inside = element('div', {});
  const folded = element('details', { class: 'numbers' }, element('summary', {}, 'The numbers'), inside);
  // Made when asked for: a page may hold tens of thousands of numbers.
  folded.addEventListener('toggle', () => {
    if (!folded.open || inside.childElementCount) return;
    inside.append(...kind.tables(section.data).flatMap(({ caption, ...rest }) => [
      caption ? element('h3', {}, caption) : null,
      table_of(rest, [section.title, caption].filter(Boolean).join(': '))]).filter(Boolean));
  });
  return folded;
}

function section_of(section) {
  const kind = kKinds[section.kind];
  const drawing = kind.make ? kind.make(section) : chart_of(section, kind);
  drawings.set(section.id, drawing);
  drawing.kind = section.kind;
  return element('section', { id: section.id, 'aria-labelledby': `${section.id}-title`,
    class: `kind-${section.kind}` },
  element('h2', { id: `${section.id}-title` }, section.title),
  section.says ? element('p', { class: 'says' }, section.says) : null,
  element('figure', {}, drawing.box), tables_of(section, kind));
}

function contents() {
  const list = element('ol', {}, page.sections.map((section) =>
    element('li', {}, element('a', { href: `#${section.id}` }, section.title))));
  const is_wide = matchMedia('(min-width: 1180px)');
  const nav = element('details', { class: 'contents' }, element('summary', {}, 'Contents'),
    element('nav', { 'aria-label': 'contents' }, list));
  const follow = () => { nav.open = is_wide.matches; };
  is_wide.addEventListener('change', follow);
  follow();
  list.addEventListener('click', () => { if (!is_wide.matches) nav.open = false; });
  return nav;
}

function save() {
  const url = URL.createObjectURL(new Blob([page.answer], { type: 'application/json' }));
  element('a', { href: url, download: 'answer.json' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function set_theme(dark) {
  set_dark(dark);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  const button = document.getElementById('weft-theme');
  if (button) button.textContent = dark ? 'Light' : 'Dark';
  redraw();
}

function redraw() { for (const drawing of drawings.values()) drawing.redraw?.(); }

function header() {
  const button = (name, act, id) => element('button', { type: 'button', id, onclick: act }, name);
  return element('header', {},
    element('div', { class: 'tools' },
      page.answer ? button('Save the answer (JSON)', save, 'weft-save') : null,
      button('Print', () => { print_mode(true); globalThis.print(); }, 'weft-print'),
      button(is_dark() ? 'Light' : 'Dark', () => set_theme(!is_dark()), 'weft-theme')),
    element('h1', {}, page.title), element('p', { class: 'subtitle' }, page.subtitle));
}

function asked() {
  if (!page.question) return null;
  return element('details', { class: 'asked' }, element('summary', {}, 'What was asked (YAML)'),
    element('pre', { tabindex: '0' }, page.question));
}

// On paper: light, everything drawn, each drawing as wide as the text.
function print_mode(on) {
  set_print(on);
  document.documentElement.classList.toggle('printing', on);
  for (const drawing of drawings.values()) {
    if (drawing.print) drawing.print(on);
    else drawing.redraw?.();
  }
}

function draw_when_seen() {
  const by_box = new Map([...drawings.values()].filter((each) => each.draw).map((each) => [each.box, each]));
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) { seen.unobserve(target); by_box.get(target).draw(); }
    }
  }, { rootMargin: '400px 0px' });
  for (const box of by_box.keys()) seen.observe(box);
  let waiting = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { for (const each of by_box.values()) each.resize(); });
  }).observe(document.querySelector('main'));
}

function mark_place(nav) {
  const links = new Map([...nav.querySelectorAll('a')].map((link) => [link.hash.slice(1), link]));
  const visible = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) visible[isIntersecting ? 'add' : 'delete'](target.id);
    const now = page.sections.find((section) => visible.has(section.id))?.id;
    for (const [id, link] of links) {
      if (id === now) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }, { rootMargin: '-10% 0px -60% 0px' });
  for (const section of document.querySelectorAll('main > section')) watch.observe(section);
}

function start() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  set_dark(dark.matches);
  document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light';
  const nav = contents();
  document.body.append(element('a', { class: 'skip', href: '#weft-main' }, 'Skip to the report'),
    header(), element('div', { class: 'columns' }, nav,
      element('main', { id: 'weft-main', tabindex: '-1' }, headlines_of(page.headlines), asked(),
        page.sections.map(section_of),
        element('footer', {}, 'Computed by weft. This file holds all that it shows and fetches nothing.'))));
  dark.addEventListener('change', () => set_theme(dark.matches));
  addEventListener('beforeprint', () => print_mode(true));
  addEventListener('afterprint', () => print_mode(false));
  draw_when_seen();
  mark_place(nav);
}

// For tests: what each drawing holds, in SI units.
globalThis.weft = {
  page,
  ready: new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }),
  ids: () => [...drawings.keys()],
  drawn: (id) => drawings.get(id)?.drawn() ?? null,
  is_drawn: (id) => drawings.get(id)?.is_drawn?.() ?? true,
  view: (id) => drawings.get(id)?.view?.() ?? null,
  draw_all() { for (const each of drawings.values()) if (each.draw && !each.is_drawn()) each.draw(); },
  print_mode,
};
start();
