import { z } from 'zod';
import type { StaffAlert } from '../../agent/core/effect.ts';
import type { StoreId } from '../../agent/core/ids.ts';
import { nativeTopic } from '../topics.ts';
import type { OutboundMessage } from '../transports/transport.ts';

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
