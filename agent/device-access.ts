import type { DeviceId } from './core/ids.ts';
import type { TimestampMs } from './core/units.ts';

/** The credentials as they are in the database now: the command line changes them beside the running agent. */
export interface CredentialList {
  list(): readonly { readonly device: DeviceId; readonly addedAtMs: TimestampMs }[];
  addedAtMs(device: DeviceId): TimestampMs | undefined;
}

/**
 * Ends the connections of devices whose credentials were taken away or replaced, whoever did it: the broker asks for them once, when a device
 * signs in. Remembers by which credentials each device did; there are never more of them than there were credentials.
 */
export class DeviceAccess {
  readonly #credentials: CredentialList;
  readonly #signedIn = new Map<DeviceId, TimestampMs>();

  constructor(credentials: CredentialList) {
    this.#credentials = credentials;
  }

  /** A device showed credentials that are good now. Where an older connection of it may still be open, that one counts. */
  admitted(device: DeviceId): void {
    const addedAtMs = this.#credentials.addedAtMs(device);
    if (addedAtMs !== undefined && !this.#signedIn.has(device)) this.#signedIn.set(device, addedAtMs);
  }

  /** Ends every connection that was made with credentials that are good no more; called every few seconds. */
  look(disconnect: (device: DeviceId) => void): void {
    if (this.#signedIn.size === 0) return;
    const now = new Map(this.#credentials.list().map(({ device, addedAtMs }) => [device, addedAtMs]));
    for (const [device, addedAtMs] of this.#signedIn) {
      if (now.get(device) === addedAtMs) continue;
      this.#signedIn.delete(device);
      disconnect(device);
    }
  }
}
