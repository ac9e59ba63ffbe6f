import { readFileSync } from 'node:fs';
import type { StoreConfig } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import type { AdapterRegistry } from '../devices/adapters/registry.ts';
import { agentPresence } from '../devices/channels/agent-status.ts';
import { nativeTopic } from '../devices/topics.ts';
import { DEFAULT_BROKER_LIMITS } from '../devices/transports/broker-limits.ts';
import type { DeviceAuthenticator, DeviceIdentity } from '../devices/transports/device-authenticator.ts';
import { EmbeddedBroker } from '../devices/transports/embedded-broker.ts';
import { ExternalBroker } from '../devices/transports/external-broker.ts';
import type { Transport } from '../devices/transports/transport.ts';
import type { DeviceAccess } from './device-access.ts';
import type { Clock } from './runtime/ports.ts';
import type { DeviceCredentials } from './store/devices.ts';

/** What the transport needs of the devices: what to listen to, and what each may write at the moment it signs in. */
export interface DeviceTopics {
  readonly registry: AdapterRegistry;
  topicsOf(device: string): readonly string[];
  readsOf(device: string): readonly string[];
}

/** The way in for devices that the config asks for: an external broker when it names one, else the embedded one. */
export function createTransport(
  config: StoreConfig,
  parts: {
    readonly secrets: Secrets;
    readonly devices: DeviceTopics;
    readonly credentials: DeviceCredentials;
    /** Told of every device that signs in. */
    readonly access: DeviceAccess;
    readonly clock: Clock;
    /** Who is let in without credentials; nobody by default. */
    readonly guest?: (clientId: string) => DeviceIdentity | undefined;
  },
): Transport {
  const { mqtt, store } = config;
  const presence = agentPresence(store.id);
  if (mqtt.url !== undefined) {
    return new ExternalBroker(
      {
        url: mqtt.url,
        clientId: `endcap-${store.id}`,
        filters: [...parts.devices.registry.subscriptions, ...frameTopics(config)],
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

/** Topics of the cameras that send their pictures over MQTT. */
function frameTopics({ cameras, store }: StoreConfig): readonly string[] {
  return cameras.filter(({ source }) => source === 'mqtt').map(({ id }) => nativeTopic(store.id, id, 'frame'));
}

/** Devices sign in with their id as user name; the client id is theirs to choose. What they may write follows from their adapter. */
function authenticatorOf(parts: {
  readonly devices: DeviceTopics;
  readonly credentials: DeviceCredentials;
  readonly access: DeviceAccess;
  readonly guest?: (clientId: string) => DeviceIdentity | undefined;
}): DeviceAuthenticator {
  return {
    authenticate(clientId, username, secret) {
      if (username === undefined || secret === undefined || !parts.credentials.verify(username, secret)) return parts.guest?.(clientId);
      parts.access.admitted(username);
      return { device: username, topics: parts.devices.topicsOf(username), reads: parts.devices.readsOf(username) };
    },
  };
}
