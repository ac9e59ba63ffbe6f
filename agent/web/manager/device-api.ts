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
