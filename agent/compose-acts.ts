import type { Logger } from 'pino';
import { staffAlertMessage } from '../devices/channels/staff.ts';
import type { Transport } from '../devices/transports/transport.ts';
import type { ActEffect } from './core/effect.ts';
import type { LiveDevices } from './live-devices.ts';
import type { Counters } from './runtime/counters.ts';
import type { Feed } from './runtime/feed.ts';
import { showOnDisplay } from './show-display.ts';

/** What acts are carried out with. */
export interface ActParts {
  readonly storeId: string;
  readonly devices: LiveDevices;
  readonly transport: Transport;
  readonly feed: Feed;
  readonly counters: Counters;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** Carries out what was committed: phones, displays, staff. Never throws; what does not arrive is counted. */
export function actsOf(parts: ActParts): (acts: readonly ActEffect[]) => void {
  const { storeId, devices, transport, feed, counters, log } = parts;
  return (acts) => {
    const nowMs = parts.nowMs();
    for (const act of acts) {
      feed.send(act, nowMs);
      if (act.kind === 'act.alert') {
        transport.publish(staffAlertMessage(storeId, act.alert)).catch((error: unknown) => {
          counters.add('endcap_alert_failures_total');
          log.debug({ err: error, alert: act.alert.id }, 'Cannot reach the staff devices');
        });
      }
      if (act.kind !== 'act.display') continue;
      showOnDisplay(act, { devices, transport, storeId }).catch((error: unknown) => {
        counters.add('endcap_display_failures_total');
        log.debug({ err: error, device: act.device }, 'Cannot reach a display');
      });
    }
  };
}
