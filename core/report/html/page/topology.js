// A cluster as boxes in boxes: in each level one member is opened, the others are counted. The band
// across a box is the network that joins its members; the fuller its colour, the busier it is.
import { element } from './dom.js';
import { columns } from './common.js';
import { format } from './format.js';
import { on, theme } from './theme.js';

const kShown = 12;
const kSteps = [0.02, 0.1, 0.25, 0.5];
const plural = (noun, count) => (count === 1 ? noun : noun.endsWith('s') || /[^a-z)]$/i.test(noun) ? noun
  : /(ch|x|sh)$/.test(noun) ? `${noun}es` : `${noun}s`);

export const load_step = (load) => kSteps.filter((edge) => load >= edge).length;

function fact(name, value) {
  return element('span', { class: 'fact' }, element('b', {}, value), ` ${name}`);
}

function band(tier) {
  const step = load_step(tier.load ?? 0);
  const colour = theme().load[step];
  const facts = [
    fact('a device', format(tier.bandwidth, 'B/s')),
    fact('of the step in use', format(tier.load, '%')),
    fact('sent by a device, a step', format(tier.bytes, 'B')),
    tier.links ? fact('links', format(tier.links, '')) : null,
    tier.failures_per_week === undefined || tier.failures_per_week === null ? null
      : fact('failures a week', format(tier.failures_per_week, '')),
  ];
  const failed = tier.failed > 0 ? element('span', { class: 'failed' },
    `${format(tier.failed, '')} ${tier.failed === 1 ? 'link' : 'links'} down`) : null;
  return element('div', { class: 'band', 'data-step': String(step) },
    element('div', { class: 'band-name', style: `background:${colour};color:${on(colour)}` },
      element('b', {}, tier.name), ` ${tier.link ?? ''}`, failed),
    element('div', { class: 'band-facts' }, facts.filter(Boolean)));
}

// `at` counts from the devices; a box of level `at` holds `inside` members of the level below.
function members(data, at) {
  const level = data.levels[at];
  const inside = level.inside ?? level.count;
  if (at === 0) {
    const shown = Math.min(inside, kShown);
    const chips = Array.from({ length: shown }, () => element('i', { class: 'chip' }));
    return element('div', { class: 'chips' }, chips, element('span', { class: 'count' },
      inside > shown ? `… ${format(inside, '')} ${plural(level.noun, inside)}`
        : `${format(inside, '')} ${plural(level.noun, inside)}`));
  }
  const rest = inside - 1;
  const others = rest > 0 ? element('div', { class: 'others' },
    Array.from({ length: Math.min(rest, 3) }, () => element('i', {})),
    element('span', { class: 'count' }, `+ ${format(rest, '')} more`)) : null;
  return element('div', { class: 'members' }, box(data, at), others);
}

function box(data, at) {
  const level = data.levels[at];
  const tiers = data.tiers.filter((tier) => tier.level === at - 1);
  return element('div', { class: 'box' },
    element('div', { class: 'box-name' }, element('b', {}, level.name),
      element('span', {}, ` ${format(level.count, '')} ${plural(level.noun, level.count)} in all`)),
    tiers.map(band), at > 0 ? members(data, at - 1) : null);
}

// The levels' own top: what joins the members of the last level, if there are several.
function whole(data) {
  const last = data.levels.length - 1;
  const tiers = data.tiers.filter((tier) => tier.level === last);
  if (data.levels[last].count === 1 && !tiers.length) return box(data, last);
  return element('div', { class: 'box' }, element('div', { class: 'box-name' },
    element('b', {}, 'everything')), tiers.map(band), members(data, last));
}

function scale_bar() {
  const names = ['below 2 %', '2 %', '10 %', '25 %', '50 % and more'];
  return element('ul', { class: 'legend' }, element('li', {}, 'in use for this share of the step:'),
    names.map((name, at) => element('li', {}, element('span', { class: 'swatch',
      style: `background:${theme().load[at]}` }), name)));
}

export const topology = {
  make(section) {
    const { data } = section;
    const box_of_all = element('div', { class: 'topology' });
    const fill = () => box_of_all.replaceChildren(scale_bar(),
      element('div', { class: 'nest', role: 'img', 'aria-label': `${section.title}. ${section.says}` }, whole(data)));
    fill();
    return { box: box_of_all, redraw: fill, drawn: () => ({ levels: data.levels.map((level) => level.count),
      tiers: [...box_of_all.querySelectorAll('.band')].map((each) => Number(each.dataset.step)) }) };
  },
  tables: (data) => [
    { caption: 'levels', columns: columns('level', 'in all', 'in one of the next'),
      rows: data.levels.map((level) => [`${level.name} (${level.noun})`, format(level.count, ''),
        format(level.inside, '')]) },
    { caption: 'networks', columns: columns('network', 'joins', 'a device', 'in use', 'sent a step', 'links',
      'failures a week', 'down'),
    rows: data.tiers.map((tier) => [`${tier.name} ${tier.link ?? ''}`, data.levels[tier.level]?.name ?? '',
      format(tier.bandwidth, 'B/s'), format(tier.load, '%'), format(tier.bytes, 'B'), format(tier.links, ''),
      format(tier.failures_per_week, ''), format(tier.failed ?? 0, '')]) }],
};
