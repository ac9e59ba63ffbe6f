import { z } from 'zod';
import type { StoreId } from '../../agent/core/ids.ts';
import type { DurationMs, TimestampMs } from '../../agent/core/units.ts';
import { nativeTopic } from '../topics.ts';
import type { Presence } from '../transports/presence.ts';
import type { OutboundMessage } from '../transports/transport.ts';

/** What the agent says of itself to devices and to whoever watches the store's broker. */
export interface AgentState {
  readonly atMs: TimestampMs;
  readonly version: string;
  readonly uptimeMs: DurationMs;
  readonly level: 'ok' | 'warning' | 'problem';
  /** In words, for people. */
  readonly sentence: string;
}

/** The agent's state as devices get it. */
export const AGENT_STATE = z.object({
  at: z.string().meta({ format: 'date-time' }),
  version: z.string(),
  uptimeMs: z.number().min(0),
  level: z.enum(['ok', 'warning', 'problem']),
  sentence: z.string(),
});

/** `endcap/v1/<store>/agent/availability`, retained: `online` while the agent is connected, `offline` as its goodbye and its last will. */
export function agentPresence(store: StoreId): Presence {
  const topic = nativeTopic(store, 'agent', 'availability');
  return {
    online: { topic, payload: 'online', retain: true, qos: 1 },
    offline: { topic, payload: 'offline', retain: true, qos: 1 },
  };
}

/** `endcap/v1/<store>/agent/state`, retained: how the agent is. */
export function agentStateMessage(store: StoreId, state: AgentState): OutboundMessage {
  const { atMs, version, uptimeMs, level, sentence } = state;
  const body: z.output<typeof AGENT_STATE> = { at: new Date(atMs).toISOString(), version, uptimeMs, level, sentence };
  return { topic: nativeTopic(store, 'agent', 'state'), payload: JSON.stringify(body), retain: true, qos: 1 };
}
