import * as z from 'zod';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { Campaign } from '../../agent/core/store-map.ts';
import { signBundle } from '../campaigns-bundle.ts';
import { type Exchange, type ExchangeRequest, exchange, type Fetch } from '../exchange.ts';
import { hubAddress } from '../hub-address.ts';
import { audienceSchema, campaignSchema, campaignsPayloadSchema } from '../protocol.ts';
import { signingKey } from '../signing.ts';

export interface PublishOptions {
  readonly url: string;
  readonly adminKey: string;
  readonly allowInsecure?: boolean;
  /** Ed25519, PEM. It stays on the machine that publishes. */
  readonly privateKeyPem: string;
  /** `*` for every store, or one store. A store gets the newest publication for either, whole: nothing is merged. */
  readonly audience: string;
  readonly campaigns: readonly Campaign[];
  readonly nowMs: number;
  readonly fetch?: Fetch;
}

/** Signs campaigns under the next version and hands them to a hub. The error is a sentence. */
export async function publishCampaigns(options: PublishOptions): Promise<Result<{ readonly version: number }, string>> {
  const address = hubAddress(options);
  if (!address.ok) return address;
  const checked = z.object({ audience: audienceSchema, campaigns: z.array(campaignSchema) }).safeParse(options);
  if (!checked.success) return fail(`Cannot publish the campaigns: ${z.prettifyError(checked.error)}`);
  const url = `${address.value}/v1/fleet/campaigns`;
  const current = await call(options, { method: 'GET', url });
  if (current.kind !== 'answer') return fail(`Cannot publish the campaigns: ${current.fact}`);
  const version = versionIn(current.text);
  if (version === undefined) return fail(`Cannot publish the campaigns: "${address.value}" does not answer like a hub`);
  const payload = campaignsPayloadSchema.parse({
    kind: 'campaigns',
    version: version + 1,
    audience: options.audience,
    issuedAtMs: options.nowMs,
    campaigns: options.campaigns,
  });
  const text = JSON.stringify(signBundle(payload, signingKey(options.privateKeyPem)));
  const answer = await call(options, { method: 'POST', url, body: new TextEncoder().encode(text) });
  return answer.kind === 'answer' ? ok({ version: payload.version }) : fail(`Cannot publish the campaigns: ${answer.fact}`);
}

function call(options: PublishOptions, request: Pick<ExchangeRequest, 'method' | 'url' | 'body'>): Promise<Exchange> {
  const headers = { authorization: `Bearer ${options.adminKey}`, 'content-type': 'application/json' };
  return exchange(
    { ...request, headers, timeoutMs: 15_000, nowMs: options.nowMs },
    { fetch: options.fetch ?? globalThis.fetch, signal: new AbortController().signal },
  );
}

function versionIn(text: string): number | undefined {
  try {
    return z.object({ version: z.int().min(0) }).parse(JSON.parse(text)).version;
  } catch {
    return undefined;
  }
}
