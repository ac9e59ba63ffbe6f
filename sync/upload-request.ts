import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExchangeRequest } from './exchange.ts';
import type { OutboxBatch } from './outbox.ts';
import { type Ack, ackSchema, IDEMPOTENCY_HEADER, idempotencyKey, PROTOCOL_VERSION, SIGNATURE_HEADER } from './protocol.ts';

const gzipAsync = promisify(gzip);

/** Who sends, and to where. */
export interface UploadSender {
  /** Checked base URL of the hub. */
  readonly url: string;
  readonly store: string;
  readonly epoch: string;
  readonly apiKey: string;
  /** Signs the unpacked body, where the store signs. */
  readonly sign: ((text: string) => string) | undefined;
}

/** The request that carries these batches; none of them makes it a sign of life. */
export async function uploadRequest(
  batches: readonly OutboxBatch[],
  sender: UploadSender,
): Promise<Pick<ExchangeRequest, 'method' | 'url' | 'headers'> & { readonly body: Uint8Array<ArrayBuffer> }> {
  const text = requestText(batches, sender);
  const seqs = batches.map((batch) => batch.seq);
  return {
    method: 'POST',
    url: `${sender.url}/v1/stores/${encodeURIComponent(sender.store)}/batches`,
    headers: {
      authorization: `Bearer ${sender.apiKey}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      ...(seqs.length === 0 ? {} : { [IDEMPOTENCY_HEADER]: idempotencyKey(sender.store, seqs) }),
      ...(sender.sign === undefined ? {} : { [SIGNATURE_HEADER]: sender.sign(text) }),
    },
    body: await gzipAsync(text),
  };
}

/** The hub's answer, `undefined` when it makes no sense. Seqs that were not asked about are dropped: a hub is not believed about them. */
export function readAck(text: string, asked: readonly OutboxBatch[]): Ack | undefined {
  const parsed = ackSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const seqs = new Set(asked.map((batch) => batch.seq));
  return {
    ...parsed.data,
    stored: parsed.data.stored.filter((seq) => seqs.has(seq)),
    rejected: parsed.data.rejected.filter(({ seq }) => seqs.has(seq)),
  };
}

function requestText(batches: readonly OutboxBatch[], { store, epoch }: UploadSender): string {
  const head = `{"version":${PROTOCOL_VERSION},"store":${JSON.stringify(store)},"epoch":${JSON.stringify(epoch)}`;
  // Bodies are JSON already: joining the texts saves parsing and writing each once more.
  const parts = batches.map((batch) => `{"seq":${batch.seq},"createdAtMs":${batch.createdAtMs},"body":${batch.body}}`);
  return `${head},"batches":[${parts.join(',')}]}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
