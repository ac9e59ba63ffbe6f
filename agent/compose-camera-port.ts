import type { LoadedConfig } from '../config/load.ts';
import { CameraSettings } from './camera-settings.ts';
import { cameraSetOf } from './compose-cameras.ts';
import { trafficOverview } from './core/cameras/traffic-overview.ts';
import { inLocalRange, localTime } from './core/local-time.ts';
import { DAY_MS } from './core/units.ts';
import type { CameraPort } from './http/ports.ts';
import type { Cameras } from './runtime/cameras.ts';
import type { Loop } from './runtime/loop.ts';
import type { Store } from './store/store.ts';

export interface CameraPortParts {
  readonly loaded: LoadedConfig;
  readonly cameras: Cameras;
  readonly loop: Loop;
  readonly store: Store;
  readonly nowMs: () => number;
  /** Takes a changed configuration into use. */
  readonly use: (changed: LoadedConfig) => Promise<void>;
}

/** The cameras as the HTTP side knows them, and what to tell them when the configuration changed. */
export function createCameraPort(parts: CameraPortParts): CameraPort & { changed(loaded: LoadedConfig): void } {
  const { cameras, loop, store, nowMs } = parts;
  let { loaded } = parts;
  let shown = camerasText(loaded);
  const settings = new CameraSettings({
    loaded,
    environment: process.env,
    workingDirectory: process.cwd(),
    use: parts.use,
  });
  const isQuiet = (id: string) => {
    const minute = localTime(loaded.store.timeZone).minuteOfDay(nowMs());
    const hours = loaded.config.cameras.find((camera) => camera.id === id)?.quietHours ?? [];
    return hours.some((range) => inLocalRange(minute, range));
  };
  return {
    list: () => ({ cameras: settings.list(isQuiet), isWritable: settings.isWritable() }),
    picture: (id) => cameras.picture(id),
    async save(id, change, by) {
      const saved = await settings.save(id, change);
      if (saved.kind === 'saved') store.managers.recordAudit({ atMs: nowMs(), action: 'camera.changed', detail: `${by}: camera ${id}` });
      return saved;
    },
    traffic() {
      const compiled = loop.state.store;
      if (compiled === undefined) throw new Error('Cannot show the floor: the store is not configured');
      return trafficOverview(loop.state, compiled, nowMs());
    },
    notice() {
      const { config, store: map } = loaded;
      return {
        storeName: map.name,
        cameras: map.devices.filter(({ role }) => role === 'camera').length,
        countsDoors: config.cameras.some(({ entrances }) => entrances.length > 0),
        countsQueues: config.cameras.some(({ queues }) => queues.length > 0),
        seesReaches: config.cameras.some(({ shelves }) => shelves.length > 0),
        logDays: Math.max(1, Math.ceil(config.data.retention.log / DAY_MS)),
        contact: config.store.contact,
      };
    },
    changed(fresh) {
      loaded = fresh;
      settings.changed(fresh);
      const text = camerasText(fresh);
      if (text === shown) return;
      shown = text;
      cameras.replace(cameraSetOf(fresh));
    },
  };
}

/** What cameras depend on, to be compared. */
function camerasText({ config, store }: LoadedConfig): string {
  return JSON.stringify([config.cameras, store.zones, store.fixtures, store.plan, store.timeZone]);
}
