import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DeviceId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Shortest secret that may be set by hand: 22 characters of base64url carry 128 bits. */
export const MIN_SECRET_LENGTH = 22;

const SECRET_BYTES = 32;

/** A device that may connect; its secret is not readable. */
export interface DeviceCredential {
  readonly device: DeviceId;
  readonly addedAtMs: TimestampMs;
}

/**
 * Which devices may connect. Secrets are kept as plain sha256: they are random with at least 128 bits, so there is nothing to guess and a
 * slow password hash would only slow down the morning when every device of a store reconnects at once.
 */
export class DeviceCredentials {
  readonly #save: Statement<[string, string, number]>;
  readonly #remove: Statement<[string]>;
  readonly #list: Statement<[], DeviceCredential>;
  readonly #hash: Statement<[string], string>;
  readonly #added: Statement<[string], number>;

  constructor(sqlite: Sqlite) {
    this.#save = sqlite.prepare(
      `INSERT INTO devices (id, secret_sha256, added_at_ms) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET secret_sha256 = excluded.secret_sha256, added_at_ms = excluded.added_at_ms`,
    );
    this.#remove = sqlite.prepare('DELETE FROM devices WHERE id = ?');
    this.#list = sqlite.prepare('SELECT id AS device, added_at_ms AS addedAtMs FROM devices ORDER BY id');
    this.#hash = sqlite.prepare<[string], string>('SELECT secret_sha256 FROM devices WHERE id = ?').pluck();
    this.#added = sqlite.prepare<[string], number>('SELECT added_at_ms FROM devices WHERE id = ?').pluck();
  }

  /** Makes a new random secret for a device and returns it, the only time it can be seen; an earlier one stops working. */
  issue(device: DeviceId, nowMs: TimestampMs): string {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    this.add({ device, secret, nowMs });
    return secret;
  }

  /** Sets a secret that was made elsewhere by a random generator. Throws when it is shorter than `MIN_SECRET_LENGTH`. */
  add(credential: { readonly device: DeviceId; readonly secret: string; readonly nowMs: TimestampMs }): void {
    if (credential.secret.length < MIN_SECRET_LENGTH) {
      throw new RangeError(`Cannot add device "${credential.device}": its secret is shorter than ${MIN_SECRET_LENGTH} characters`);
    }
    this.#save.run(credential.device, sha256(credential.secret).toString('hex'), credential.nowMs);
  }

  /** True when there was such a device. */
  remove(device: DeviceId): boolean {
    return this.#remove.run(device).changes > 0;
  }

  list(): readonly DeviceCredential[] {
    return this.#list.all();
  }

  /** When a device got the credentials it has; `undefined` without any. */
  addedAtMs(device: DeviceId): TimestampMs | undefined {
    return this.#added.get(device);
  }

  /** True when the device is known and this is its secret. Takes the same time whether or not the device exists. */
  verify(device: DeviceId, secret: string | Uint8Array): boolean {
    const stored = this.#hash.get(device);
    const expected = stored === undefined ? Buffer.alloc(SECRET_BYTES) : Buffer.from(stored, 'hex');
    return timingSafeEqual(sha256(secret), expected) && stored !== undefined;
  }
}

function sha256(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
