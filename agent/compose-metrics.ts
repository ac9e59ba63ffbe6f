import type { Transport } from '../devices/transports/transport.ts';
import type { createCloudLink } from './compose-sync.ts';
import type { Feed } from './runtime/feed.ts';
import type { Loop } from './runtime/loop.ts';
import type { Gauge } from './runtime/metrics.ts';
import type { Status } from './runtime/status.ts';
import type { Store } from './store/store.ts';

/** What is read when somebody asks for the metrics. */
export function gaugesOf(parts: {
  readonly loop: Loop;
  readonly feed: Feed;
  readonly transport: Transport;
  readonly cloud: ReturnType<typeof createCloudLink>;
  readonly store: Store;
  readonly status: Status;
}): readonly Gauge[] {
  const { loop, feed, transport, cloud, store, status } = parts;
  return [
    { name: 'endcap_visits', help: 'Visits now', read: () => loop.state.visits.size },
    { name: 'endcap_phones_connected', help: 'Phones listening for offers', read: () => feed.connected },
    { name: 'endcap_mqtt_clients', help: 'Devices connected', read: () => transport.status().clients },
    { name: 'endcap_telemetry_waiting', help: 'Readings waiting for their turn', read: () => loop.telemetryWaiting },
    { name: 'endcap_outbox_pending_batches', help: 'Batches not yet in the cloud', read: () => cloud.uploader.status().backlogBatches },
    { name: 'endcap_disk_used_bytes', help: 'Bytes of the quota in use', read: () => store.database.usage().usedBytes },
    {
      name: 'endcap_sightings_dropped_total',
      help: 'Sightings left out, by scanner and why: too-old ones were measured too long ago to say where anybody is',
      type: 'counter',
      read: () => tooOldSightings(loop),
    },
    { name: 'endcap_problems', help: 'Problems shown on the status page', read: () => status.overview()?.problems.length ?? 0 },
  ];
}

/** Of the devices of the store only, so that there are never more of them than are configured. */
function* tooOldSightings({ state }: Loop): Iterable<readonly [labels: string, value: number]> {
  for (const { id } of state.store?.map.devices ?? []) {
    const tooOld = state.devices.get(id)?.tooOld;
    if (tooOld !== undefined) yield [`reason="too-old",device="${id}"`, tooOld.count];
  }
}
