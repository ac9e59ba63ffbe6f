import type { DeviceIdentity } from '../devices/transports/device-authenticator.ts';
import type { InboundMessage } from '../devices/transports/transport.ts';
import { MINUTE_MS, type TimestampMs } from './core/units.ts';
import type { LiveDevices } from './live-devices.ts';
import type { UnknownDevices } from './runtime/unknown-devices.ts';

/** How long new devices are listened for after a manager asked for it. */
const LISTEN_MS = 10 * MINUTE_MS;
/** Names of guests begin so; no configured id does, because ids have no `~`. */
const GUEST = 'guest~';

/**
 * Lets devices in that have no credentials yet, for ten minutes after a manager asked for it and never otherwise. What a guest says is shown to the
 * manager and goes nowhere else: it is not recorded, moves nothing, and a guest hears nothing.
 */
export class Pairing {
  readonly #devices: LiveDevices;
  readonly #unknown: UnknownDevices;
  readonly #nowMs: () => TimestampMs;
  #untilMs = 0;

  constructor(parts: { readonly devices: LiveDevices; readonly unknown: UnknownDevices; readonly nowMs: () => TimestampMs }) {
    this.#devices = parts.devices;
    this.#unknown = parts.unknown;
    this.#nowMs = parts.nowMs;
  }

  /** Listens from now on; says until when. */
  open(): TimestampMs {
    this.#untilMs = this.#nowMs() + LISTEN_MS;
    return this.#untilMs;
  }

  /** Until when guests are let in; undefined while none are. */
  get untilMs(): TimestampMs | undefined {
    return this.#nowMs() < this.#untilMs ? this.#untilMs : undefined;
  }

  /** What a client without credentials may do: write what some device family writes, the native form left out. Nobody comes as a device of the store. */
  admit(clientId: string): DeviceIdentity | undefined {
    const { untilMs } = this;
    if (untilMs === undefined || this.#devices.isTaken(clientId)) return undefined;
    return { guest: { untilMs }, device: `${GUEST}${clientId.replace(/[^A-Za-z0-9_.:-]/g, '-')}`, topics: this.#devices.foreignTopics };
  }

  /** Takes what a guest said; false for everybody else's messages. */
  take(message: InboundMessage): boolean {
    if (message.client?.startsWith(GUEST) !== true) return false;
    if (this.untilMs === undefined) return true;
    const decoded = this.#devices.decode(message);
    const readings = decoded.kind === 'readings' ? decoded.readings : [];
    // In the name of a device that has its place, and its own credentials: not even shown.
    if (readings.some(({ device }) => this.#devices.isTaken(device))) return true;
    this.#unknown.note(this.#devices.introduce(message, readings));
    return true;
  }
}
