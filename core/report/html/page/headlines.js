// The figures at the top: a row of them, or a line of them for each build.
import { element } from './dom.js';

const figure = ({ value, range }) => [element('span', { class: 'value' }, value),
  range ? element('span', { class: 'range' }, range) : null];

function matrix(headlines, builds) {
  const labels = [...new Set(headlines.map((each) => each.label))];
  const find = (label, of) => headlines.find((each) => each.label === label && each.of === of);
  const head = element('tr', {}, element('td', {}), builds.map((of) => element('th', { scope: 'col' }, of)));
  const rows = labels.map((label) => element('tr', {}, element('th', { scope: 'row' }, label),
    builds.map((of) => {
      const found = find(label, of);
      return element('td', {}, found ? figure(found) : '–');
    })));
  return element('div', { class: 'table matrix', tabindex: '0', role: 'region', 'aria-label': 'headline figures' },
    element('table', {}, element('thead', {}, head), element('tbody', {}, rows)));
}

export function headlines_of(headlines) {
  if (!headlines.length) return null;
  const builds = [...new Set(headlines.map((each) => each.of))];
  if (builds.length > 1) return matrix(headlines, builds);
  return element('dl', { class: 'headlines' }, headlines.map((each) => element('div', {},
    element('dt', {}, each.label), element('dd', {}, figure(each)))));
}
