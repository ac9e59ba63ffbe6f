import type { DeviceId } from '../core/ids.ts';
import { IdTable } from './id-table.ts';

/** Ids remembered per device before the older half is forgotten: at least 512, at most 1,024 of the latest. */
const HALF = 512;

/** Devices remembered; beyond it the one unheard for longest is forgotten. */
const MAX_DEVICES = 20_000;

interface Recent {
  young: IdTable;
  old: IdTable;
}

/**
 * Recognises a redelivered message by its device and id. Bounded: it remembers the latest ids of each device, far more than any MQTT
 * client keeps in flight. Ids are kept as 53-bit hashes (a false match once in 10^13 messages).
 */
export class Dedupe {
  readonly #devices = new Map<DeviceId, Recent>();

  /** Whether this id was seen; if not, it is from now on. */
  seenBefore(device: DeviceId, id: string): boolean {
    const hash = hash53(id);
    let recent = this.#devices.get(device);
    if (recent === undefined) {
      recent = { young: new IdTable(), old: new IdTable() };
      this.#makeRoom();
      this.#devices.set(device, recent);
    }
    if (recent.young.has(hash) || recent.old.has(hash)) return true;
    if (recent.young.size >= HALF) {
      const oldest = recent.old;
      oldest.clear();
      recent.old = recent.young;
      recent.young = oldest;
    }
    recent.young.add(hash);
    return false;
  }

  /** Takes an id back after its message could not be stored, so that the redelivery is not mistaken for a duplicate. */
  forget(device: DeviceId, id: string): void {
    const hash = hash53(id);
    const recent = this.#devices.get(device);
    recent?.young.delete(hash);
    recent?.old.delete(hash);
  }

  #makeRoom(): void {
    if (this.#devices.size < MAX_DEVICES) return;
    for (const oldest of this.#devices.keys()) {
      this.#devices.delete(oldest);
      return;
    }
  }
}

/** Two 32-bit multiplicative hashes over the code units, combined into a safe integer above 0. */
function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0) || 1;
}
