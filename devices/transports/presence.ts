import type { OutboundMessage } from './transport.ts';

/** What the agent says of itself on the broker: `online` when it connects, `offline` when it leaves, and as its last will when it is lost. */
export interface Presence {
  readonly online: OutboundMessage;
  readonly offline: OutboundMessage;
}
