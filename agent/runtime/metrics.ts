import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Counters } from './counters.ts';

/** A number read at scrape time. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** The number, or one for each set of labels, written as in the exposition format. */
  readonly read: () => number | Iterable<readonly [labels: string, value: number]>;
  /** A number that only grows is a counter; `gauge` by default. */
  readonly type?: 'counter' | 'gauge';
}

/** Help texts of the counters; a counter without one is still exposed. */
const HELP: Readonly<Record<string, string>> = {
  endcap_messages_total: 'Device messages by how they ended and what they were',
  endcap_advertisements_total: 'Bluetooth advertisements that this machine heard, by what became of them',
  endcap_pictures_total: 'Pictures of cameras by what became of them',
  endcap_decisions_total: 'Decisions by kind and reason',
  endcap_inbox_rows_total: 'Rows appended to the log',
  endcap_commits_total: 'Transactions committed',
  endcap_shed_total: 'What was dropped on purpose, by reason',
  endcap_future_timestamps_total: 'Messages whose device clock was too far ahead',
  endcap_step_failures_total: 'Inputs on which the core failed',
  endcap_turn_failures_total: 'Turns that failed as a whole',
  endcap_scores_total: 'Scores by who gave them',
};

/** Writes counters and gauges in the Prometheus text format, after the process metrics of prom-client (prefixed `endcap_`). */
export function createMetrics(counters: Counters, gauges: readonly Gauge[]): { text(): Promise<string> } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'endcap_' });
  return {
    async text() {
      const lines = [await registry.metrics()];
      for (const [name, values] of counters.entries()) {
        lines.push(`# HELP ${name} ${HELP[name] ?? name}`, `# TYPE ${name} counter`);
        for (const [labels, value] of values) lines.push(labels === '' ? `${name} ${value}` : `${name}{${labels}} ${value}`);
      }
      for (const { name, help, type = 'gauge', read } of gauges) {
        const value = read();
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
        if (typeof value === 'number') lines.push(`${name} ${value}`);
        else for (const [labels, one] of value) lines.push(`${name}{${labels}} ${one}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
