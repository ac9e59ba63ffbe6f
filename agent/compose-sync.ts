import type { StoreConfig } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { Downloader } from '../sync/downloader.ts';
import type { Outbox } from '../sync/outbox.ts';
import { systemSyncClock } from '../sync/sync-clock.ts';
import { Uploader } from '../sync/uploader.ts';
import type { Input } from './core/input.ts';

/** Beginning of every Ed25519 public key in DER (RFC 8410); the key's 32 bytes follow. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface CloudLink {
  readonly uploader: Uploader;
  start(): void;
  stop(): Promise<void>;
}

/** The way to the cloud; without `sync.url` the uploader is there and says that it is off. */
export function createCloudLink(
  config: StoreConfig,
  parts: {
    readonly secrets: Secrets;
    readonly outbox: Outbox;
    readonly epoch: string;
    readonly campaignsVersion: number;
    /** Resolves when the input is on disk, rejects when it is not. */
    readonly submit: (input: Input) => Promise<void>;
  },
): CloudLink {
  const clock = systemSyncClock();
  const { url, interval, campaignsPublicKey } = config.sync;
  const access = url === undefined ? undefined : { url, store: config.store.id, apiKey: parts.secrets.hubKey ?? '' };
  const uploader = new Uploader({
    outbox: parts.outbox,
    clock,
    settings: access === undefined ? undefined : { ...access, epoch: parts.epoch, intervalMs: Math.min(interval, 60_000) },
  });
  const downloader =
    access === undefined || campaignsPublicKey === undefined
      ? undefined
      : new Downloader({
          clock,
          settings: { ...access, campaignKeysPem: [pemOf(campaignsPublicKey)] },
          version: parts.campaignsVersion,
          onCampaigns: ({ version, campaigns }) => parts.submit({ kind: 'campaigns.received', version, campaigns }),
        });
  return {
    uploader,
    start() {
      uploader.start();
      downloader?.start();
    },
    async stop() {
      await Promise.all([uploader[Symbol.asyncDispose](), downloader?.[Symbol.asyncDispose]()]);
    },
  };
}

function pemOf(publicKeyBase64: string): string {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKeyBase64, 'base64')]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
}
