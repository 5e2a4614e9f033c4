// Colours. The series colours are those of Okabe and Ito (2008), which people with any common colour
// blindness can tell apart, with darker and lighter ones added where a drawing has more parts.
const kLight = {
  paper: '#ffffff', ink: '#1c2127', soft: '#57606a', rule: '#d5dbe1', faint: '#eef1f4',
  good: '#1a7245', bad: '#b3261e', doubt: '#855600', total: '#4a5563', up: '#D55E00', down: '#0072B2',
  grey: ['#a9b2bc', '#c7ced6', '#8893a0'],
  series: ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#56B4E9', '#CC79A7', '#7A6A00', '#3B4A8C',
    '#8C4A2F', '#5FBFA3', '#8E5BA6', '#B8A32E'],
  load: ['#dcebf6', '#b3d3ea', '#7fb5d9', '#3f8fc2', '#0f5f96'],
};
const kDark = {
  paper: '#15181d', ink: '#e4e8ec', soft: '#a3adb8', rule: '#353c45', faint: '#20252b',
  good: '#63c995', bad: '#ff8f86', doubt: '#e3b55b', total: '#9aa6b3', up: '#F08A3C', down: '#4CA8E0',
  grey: ['#6d7783', '#4e5762', '#8f9aa6'],
  series: ['#3C9BD6', '#E8A824', '#22B78B', '#E8793A', '#8CCDF2', '#DB95BD', '#B5A53A', '#8D9BE0',
    '#C68566', '#8AD9C2', '#BA8FD0', '#D9C766'],
  load: ['#1f3342', '#24506e', '#2b719e', '#3c97cf', '#8ccbf2'],
};
export const kPatterns = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 2], [12, 4]];
export const kSymbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];

const state = { dark: false, print: false };

export const theme = () => (state.dark && !state.print ? kDark : kLight);
export const is_dark = () => state.dark;
export function set_dark(dark) { state.dark = dark; }
export function set_print(print) { state.print = print; }

// Idle time and rests are grey, everything else has one colour throughout the page.
const is_rest = (name) => /bubble|idle|wait|other|rest\b|reserve|free|unused|headroom/i.test(name);
const seen = new Map();

// A place in a list of colours for each of `names`, in which no two share one while they last.
export function places(names) {
  const taken = new Set();
  let rests = 0;
  return names.map((name) => {
    if (is_rest(name) && rests < kLight.grey.length) return { grey: rests++ };
    if (!seen.has(name)) seen.set(name, seen.size % kLight.series.length);
    let place = seen.get(name);
    for (let tries = 0; taken.has(place) && tries < kLight.series.length; ++tries) {
      place = (place + 1) % kLight.series.length;
    }
    taken.add(place);
    return { series: place };
  });
}

export function colours(names) {
  const palette = theme();
  return places(names).map((place) =>
    'grey' in place ? palette.grey[place.grey] : palette.series[place.series]);
}

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

// What can be read on `colour`.
export const on = (colour) => (luminance(colour) > 0.22 ? '#12161b' : '#ffffff');
