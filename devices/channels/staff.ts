import { z } from 'zod';
import type { FixtureId, StoreId, ZoneId } from '../../agent/core/ids.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import { nativeTopic } from '../topics.ts';
import type { OutboundMessage } from '../transports/transport.ts';

/** Something that a person in the store should know or do. Names no shopper. */
export interface StaffAlert {
  /** Unique; the same alert sent twice carries the same id. */
  readonly id: string;
  readonly atMs: TimestampMs;
  readonly severity: 'info' | 'warning' | 'urgent';
  /** One sentence, in the store's language. */
  readonly text: string;
  readonly zone?: ZoneId;
  readonly fixture?: FixtureId;
}

/** An alert as staff devices get it. */
export const STAFF_ALERT = z.object({
  id: z.string(),
  at: z.string().meta({ format: 'date-time' }),
  kind: z.literal('staff.alert'),
  severity: z.enum(['info', 'warning', 'urgent']),
  text: z.string(),
  zone: z.string().optional(),
  fixture: z.string().optional(),
});

/** The message that brings an alert to the staff's devices. Not retained: who was not there reads the status page. */
export function staffAlertMessage(store: StoreId, alert: StaffAlert): OutboundMessage {
  const { id, atMs, severity, text, zone, fixture } = alert;
  const body: z.output<typeof STAFF_ALERT> = {
    id,
    at: new Date(atMs).toISOString(),
    kind: 'staff.alert',
    severity,
    text,
    ...(zone !== undefined && { zone }),
    ...(fixture !== undefined && { fixture }),
  };
  return { topic: nativeTopic(store, 'staff', 'alert'), payload: JSON.stringify(body), retain: false, qos: 1 };
}
