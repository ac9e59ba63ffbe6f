import type { DeviceId } from './ids.ts';

/** A device as somebody at the manager page places it. */
export interface DevicePlacement {
  readonly id: DeviceId;
  readonly name: string;
  readonly adapter: string;
  readonly knownAs?: string | undefined;
  readonly role?: string | undefined;
  readonly zone?: string | undefined;
  readonly fixture?: string | undefined;
  readonly slot?: string | undefined;
}

/** What there is to choose from when a device is placed. */
export interface PlaceChoices {
  readonly adapters: readonly { readonly name: string; readonly title: string; readonly usualRole: string }[];
  readonly zones: readonly { readonly id: string; readonly name: string }[];
  readonly fixtures: readonly { readonly id: string; readonly name: string; readonly zone: string }[];
  readonly slots: readonly { readonly id: string; readonly fixture: string; readonly product: string }[];
}

/** How a device signs in, shown once: the password is not kept in a readable form. */
export interface DeviceSignIn {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string;
  readonly password: string;
  /** The name that its messages must carry. */
  readonly knownAs: string;
  /** What to type at the device, filled in, where its family says it. */
  readonly setup?: string;
}

/** A change that was made, or the lines for a person to make it with. */
export type DeviceWritten =
  /** `access` is absent with a broker of the store's own, which keeps the accounts itself. */
  | { readonly kind: 'done'; readonly access?: DeviceSignIn }
  /** The file could not be written. */
  | { readonly kind: 'not-written'; readonly reason: string; readonly yaml: string };

/** What became of a change of the devices. */
export type DeviceChanged =
  | DeviceWritten
  | { readonly kind: 'unknown-device' }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };
