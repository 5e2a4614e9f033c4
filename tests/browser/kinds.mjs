// A page with each kind of drawing, as JSON on standard output: what page_of_json writes as HTML. The
// numbers are made up, but of the size that answers have.
const kCauses = ['forward', 'backward', 'recompute', 'embedding and head', 'tensor parallel',
  'pipeline bubble', 'all other parts'];

function pipeline(stages, batches) {
  const rows = [], spans = [], sends = [];
  const [forward, backward] = [0.35, 0.7];
  for (let stage = 0; stage < stages; ++stage) {
    rows.push({ name: 'compute', group: `stage ${stage}` }, { name: 'send', group: `stage ${stage}` });
  }
  for (let batch = 0; batch < batches; ++batch) {
    for (let stage = 0; stage < stages; ++stage) {
      const start = stage * forward + batch * (forward + backward);
      spans.push([2 * stage, start, start + forward, 0, batch]);
      spans.push([2 * stage, start + forward, start + forward + backward, 1, batch]);
      if (stage + 1 < stages) {
        spans.push([2 * stage + 1, start + forward, start + forward + 0.05, 2, null]);
        sends.push([2 * stage + 1, start + forward + 0.05, 2 * stage + 2, start + forward]);
      }
    }
  }
  const end_s = Math.max(...spans.map((span) => span[2]));
  return { rows, parts: ['forward', 'backward', 'pipeline send'], spans, sends, end_s,
    texts: Array.from({ length: batches }, (_, batch) => String(batch)) };
}

const builds = ['CloudMatrix384, 1 pod', 'GB200 NVL72, 5 racks', 'DGX H100, 48 hosts'];
const steps = [[16.6, 33.5, 0.595, 0.794, 3.73, 3.27, 0.131], [6.48, 13.3, 0, 0.318, 0, 1.89, 0.162],
  [12.2, 24.6, 0.287, 0.595, 1.28, 2.27, 0.182]];
const memory = { weights: [5.99e9, 29.5e9, 12e9], gradients: [12e9, 59e9, 24e9],
  optimizer: [1.12e9, 2.46e9, 2.25e9], activations: [35.2e9, 45e9, 35.2e9], buffers: [755e6, 2.01e9, 1.48e9],
  reserve: [5.3e9, 10.3e9, 6.49e9] };
const operators = (peak, bandwidth) => [['attention', 120, 0.62, 0.14], ['QKV projection', 1800, 0.71, 0.12],
  ['MLP up and gate', 2600, 0.78, 0.34], ['MLP down', 2500, 0.75, 0.19], ['norm', 1.2, 0.9, 0.04],
  ['SwiGLU', 0.9, 0.88, 0.05], ['head', 1500, 0.7, 0.02], ['optimizer', 0.3, 0.8, 0.03]].map(
  ([name, intensity, reach, share]) => ({ name, intensity, share,
    flops: Math.min(peak, intensity * bandwidth) * reach }));
const chip = (name, peak, bandwidth) => ({ name, points: operators(peak, bandwidth), roofs: [
  { name: 'matrix, bf16', flops: peak, bandwidth }, { name: 'vector, fp32', flops: peak / 30, bandwidth }] });
const wave = (count, make) => Array.from({ length: count }, (_, at) => make(at));

const sections = [
  { id: 'step', title: 'Where the step goes', kind: 'bars', data: { unit: 's', categories: builds, stacked: true,
    series: kCauses.map((name, at) => ({ name, values: steps.map((each) => each[at]) })) },
  says: 'Mean over the devices in use of how long each cause holds up one training step.' },
  { id: 'memory', title: 'Memory of the fullest stage', kind: 'bars', data: { unit: 'B', categories: builds,
    stacked: true, series: Object.entries(memory).map(([name, values]) => ({ name, values })),
    limits: [65.5e9, 198e9, 84.8e9].map((value, category) => ({ category, value, name: 'usable' })) },
  says: 'What one device holds, and how much it may use.' },
  { id: 'rates', title: 'Tokens a second and a package', kind: 'bars', data: { unit: 'tokens/s', categories: builds,
    series: [{ name: 'planned', values: [838, 2370, 1190] }, { name: 'with failures', values: [829, 2344, null] }] },
  says: 'Bars beside each other.' },
  { id: 'gap', title: 'From DGX H100 to CloudMatrix384', kind: 'waterfall', data: { unit: 's',
    from: { name: 'DGX H100', value: 41.5 }, steps: [{ name: 'peak', value: 24.3, note: '354 for 989 TFLOP/s' },
      { name: 'kernels', value: -3.1 }, { name: 'memory', value: 0.4 }, { name: 'scale-up', value: 2.45 },
      { name: 'scale-out', value: -0.6 }, { name: 'pipeline bubble', value: 1.0 }, { name: 'twice the devices', value: -7.35 }],
    to: { name: 'CloudMatrix384', value: 58.6 } },
  says: 'Each cause changes one thing, in this order; together they make up the whole gap.' },
  { id: 'timeline', title: 'One step of the pipeline', kind: 'timeline', data: pipeline(6, 24),
    says: 'Six stages, 24 micro-batches.' },
  { id: 'long_timeline', title: 'A long step of a deep pipeline', kind: 'timeline', data: pipeline(16, 120),
    says: 'Sixteen stages, 120 micro-batches: thousands of spans.' },
  { id: 'roofline', title: 'Operators under the roofs', kind: 'roofline', data: { chips: [
    chip('Ascend 910C (one die)', 354e12, 1.6e12), chip('Nvidia H100 SXM5', 989e12, 3.35e12),
    chip('Nvidia GB200 (one GPU)', 2500e12, 8e12)] }, says: 'What holds each operator back.' },
  { id: 'power', title: 'Power at the meter', kind: 'lines', data: { x: { name: 'time', unit: 's' },
    y: { name: 'power', unit: 'W' }, series: [{ name: 'CloudMatrix384',
      points: wave(600, (at) => [at * 0.1, 524e3 + 26e3 * Math.sin(at / 9) + 6e3 * Math.sin(at * 1.7)]) }],
    marks: [{ x: 54, name: 'optimizer step', kind: 'part' }] }, says: 'Mean 524 kW.' },
  { id: 'progress', title: 'Progress over time', kind: 'lines', data: { x: { name: 'time', unit: 's' },
    y: { name: 'done', unit: '%' }, series: [{ name: 'one campaign', steps: true,
      points: wave(37, (at) => [at * 86400, at / 36 * 0.98]) }, { name: 'without failures',
      points: [[0, 0], [35.6 * 86400, 1]] }], marks: wave(9, (at) => ({ x: (3 + at * 3.7) * 86400, name: 'HBM',
      kind: 'failure' })) }, says: 'Failures as lines.' },
  { id: 'scaling', title: 'Weak scaling', kind: 'lines', data: { x: { name: 'devices', unit: '', log: true },
    y: { name: 'linearity', unit: '%' }, series: [{ name: 'any path', points: [[512, 1], [2048, 1.01], [8192, 1.015], [32768, 1.02]],
      low: [1, 0.98, 0.975, 0.97], high: [1, 1.03, 1.045, 1.06] },
    { name: 'fixed plan', points: [[512, 1], [2048, 0.985], [8192, 0.97], [32768, 0.94]] }] },
  says: 'Against one group of 512.' },
  { id: 'sweep', title: 'Cost against time', kind: 'scatter', data: { x: { name: 'time', unit: 's' },
    y: { name: 'cost', unit: 'USD' }, frontier: true, groups: builds.map((name, at) => ({ name,
      points: wave(4, (each) => ({ x: (60 - at * 9 - each * 6) * 86400, y: 250e3 + at * 30e3 + each * each * 22e3,
        name: `${2 ** each} × as large` })) })) }, says: 'Twelve clusters.' },
  { id: 'topology', title: 'The cluster, and what its networks carry', kind: 'topology', data: {
    levels: [{ name: 'die', count: 9984, noun: 'die', inside: 2 }, { name: 'Ascend 910C', count: 4992, noun: 'package', inside: 8 },
      { name: 'host', count: 624, noun: 'host', inside: 48 }, { name: 'CloudMatrix384', count: 13, noun: 'super-node', inside: 13 },
      { name: 'cluster', count: 1, noun: 'cluster', inside: 1 }],
    tiers: [{ level: 0, name: 'die to die', link: 'in the package', bandwidth: 270e9, load: 0.01, bytes: 3e9, links: 4992 },
      { level: 2, name: 'scale-up', link: 'UB 1.0', bandwidth: 196e9, load: 0.31, bytes: 1.2e12, links: 34944, failures_per_week: 1.3, failed: 3 },
      { level: 3, name: 'scale-out', link: 'RoCE 400G', bandwidth: 25e9, load: 0.06, bytes: 88e9, links: 9984, failures_per_week: 0.7 }] },
  says: 'One member of each level is opened.' },
  { id: 'tornado', title: 'What matters most', kind: 'tornado', data: { unit: 's', base: 58.6, inputs: [
    { name: 'sustained share of the matrix peak', low: '48 %', high: '62 %', low_value: 69.8, high_value: 53.6 },
    { name: 'bandwidth of UB 1.0', low: '150 GB/s', high: '220 GB/s', low_value: 59.9, high_value: 58.1 },
    { name: 'clock spread', low: '2 %', high: '6 %', low_value: 58.2, high_value: 59.3 },
    { name: 'host launch', low: '3 µs', high: '9 µs', low_value: 58.7, high_value: 59.0 }] },
  says: 'One input at a time.' },
  { id: 'accuracy', title: 'How near weft comes', kind: 'intervals', data: { unit: '%', rows: [
    { name: 'Pangu Ultra, 8192 NPUs', low: 0.42, mid: 0.49, high: 0.55, mark: 0.50, mark_name: 'published', verdict: 'consistent' },
    { name: 'Pangu Ultra MoE, 6144 NPUs', low: 0.26, mid: 0.31, high: 0.36, mark: 0.38, mark_name: 'published', verdict: 'optimistic' },
    { name: 'An unlikely run', low: 0.2, mid: 0.25, high: 0.29, mark: 0.58, mark_name: 'published', verdict: 'implausible' },
    { name: 'Nothing published', low: 0.31, mid: 0.35, high: 0.4, verdict: 'not testable' }] },
  says: 'MFU, predicted and published.' },
  { id: 'inputs', title: 'Inputs and where they come from', kind: 'table', data: { columns: [{ title: 'input' },
    { title: 'value', align: 'right' }, { title: 'source' }, { title: 'evidence' }], rows: [
    ['Ascend 910C: matrix, bf16', '354 TFLOP/s', { text: 'arXiv 2506.12708', href: 'https://arxiv.org/abs/2506.12708' },
      { text: 'primary', mark: 'good' }],
    ['Ascend 910C: tdp', { text: '780 W', note: '600 to 950 W' }, 'none', { text: 'derived', mark: 'doubt' }],
    ['CloudMatrix384: storage read', '2.00 TB/s', 'none', { text: 'assumed', mark: 'bad' }]] },
  says: 'Numbers without a source are marked.' },
  { id: 'notes', title: 'Notes', kind: 'text', data: { paragraphs: ['The step is replayed (F2).',
    'A text with </script> and <b>markup</b> stays a text.'] }, says: '' },
];

const headlines = builds.flatMap((of, at) => [
  { label: 'days to finish', value: ['36.4 d', '13.7 d', '25.7 d'][at], range: ['33.2–43.3 d', '12.5–15.8 d', '23.8–29.1 d'][at], of },
  { label: 'MFU', value: ['53.2 %', '42.6 %', '53.9 %'][at], range: '', of },
  { label: 'own cost of the run', value: ['280 kUSD', '246 kUSD', '377 kUSD'][at], range: ['229–349 kUSD', '174–290 kUSD', '323–448 kUSD'][at], of }]);

const page = { title: 'Llama-3 70B on three clusters', subtitle: '1.00 T tokens, sequence 8192, batch 2304 ' +
  'sequences, bf16; data of 2026-11; F2: replay of the schedule', question: 'kind: study\njob: {model: llama3_70b}\n',
answer: '{"answer": true}', headlines, sections };
process.stdout.write(JSON.stringify(page));
