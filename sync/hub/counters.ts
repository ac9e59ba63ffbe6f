/** What a hub counts since it started. */
export interface HubCounters {
  requests: number;
  stored: number;
  repeated: number;
  rejected: number;
  rows: number;
  refused: number;
  limited: number;
  failures: number;
}

/** All at zero. */
export function createCounters(): HubCounters {
  return { requests: 0, stored: 0, repeated: 0, rejected: 0, rows: 0, refused: 0, limited: 0, failures: 0 };
}

const HELP: Readonly<Record<keyof HubCounters, string>> = {
  requests: 'Requests answered',
  stored: 'Batches stored for the first time',
  repeated: 'Batches that were there already',
  rejected: 'Batches kept aside as malformed or conflicting',
  rows: 'Rows added to the totals',
  refused: 'Requests with a wrong key',
  limited: 'Requests told to come back later',
  failures: 'Requests that failed on the side of the hub',
};

/** The counters in the Prometheus text format. */
export function metricsText(counters: HubCounters): string {
  const names = Object.keys(HELP) as (keyof HubCounters)[];
  return names
    .map(
      (name) =>
        `# HELP endcap_hub_${name}_total ${HELP[name]}\n# TYPE endcap_hub_${name}_total counter\nendcap_hub_${name}_total ${counters[name]}\n`,
    )
    .join('');
}
