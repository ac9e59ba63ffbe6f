import type { DurationMs } from '../../agent/core/units.ts';

/** An MQTT broker that somebody else runs. */
export interface ExternalBrokerSettings {
  /** `mqtt://host:1883` or, with TLS, `mqtts://host:8883`; may carry user name and password. */
  readonly url: string;
  /** The same at every start, because the broker keeps our session under it. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** MQTT filters to subscribe to, all with QoS 1. */
  readonly filters: readonly string[];
  readonly tls?: ExternalTls;
  readonly limits?: Partial<ExternalLimits>;
}

/** PEM texts: whom to trust instead of the usual authorities, and who we are where the broker asks. */
export interface ExternalTls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Bounds and times of the connection to an external broker. */
export interface ExternalLimits {
  /** Time until the broker must have answered our connect packet. */
  readonly connectTimeoutMs: DurationMs;
  /** Seconds between two signs of life; a dead connection is noticed after one and a half. */
  readonly keepaliveS: number;
  /** Seconds that the broker keeps our session and queues for us while we are away. */
  readonly sessionExpiryS: number;
  /** Messages that may wait for their commit at once. */
  readonly maxInFlight: number;
  /** Messages of ours that may wait for the broker's acknowledgement at once. */
  readonly maxPublishing: number;
  /** Largest packet that an MQTT 5 broker may send us; it drops larger ones itself. */
  readonly maxPacketBytes: number;
  /** The same where the broker cannot be told (MQTT 3.1.1): a larger packet ends the connection. */
  readonly maxForeignPacketBytes: number;
  /** Longest wait before the first new attempt; it doubles up to the other, and each wait is random between zero and it. */
  readonly firstBackoffMs: DurationMs;
  readonly maxBackoffMs: DurationMs;
  /** A connection that lasted this long, or in which a message was stored, counts as good: the waits begin small again. */
  readonly goodAfterMs: DurationMs;
  /** Time that already taken messages have to be settled when we stop. */
  readonly stopTimeoutMs: DurationMs;
}

/** Four weeks of session, half a minute of patience. */
export const DEFAULT_EXTERNAL_LIMITS: ExternalLimits = {
  connectTimeoutMs: 10_000,
  keepaliveS: 30,
  sessionExpiryS: 28 * 24 * 3_600,
  maxInFlight: 1_000,
  maxPublishing: 1_000,
  maxPacketBytes: 1_048_576,
  maxForeignPacketBytes: 16_777_216,
  firstBackoffMs: 500,
  maxBackoffMs: 30_000,
  goodAfterMs: 10_000,
  stopTimeoutMs: 2_000,
};

/** Where to connect, read from the URL; the credentials are out of it. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For people: the URL without credentials. */
  readonly name: string;
}

/** Reads `mqtt.url`. Throws a sentence that names the setting and never shows the password. */
export function readBrokerUrl(settings: Pick<ExternalBrokerSettings, 'url' | 'username' | 'password'>): BrokerAddress {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  if (url === undefined || (url.protocol !== 'mqtt:' && url.protocol !== 'mqtts:') || url.hostname === '') {
    throw new Error('Cannot use mqtt.url (or ENDCAP_MQTT_URL): expected mqtt://host:1883 or mqtts://host:8883');
  }
  const isTls = url.protocol === 'mqtts:';
  const port = url.port === '' ? (isTls ? 8_883 : 1_883) : Number(url.port);
  // Brackets belong to the URL, not to the address of an IPv6 host.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port,
    isTls,
    username: settings.username ?? textOf(url.username),
    password: settings.password ?? textOf(url.password),
    name: `${url.protocol}//${url.hostname}:${port}`,
  };
}

function textOf(part: string): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part);
}
