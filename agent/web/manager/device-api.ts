/** A device that speaks and has no place in the store yet. */
export interface UnknownDevice {
  readonly key: string;
  readonly topic: string;
  readonly adapter?: string;
  readonly knownAs?: string;
  readonly reads: readonly string[];
  readonly lastAtMs: number;
  readonly messages: number;
  readonly excerpt: string;
  readonly fields: readonly { readonly reading: string; readonly name: string; readonly value: string }[];
}

/** What there is to choose from when a device is placed. */
export interface DeviceChoices {
  readonly adapters: readonly { readonly name: string; readonly title: string; readonly usualRole: string }[];
  readonly zones: readonly { readonly id: string; readonly name: string }[];
  readonly fixtures: readonly { readonly id: string; readonly name: string; readonly zone: string }[];
  readonly slots: readonly { readonly id: string; readonly fixture: string; readonly product: string }[];
}

/** A device as it is to be placed. */
export interface DevicePlacement {
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  readonly knownAs?: string;
  readonly zone?: string;
  readonly fixture?: string;
  readonly slot?: string;
}

/** How a device signs in; the password is shown once. */
export interface DeviceAccess {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string;
  readonly password: string;
  readonly knownAs: string;
  readonly setup?: string;
}

/** What became of a change. */
export type DeviceChanged =
  | { readonly kind: 'done'; readonly access?: DeviceAccess }
  | { readonly kind: 'not-written'; readonly reason: string; readonly yaml: string };
