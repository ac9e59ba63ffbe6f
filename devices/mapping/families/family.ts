import type { MappingExtras } from '../mapping-adapter.ts';
import type { MappingSpec } from '../mapping-schema.ts';

/** A device family that needs no code: its mapping, and what goes into the documentation. */
export interface MappingFamily {
  readonly spec: MappingSpec;
  readonly extras: MappingExtras;
}
