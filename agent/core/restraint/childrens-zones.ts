import type { CompiledStore } from '../compiled-store.ts';
import type { ZoneId } from '../ids.ts';

/** Whether what people do in a zone may be measured: not where children play. */
export function isMeasured(store: CompiledStore, zone: ZoneId | undefined): boolean {
  return zone === undefined || store.zones.get(zone)?.forChildren !== true;
}
