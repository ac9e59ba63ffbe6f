import type { Answer } from '../shared/request.ts';
import type { ReceiptState } from './api.ts';

/** Sends receipts and does not give up on them lightly: the store withdraws an offer that nobody confirmed. */
export interface Receipts {
  readonly send: (offer: string, state: ReceiptState) => void;
  /** Sends what is still waiting: called when the connection is back. */
  readonly flush: () => void;
}

/** Receipts waiting at once; the oldest is dropped beyond. A visit gets a handful of offers. */
const MAX_WAITING = 32;

/** Sends through `post`; each `offer` and `state` goes out once, and again only while the store cannot be reached. */
export function receipts(post: (offer: string, state: ReceiptState) => Promise<Answer<unknown>>): Receipts {
  const waiting: { readonly offer: string; readonly state: ReceiptState }[] = [];
  const sent = new Set<string>();
  let isSending = false;

  async function drain(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const answer = await post(next.offer, next.state);
      // Busy or out of reach: keep it. Any other refusal is final: the offer is closed, and asking again changes nothing.
      if (answer.kind === 'unreachable' || (answer.kind === 'refused' && (answer.status === 429 || answer.status >= 500))) break;
      waiting.shift();
    }
    isSending = false;
  }

  const flush = () => void drain().catch(() => undefined);
  return {
    send: (offer, state) => {
      const key = `${state} ${offer}`;
      if (sent.has(key)) return;
      sent.add(key);
      waiting.push({ offer, state });
      if (waiting.length > MAX_WAITING) waiting.shift();
      flush();
    },
    flush,
  };
}
