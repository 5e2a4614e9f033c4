// Traces that the program writes, in the viewer's own importer and by the rules of Perfetto's.
//   WEFT=program PACKAGES=folder SOURCE=tree node --test trace.test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { perfettoComplaints } from './perfetto_rules.mjs';
import { figuresOf, importTrace, loadViewer, slicesOf } from './viewer.mjs';

const { WEFT, PACKAGES, SOURCE } = process.env;
const small = (plan) => `kind: study
job: {model: llama3_8b, sequence: 4096, global_batch: 32 sequences, tokens: 1 G}
clusters: [{use: dgx_h100, hosts: 2}]
plan: ${plan}
`;
const onePlan = small('{tensor: 2, pipeline: 4, data: 2, micro_batch: 1, sequence_parallel: true}');

let folder, viewer;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'weft_traces_'));
  viewer = loadViewer(PACKAGES);
});
after(() => rmSync(folder, { recursive: true }));

// The text of the trace of a study, and its answer.
function traced(study, name = 'step.json') {
  const file = path.join(folder, name), answer = path.join(folder, 'answer.json');
  execFileSync(WEFT, ['run', study, '--trace', file, '--json', answer], { stdio: 'ignore' });
  const bytes = readFileSync(file);
  return { text: (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
    answer: JSON.parse(readFileSync(answer, 'utf8')) };
}

function tracedText(study, name) {
  const file = path.join(folder, 'study.yaml');
  writeFileSync(file, study);
  return traced(file, name);
}

// The spans in the viewer's model are the step of the answer, part by part.
function expectLedgers(model, head, answer) {
  const sums = new Map();
  for (const slice of slicesOf(model)) {
    const { pid } = slice.parentContainer.parent;
    const key = `${slice.category} ${slice.title} ${pid}`;
    sums.set(key, (sums.get(key) ?? 0) + slice.duration / 1e3);
  }
  const outcomes = answer.cases.map((each) => each.outcome).filter(Boolean);
  assert.equal(head.steps.length, outcomes.length);
  head.steps.forEach((step, at) => {
    const ledger = outcomes[at].step;
    for (const [category, parts] of [['part', ledger.parts_s], ['hidden', ledger.hidden_s]]) {
      for (const [part, time] of Object.entries(parts)) {
        let sum = 0;
        for (let pid = step.first_pid; pid < step.first_pid + step.stages; ++pid) {
          sum += (sums.get(`${category} ${part} ${pid}`) ?? 0) / step.stages;
        }
        assert.ok(Math.abs(sum - time) < 1e-5 * ledger.step_s, `${category} ${part}: ${sum}, ${time}`);
      }
    }
  });
}

function expectGood({ text, answer }, name) {
  const trace = JSON.parse(text);
  const begin = Date.now();
  const model = importTrace(viewer, text);
  const figures = { ...figuresOf(model), MB: text.length / 1e6, import_s: (Date.now() - begin) / 1e3 };
  console.log(name, JSON.stringify(figures));
  assert.deepEqual(model.importWarnings, []);
  const count = (kind) => trace.traceEvents.filter((event) => event.ph === kind).length;
  assert.equal(figures.slices, count('X'));
  assert.equal(figures.flows, count('s'));
  assert.equal(figures.flows_bound, count('f'));
  assert.equal(figures.samples, count('C'));
  assert.deepEqual(perfettoComplaints(trace.traceEvents), {});
  expectLedgers(model, trace.otherData, answer);
  return model;
}

test('a small step', () => expectGood(tracedText(onePlan), 'small'));

test('interleaved stages and one device', () => {
  expectGood(tracedText(small('{tensor: 2, pipeline: 4, data: 2, virtual_stages: 2, ' +
    'micro_batch: 1, sequence_parallel: true}')), 'interleaved');
  expectGood(tracedText(small('{tensor: 8, data: 2, micro_batch: 1, sequence_parallel: true}')),
    'without a pipeline');
});

test('the quick start', () => {
  expectGood(traced(path.join(SOURCE, 'configs/studies/quickstart.yaml')), 'quick start');
});

// That it would complain: else its silence says nothing.
test('broken traces are found', () => {
  const { text } = tracedText(onePlan);
  const broken = (change) => {
    const trace = JSON.parse(text);
    change(trace.traceEvents);
    return trace;
  };
  const flows = broken((events) => {
    for (const event of events) if (event.ph === 's') event.ts += 1e9;
  });
  const model = importTrace(viewer, JSON.stringify(flows));
  const figures = figuresOf(model);
  assert.notEqual(figures.flows_bound, 992);
  assert.notDeepEqual(perfettoComplaints(flows.traceEvents), {});
  const overlapping = broken((events) => {
    events.find((event) => event.cat === 'part').dur *= 1.5;
  });
  assert.deepEqual(Object.keys(perfettoComplaints(overlapping.traceEvents)),
    ['slice_drop_overlapping_complete_event']);
  assert.throws(() => importTrace(viewer, text.slice(0, text.length / 2).replace('{"dis', '{"dis}')));
});
