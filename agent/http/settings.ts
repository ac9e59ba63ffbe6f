import { DAY_MS, type DurationMs, HOUR_MS, SECOND_MS } from '../core/units.ts';

/** How the HTTP side is set up; compose fills it from the config. */
export interface HttpSettings {
  /** Address to listen on; `127.0.0.1` unless the config names another. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** PEM texts; without them the listener speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /**
   * Host names that requests may use, without port. Loopback names always may, and so may the address listened on
   * (any IP address when that is a wildcard: a forged DNS answer needs a name).
   */
  readonly allowedHosts: readonly string[];
  /** Folder with `index.html`, `shop.html` and `assets/`. */
  readonly publicDir: string;
  /** Version of the wording that shoppers agree to. */
  readonly consentTextVersion: string;
  /** Tills that may redeem: `sha256` is the hex hash of the key. None, on a loopback listener: every local caller may. */
  readonly tillKeys: readonly { readonly name: string; readonly sha256: string }[];
  readonly metrics: {
    /** Whether callers on this machine may read /metrics without a key. A reverse proxy on this machine is such a caller. */
    readonly openOnLoopback: boolean;
    /** Hex hashes of monitoring keys. */
    readonly keySha256s: readonly string[];
  };
  /** Contact for /.well-known/security.txt, as a URI (`mailto:` or `https:`). */
  readonly securityContact?: string;
  readonly sessions: {
    /** A session unused for this long ends; an open page uses it. */
    readonly idleMs: DurationMs;
    /** A session ends this long after its login, whatever happens. */
    readonly absoluteMs: DurationMs;
  };
  readonly limits: HttpLimits;
}

/** Every bound of the listener. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  /** From the first byte (or the accept) to the end of the headers. */
  readonly headersTimeoutMs: DurationMs;
  /** From the first byte to the end of the body. */
  readonly requestTimeoutMs: DurationMs;
  /** How often the two timeouts above are checked: they are exceeded by at most this. */
  readonly checkEveryMs: DurationMs;
  /** A connection without any traffic, streams aside. */
  readonly idleTimeoutMs: DurationMs;
  readonly keepAliveTimeoutMs: DurationMs;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxRequestsPerSocket: number;
  /** Requests of one address: sustained rate, and how many may come at once. */
  readonly requestsPerSecondPerAddress: number;
  readonly requestBurstPerAddress: number;
  /** Visits opened by one address; a whole store may share one behind a router. */
  readonly visitsPerMinutePerAddress: number;
  /** Changes of one visit: receipts, scans, consents. */
  readonly changesPerSecondPerVisit: number;
  readonly changeBurstPerVisit: number;
  /** Wrong codes that one till may try at once, and how fast that many come back. */
  readonly wrongCodesPerTill: number;
  readonly wrongCodesPerMinutePerTill: number;
  /** Wrong setup codes after which only a restart helps. */
  readonly maxSetupAttempts: number;
  /** Open streams in all, and of one visit: there the newest wins. */
  readonly maxStreams: number;
  readonly maxStreamsPerVisit: number;
  readonly maxStreamsPerSession: number;
  /** Bytes that may wait for a slow reader before its stream is closed. */
  readonly maxStreamBufferBytes: number;
  readonly heartbeatMs: DurationMs;
  /** Shortest time between two overviews on a stream. */
  readonly overviewEveryMs: DurationMs;
  /** How long requests under way may take at stop. */
  readonly stopGraceMs: DurationMs;
}

/** Defaults for a store: one machine, hundreds of phones, maybe behind one address. A trickled request is closed within 14 s. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 262_144,
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 10 * SECOND_MS,
  requestTimeoutMs: 13 * SECOND_MS,
  checkEveryMs: SECOND_MS,
  idleTimeoutMs: 20 * SECOND_MS,
  keepAliveTimeoutMs: 10 * SECOND_MS,
  maxConnections: 4_096,
  maxConnectionsPerAddress: 1_024,
  maxRequestsPerSocket: 10_000,
  requestsPerSecondPerAddress: 200,
  requestBurstPerAddress: 1_000,
  visitsPerMinutePerAddress: 600,
  changesPerSecondPerVisit: 5,
  changeBurstPerVisit: 30,
  wrongCodesPerTill: 20,
  wrongCodesPerMinutePerTill: 20,
  maxSetupAttempts: 20,
  maxStreams: 2_048,
  maxStreamsPerVisit: 3,
  maxStreamsPerSession: 8,
  maxStreamBufferBytes: 262_144,
  heartbeatMs: 15 * SECOND_MS,
  overviewEveryMs: SECOND_MS,
  stopGraceMs: 3 * SECOND_MS,
};

/** The settings of a fresh install, listening on loopback only; the caller names the folder of the pages. */
export const DEFAULT_HTTP_SETTINGS: Omit<HttpSettings, 'publicDir'> = {
  host: '127.0.0.1',
  port: 8_080,
  allowedHosts: [],
  consentTextVersion: '2',
  tillKeys: [],
  metrics: { openOnLoopback: true, keySha256s: [] },
  sessions: { idleMs: 2 * HOUR_MS, absoluteMs: DAY_MS },
  limits: DEFAULT_HTTP_LIMITS,
};
