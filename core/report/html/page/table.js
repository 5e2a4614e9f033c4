import { element } from './dom.js';

function cell_of(cell, align, tag) {
  const value = cell !== null && typeof cell === 'object' ? cell : { text: cell ?? '–' };
  const mark = value.mark ? `mark-${value.mark}` : '';
  const text = String(value.text ?? '');
  const shown = value.href && /^https:\/\//.test(value.href)
    ? element('a', { href: value.href, rel: 'noreferrer' }, text) : text;
  return element(tag, { class: [align === 'right' ? 'number' : '', mark].join(' ').trim() || null,
    scope: tag === 'th' ? 'row' : null }, shown,
  value.note ? element('span', { class: 'note' }, value.note) : null);
}

// {columns: [{title, align?}], rows: [[cell]]} in a box that scrolls sideways where it must.
export function table_of({ columns, rows }, name) {
  const head = element('tr', {}, columns.map((column) => element('th',
    { scope: 'col', class: column.align === 'right' ? 'number' : null }, column.title)));
  const body = rows.map((row) => element('tr', {}, row.map((cell, at) =>
    cell_of(cell, columns[at]?.align, at === 0 ? 'th' : 'td'))));
  return element('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': name },
    element('table', {}, element('thead', {}, head), element('tbody', {}, body)));
}

export const table = {
  make(section) {
    const drawn = section.data.rows.map((row) => row.map((cell) =>
      (cell !== null && typeof cell === 'object' ? cell.text : cell)));
    return { box: table_of(section.data, section.title), drawn: () => drawn };
  },
};

export const text = {
  make(section) {
    const { paragraphs } = section.data;
    return { box: element('div', { class: 'prose' }, paragraphs.map((each) => element('p', {}, each))),
      drawn: () => paragraphs };
  },
};
