// Numbers as people read them: three significant digits and a prefix. Times grow into minutes, hours
// and days, as in weft's other output.
const kPrefixes = [
  [1e-15, 'f'], [1e-12, 'p'], [1e-9, 'n'], [1e-6, 'µ'], [1e-3, 'm'], [1, ''], [1e3, 'k'],
  [1e6, 'M'], [1e9, 'G'], [1e12, 'T'], [1e15, 'P'], [1e18, 'E'], [1e21, 'Z'], [1e24, 'Y']];
const kTimes = [
  [1e-9, 'ns'], [1e-6, 'µs'], [1e-3, 'ms'], [1, 's'], [60, 'min', 120], [3600, 'h', 7200],
  [86400, 'd', 172800]];
const kCounts = [[1, ''], [1e6, 'M'], [1e9, 'G'], [1e12, 'T'], [1e15, 'P']];
const kNone = '–';

// Of steps [factor, name, from = factor], the last that is not too large for a number of this size.
function step_of(steps, size) {
  let best = steps[0];
  for (const step of steps) if (size >= (step[2] ?? step[0]) * 0.9995) best = step;
  return best;
}

const is_currency = (unit) => /^[A-Z]{3}(\/|$)/.test(unit);
const takes_prefix = (unit) => /^(B|FLOP|OP|W|J|Hz|Wh|m)(\/|$)/.test(unit);

// {factor, name}: a number in SI units divided by `factor` is one of `name`.
export function scale_of(unit, size) {
  const magnitude = Math.abs(size) || 0;
  if (unit === 's') {
    const [factor, name] = magnitude > 0 ? step_of(kTimes, magnitude) : [1, 's'];
    return { factor, name };
  }
  if (unit === '%') return { factor: 0.01, name: '%' };
  if (unit === 'FLOP/B') return { factor: 1, name: unit };
  if (unit.startsWith('1/')) return { factor: 1, name: `/ ${unit.slice(2)}` };
  if (takes_prefix(unit) || is_currency(unit)) {
    const small = is_currency(unit) || /^(B|FLOP|OP)\b/.test(unit);
    const steps = small ? kPrefixes.filter(([factor]) => factor >= 1) : kPrefixes;
    const [factor, prefix] = magnitude > 0 ? step_of(steps, magnitude) : [1, ''];
    return { factor, name: prefix + unit };
  }
  const [factor, prefix] = step_of(kCounts, magnitude);
  return { factor, name: [prefix, unit].filter(Boolean).join(' ') };
}

const grouped = (digits) => digits.replace(/^(-?\d+)/, (whole) =>
  whole.replace(/\B(?=(\d{3})+$)/g, ','));
const raised = (power) => [...String(power)].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]).join('');

// Three significant digits. Counts are written in full up to a million.
export function figures(value, is_count = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNone;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (is_count && Number.isInteger(value) && size < 1e6) return minus(grouped(String(value)));
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, power] = value.toExponential(2).split('e');
    return minus(`${mantissa}×10${raised(+power)}`);
  }
  const rounded = Number(value.toPrecision(3));
  const whole = Math.floor(Math.log10(Math.abs(rounded))) + 1;
  return minus(grouped(rounded.toFixed(Math.max(0, 3 - whole))));
}

const minus = (text) => text.replace(/^-/, '−');

export function format(value, unit = '') {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNone;
  const { factor, name } = scale_of(unit, value);
  const is_count = unit !== 's' && unit !== '%' && !takes_prefix(unit) && !is_currency(unit);
  const number = figures(value / factor, is_count);
  return name === '' ? number : `${number} ${name}`;
}

export const signed = (value, unit) => (value > 0 ? '+' : '') + format(value, unit);

// A number of an axis: as many digits as it has.
export function tick(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, power] = Number(value.toPrecision(6)).toExponential().split('e');
    return minus(mantissa === '1' ? `10${raised(+power)}` : `${mantissa}×10${raised(+power)}`);
  }
  return minus(grouped(String(Number(value.toPrecision(6)))));
}

// "time (ms)".
export function axis_name(name, unit) {
  if (!unit) return name;
  return name ? `${name} (${unit})` : unit;
}
