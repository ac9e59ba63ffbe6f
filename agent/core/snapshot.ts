import { compileStore } from './compiled-store.ts';
import { createState, type State } from './state.ts';
import type { StoreMap } from './store-map.ts';

/** Changes when a stored state can no longer be read; the log is then replayed from its start. */
export const SNAPSHOT_FORMAT = 4;

/** A state as text. Maps and sets are written as `{"$map":[[k,v]]}` and `{"$set":[v]}`; the compiled store as its map. */
export function writeState(state: Readonly<State>): string {
  return JSON.stringify({ ...state, store: state.store?.map }, (_key, value: unknown) => {
    if (value instanceof Map) return { $map: [...value] };
    if (value instanceof Set) return { $set: [...value] };
    return value;
  });
}

/** Reads what `writeState` wrote; a state that went through both continues exactly as the original would. Throws a SyntaxError on bad text. */
export function readState(text: string): State {
  const raw = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map as [unknown, unknown][]);
    if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set);
    return value;
  }) as Omit<State, 'store'> & { store?: StoreMap };
  // The text was written by `writeState` from a State and is checksummed on disk, so its shape is known.
  const fresh = createState();
  return {
    ...fresh,
    ...raw,
    shelf: { ...fresh.shelf, ...raw.shelf },
    store: raw.store === undefined ? undefined : compileStore(raw.store, raw.remote.campaigns),
  };
}
