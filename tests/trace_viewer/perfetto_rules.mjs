// What Perfetto's trace processor would put into its table `stats` with severity error.
//
// npm has no build of it, so these are its rules, read off google/perfetto,
// src/trace_processor/importers/json (json_trace_tokenizer.cc, json_trace_parser_impl.cc) and
// importers/common (slice_tracker.cc, flow_tracker.cc); names are those of stats.h. Events are taken
// by time, those of one time in the order of the file; times are µs, rounded to ns.
const nanoseconds = (micros) => Math.round(micros * 1000);
const isTime = (value) => typeof value === 'number' && Number.isFinite(value);
const isId = (value) => Number.isSafeInteger(value) && value >= 0;

class Rules {
  complaints = {};
  #open = new Map(); // slices by process and thread, the innermost last
  #began = new Set(); // flows

  #complain(name) {
    this.complaints[name] = (this.complaints[name] ?? 0) + 1;
  }

  take(event) {
    if (typeof event.name !== 'string' || !isId(event.pid)) return this.#complain('json_parser_failure');
    switch (event.ph) {
      case 'X': return this.#takeSlice(event);
      case 's': case 'f': return this.#takeFlow(event);
      case 'C': return this.#takeCounter(event);
      case 'M': return this.#takeName(event);
      default: return this.#complain('json_parser_failure'); // weft writes no other
    }
  }

  #stackOf({ pid, tid }) {
    const key = `${pid} ${tid}`;
    if (!this.#open.has(key)) this.#open.set(key, []);
    return this.#open.get(key);
  }

  #takeSlice(event) {
    if (!isTime(event.dur) || !isId(event.tid)) return this.#complain('json_parser_failure');
    if (event.dur < 0) return this.#complain('slice_negative_duration');
    const stack = this.#stackOf(event);
    const begin = nanoseconds(event.ts), end = begin + nanoseconds(event.dur);
    while (stack.length > 0 && stack.at(-1) <= begin) stack.pop();
    if (stack.some((outer) => outer < end)) {
      return this.#complain('slice_drop_overlapping_complete_event');
    }
    return stack.push(end);
  }

  // A flow is bound to the slice that is open: one that begins then must have come before.
  #takeFlow(event) {
    if (!isId(event.id) || !isId(event.tid)) return this.#complain('flow_invalid_id');
    const flow = `${event.id} ${event.cat} ${event.name}`;
    const now = nanoseconds(event.ts);
    if (!this.#stackOf(event).some((end) => end > now)) this.#complain('flow_no_enclosing_slice');
    if (event.ph === 's') {
      if (this.#began.has(flow)) this.#complain('flow_duplicate_id');
      this.#began.add(flow);
    } else if (!this.#began.delete(flow)) {
      this.#complain('flow_end_without_start');
    } else if (event.bp !== 'e') {
      this.#complain('flow_without_direction'); // it would go to the slice that comes next
    }
  }

  #takeCounter(event) {
    const values = Object.values(event.args ?? {});
    if (values.length === 0 || !values.every(isTime)) this.#complain('json_parser_failure');
  }

  #takeName({ name, args }) {
    const known = ['process_name', 'process_sort_index', 'thread_name', 'thread_sort_index'];
    const key = name.endsWith('name') ? 'name' : 'sort_index';
    if (!known.includes(name) || args?.[key] === undefined) this.#complain('json_parser_failure');
  }

  end() {
    if (this.#began.size > 0) this.complaints.flows_without_end = this.#began.size;
  }
}

// How often each complaint is due; {} is a trace that Perfetto opens without one.
export function perfettoComplaints(events) {
  const rules = new Rules();
  const timed = [];
  for (const event of events) {
    if (event.ph === 'M') rules.take(event);
    else if (!isTime(event.ts)) rules.complaints.json_tokenizer_failure = 1;
    else if (event.ts < 0) rules.complaints.trace_sorter_negative_timestamp_dropped = 1;
    else timed.push(event);
  }
  timed.sort((a, b) => nanoseconds(a.ts) - nanoseconds(b.ts));
  for (const event of timed) rules.take(event);
  rules.end();
  return rules.complaints;
}
