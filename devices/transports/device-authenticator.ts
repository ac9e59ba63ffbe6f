import type { DeviceId } from '../../agent/core/ids.ts';
import type { TimestampMs } from '../../agent/core/units.ts';

/** Says who a connecting device is. Answered at once, from memory or a prepared statement: connections wait for it. */
export interface DeviceAuthenticator {
  /**
   * The device behind these credentials, or `undefined` when they are wrong. `username` and `secret` are `undefined` where the device sent none;
   * both are foreign text of any length up to the connect packet's limit.
   */
  authenticate(clientId: string, username: string | undefined, secret: string | undefined): DeviceIdentity | undefined;
}

/** A device and what it may do beyond its own native topics. */
export interface DeviceIdentity {
  readonly device: DeviceId;
  /** MQTT filters of its adapter family that it may also write; empty for a native device. */
  readonly topics: readonly string[];
  /** MQTT filters that it may also read, such as the staff alerts for a staff display. */
  readonly reads?: readonly string[];
  /** Largest packet from it, for devices that send pictures; the broker's own limit otherwise. */
  readonly maxPacketBytes?: number;
  /** Somebody without credentials: may write `topics` and nothing else, hears nothing, is heard by no other client, and has to leave then. */
  readonly guest?: { readonly untilMs: TimestampMs };
}
