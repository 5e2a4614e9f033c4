// The importer of chrome://tracing (Catapult's trace viewer), for Node.
//
// Lighthouse 2 shipped it as modules, third_party/traceviewer-js, which is the only form of it that
// npm has. Its loader (lighthouse-core/lib/traces/tracing-processor.js) is what is followed here.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const require = createRequire(import.meta.url);

// `packages` holds lighthouse/ and gl-matrix/ as unpacked.
export function loadViewer(packages) {
  globalThis.window ??= globalThis;
  Object.assign(globalThis, require(path.join(packages, 'gl-matrix')));
  globalThis.JSZip = {};
  globalThis.mannwhitneyu = {};
  // What it would load a second time.
  const nothing = path.join(packages, 'nothing.js');
  writeFileSync(nothing, '');
  globalThis.HTMLImportsLoader = { hrefToAbsolutePath: () => nothing };
  require(path.join(packages, 'lighthouse/lighthouse-core/third_party/traceviewer-js'));
  return globalThis.tr;
}

// The viewer's model of a trace: processes, threads with slices, flows, counters, and its warnings.
export function importTrace(viewer, text) {
  const options = new viewer.importer.ImportOptions();
  options.showImportWarnings = false;
  options.pruneEmptyContainers = false;
  const model = new viewer.Model();
  new viewer.importer.Import(model, options).importTraces([text]);
  return model;
}

export const threadsOf = (process) => Object.values(process.threads);
export const slicesOf = (model) => model.getAllProcesses()
  .flatMap(threadsOf).flatMap((thread) => thread.sliceGroup.slices);

// What to tell of a model.
export function figuresOf(model) {
  const processes = model.getAllProcesses();
  const counters = processes.flatMap((process) => Object.values(process.counters));
  return {
    processes: processes.length,
    threads: processes.flatMap(threadsOf).length,
    slices: slicesOf(model).length,
    flows: model.flowEvents.length,
    flows_bound: model.flowEvents.filter((flow) => flow.startSlice && flow.endSlice).length,
    counters: counters.length,
    samples: counters.reduce((sum, counter) => sum + counter.timestamps.length, 0),
    warnings: model.importWarnings.length,
  };
}
