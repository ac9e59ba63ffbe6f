import type { DeviceId, StoreId } from '../agent/core/ids.ts';

/** Where every topic of the native form begins. */
export const NATIVE_ROOT = 'endcap/v1/';

/** Names under the store that are the agent's own; no device may be called so. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['agent', 'staff']);

/** Builds `endcap/v1/<store>/<device>/<channel>`; `agent` and `staff` take the place of the device where the agent speaks for itself. */
export function nativeTopic(store: StoreId, device: DeviceId, channel: string): string {
  return `${NATIVE_ROOT}${store}/${device}/${channel}`;
}
