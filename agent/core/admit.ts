import type { VisitId } from './ids.ts';
import type { Reading } from './reading.ts';
import type { State } from './state.ts';

/** Whether a reading may enter the log, and if not, why. */
export type Admission = 'admitted' | 'unknown-device' | 'unknown-slot' | 'stranger' | 'not-configured';

/**
 * Looks at a reading before anything is stored. A beacon that is not the store's own is a stranger's: it is counted by the caller and
 * forgotten, so that no address of a shopper's device ever reaches the disk. `visit` is whose phone it is, where that was recognised.
 */
export function admit(state: State, reading: Reading, visit?: VisitId): Admission {
  const { store } = state;
  if (store === undefined) return 'not-configured';
  if (reading.kind === 'ble.sighting') {
    const isKnown = visit === undefined ? store.tags.has(reading.beacon) : state.visits.get(visit)?.phone !== undefined;
    if (!isKnown) return 'stranger';
  }
  if (!store.devices.has(reading.device)) return 'unknown-device';
  switch (reading.kind) {
    case 'shelf.weight':
    case 'shelf.pick':
    case 'shelf.return':
      return store.slots.has(reading.slot) ? 'admitted' : 'unknown-slot';
    case 'vibration':
    case 'reach':
    case 'distance':
      return reading.slot === undefined || store.slots.has(reading.slot) ? 'admitted' : 'unknown-slot';
    default:
      return 'admitted';
  }
}
