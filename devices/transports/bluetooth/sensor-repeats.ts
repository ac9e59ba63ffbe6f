import { readBtHome } from '../../adapters/bthome.ts';

/** What is remembered of a sensor: its last message and when it was first and last heard. */
interface Last {
  readonly bytes: Uint8Array;
  readonly packetId: number | undefined;
  readonly newAtMs: number;
  heardAtMs: number;
  counter: number;
  counterAtMs: number;
}

/** The same packet number with other bytes is a new message when this much later: the sensor was started again. */
const SAME_PACKET_MS = 4_000;
/** Without packet numbers: presses that look the same are one while they keep coming; a measurement that stays is told again this often. */
const PRESS_GAP_MS = 3_000;
const REFRESH_MS = 10_000;
/** After this silence a sensor may begin to count again, as it does with a new battery. */
const RECOUNT_MS = 600_000;

/** Tells new measurements from those that a sensor says again to be sure that it is heard; bounded, the oldest sensor is forgotten first. */
export class SensorRepeats {
  readonly #max: number;
  readonly #last = new Map<string, Last>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether a message, not encrypted, has not been heard before. */
  isNew(sensor: string, bytes: Uint8Array, nowMs: number): boolean {
    const last = this.#last.get(sensor);
    const message = readBtHome(bytes);
    const packetId = message.kind === 'objects' ? message.packetId : undefined;
    if (last !== undefined) {
      const gapMs = nowMs - last.heardAtMs;
      last.heardAtMs = nowMs;
      const isSame = Buffer.compare(last.bytes, bytes) === 0;
      if (packetId !== undefined && packetId === last.packetId && (isSame || nowMs - last.newAtMs < SAME_PACKET_MS)) return false;
      const isPress = message.kind === 'objects' && message.hasEvent;
      if (packetId === undefined && isSame && (isPress ? gapMs < PRESS_GAP_MS : nowMs - last.newAtMs < REFRESH_MS)) return false;
    }
    this.#note(sensor, {
      bytes: Uint8Array.from(bytes),
      packetId,
      newAtMs: nowMs,
      heardAtMs: nowMs,
      counter: last?.counter ?? -1,
      counterAtMs: last?.counterAtMs ?? nowMs,
    });
    return true;
  }

  /** Whether the counter of an encrypted message is no older than the last one's; the same counter again is the same message. */
  isCounterNew(sensor: string, counter: number, nowMs: number): boolean {
    const last = this.#last.get(sensor);
    if (last === undefined) {
      const bytes = new Uint8Array();
      this.#note(sensor, { bytes, packetId: undefined, newAtMs: Number.NEGATIVE_INFINITY, heardAtMs: nowMs, counter, counterAtMs: nowMs });
      return true;
    }
    if (counter < last.counter && nowMs - last.counterAtMs < RECOUNT_MS) return false;
    last.counter = counter;
    last.counterAtMs = nowMs;
    return true;
  }

  #note(sensor: string, last: Last): void {
    this.#last.delete(sensor);
    if (this.#last.size >= this.#max) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest);
        break;
      }
    }
    this.#last.set(sensor, last);
  }
}
