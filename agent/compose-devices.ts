import { readFileSync } from 'node:fs';
import type { StoreConfig } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import type { PlacedSource } from '../devices/adapters/placements.ts';
import { type AdapterRegistry, createAdapterRegistry, fillTopic } from '../devices/adapters/registry.ts';
import { agentPresence } from '../devices/channels/agent-status.ts';
import { DEFAULT_BROKER_LIMITS } from '../devices/transports/broker-limits.ts';
import type { DeviceAuthenticator } from '../devices/transports/device-authenticator.ts';
import { EmbeddedBroker } from '../devices/transports/embedded-broker.ts';
import { ExternalBroker } from '../devices/transports/external-broker.ts';
import type { Transport } from '../devices/transports/transport.ts';
import type { StoreMap } from './core/store-map.ts';
import type { Clock } from './runtime/ports.ts';
import type { DeviceCredentials } from './store/devices.ts';

/** The adapters of a store with its devices' foreign names, its tags and its own mappings. */
export function createAdapters(config: StoreConfig): AdapterRegistry {
  return createAdapterRegistry({
    store: config.store.id,
    devices: config.devices.map(placedSource),
    tags: config.tags.map((tag) => tag.id),
    mappings: config.mappings,
  });
}

function placedSource(device: StoreConfig['devices'][number]): PlacedSource {
  const { id, adapter, knownAs, topic, bridge, slot, slots, weightUnit, frame, counts } = device;
  return {
    id,
    adapter,
    ...(knownAs !== undefined && { knownAs }),
    ...(topic !== undefined && { topic }),
    ...(bridge !== undefined && { bridge }),
    ...(slot !== undefined && { slot }),
    ...(slots !== undefined && { slots }),
    ...(weightUnit !== undefined && { weightUnit }),
    ...(frame !== undefined && { frame }),
    ...(counts !== undefined && { counts }),
  };
}

/** The way in for devices that the config asks for: an external broker when it names one, else the embedded one. */
export function createTransport(
  config: StoreConfig,
  parts: {
    readonly secrets: Secrets;
    readonly map: StoreMap;
    readonly adapters: AdapterRegistry;
    readonly credentials: DeviceCredentials;
    readonly clock: Clock;
  },
): Transport {
  const { mqtt, store } = config;
  const presence = agentPresence(store.id);
  if (mqtt.url !== undefined) {
    return new ExternalBroker(
      {
        url: mqtt.url,
        clientId: `endcap-${store.id}`,
        filters: parts.adapters.subscriptions,
        ...(mqtt.username === undefined ? {} : { username: mqtt.username }),
        ...(parts.secrets.mqttPassword === undefined ? {} : { password: parts.secrets.mqttPassword }),
        ...(mqtt.caFile === undefined ? {} : { tls: { ca: readFileSync(mqtt.caFile, 'utf8') } }),
      },
      { clock: parts.clock, presence, random: Math.random },
    );
  }
  const tls = mqtt.tls;
  return new EmbeddedBroker(
    {
      store: store.id,
      host: mqtt.host,
      port: mqtt.port,
      ...(tls === undefined
        ? {}
        : {
            tls: {
              certificate: readFileSync(tls.certFile, 'utf8'),
              key: readFileSync(tls.keyFile, 'utf8'),
              ...(tls.caFile === undefined ? {} : { clientCa: readFileSync(tls.caFile, 'utf8') }),
            },
          }),
      limits: {
        maxPacketBytes: mqtt.limits.maxPacket,
        maxConnections: mqtt.limits.maxConnections,
        messagesPerSecond: mqtt.limits.messagesPerSecond,
        burstMessages: mqtt.limits.burst,
        stopTimeoutMs: DEFAULT_BROKER_LIMITS.stopTimeoutMs,
      },
    },
    { authenticator: authenticatorOf(parts), clock: parts.clock, presence },
  );
}

/** Devices sign in with their id as user name; the client id is theirs to choose. What they may write follows from their adapter. */
function authenticatorOf(parts: {
  readonly map: StoreMap;
  readonly adapters: AdapterRegistry;
  readonly credentials: DeviceCredentials;
}): DeviceAuthenticator {
  const native = parts.adapters.adapters.find((adapter) => adapter.name === 'native')?.topics ?? [];
  const placed = new Set(parts.map.devices.map((device) => device.id));
  return {
    authenticate(_clientId, username, secret) {
      if (username === undefined || secret === undefined || !parts.credentials.verify(username, secret)) return undefined;
      const topics = placed.has(username)
        ? parts.adapters.topicsOf(username)
        : native.map((topic) => fillTopic(topic, { store: parts.map.storeId, device: username }));
      return { device: username, topics };
    },
  };
}
