import type { RateLimit } from './rate-limit.ts';
import type { Retention } from './retention.ts';

/** How a hub behaves; every field but the admin key has a default. */
export interface HubSettings {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free one. Default 8090. */
  readonly port?: number;
  /** Opens the fleet pages and the publication of campaigns. At least 16 characters. */
  readonly adminKey: string;
  /** Public keys (Ed25519, PEM) whose campaigns may be published here; without any, none may. */
  readonly campaignKeysPem?: readonly string[];
  /** Certificate and key in PEM; without, the hub speaks plain HTTP and belongs behind something that speaks TLS. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** Addresses of proxies whose `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Of all stores together. Default 200 a second, 400 at once. */
  readonly totalRate?: RateLimit;
  /** Of one store. Default 5 a second, 30 at once. */
  readonly storeRate?: RateLimit;
  /** Wrong keys from one address. Default 0.2 a second, 10 at once. */
  readonly failureRate?: RateLimit;
  /** Uploads worked on at a time; beyond it the answer is 503. Default 64. */
  readonly maxInFlight?: number;
  /** How long details are kept. */
  readonly retention?: Retention;
  /** Wall clock in milliseconds. Default the machine's. */
  readonly now?: () => number;
  /** Told of failures that a person should see; the request has been answered by then. Default: nobody. */
  readonly onFailure?: (message: string, error: unknown) => void;
}
