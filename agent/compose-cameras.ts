import { dirname, resolve } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import type { StoreConfig } from '../config/schema.ts';
import { nativeTopic } from '../devices/topics.ts';
import { isPlayedAgain, openSource } from '../devices/transports/cameras/open-source.ts';
import type { InboundMessage } from '../devices/transports/transport.ts';
import type { CameraPlace, PicturePoint } from '../models/vision/camera-place.ts';
import { createVisionPools } from './compose-vision.ts';
import { floorFrom, isInside, type PlanPoint } from './core/cameras/floor-plane.ts';
import { heatGrid } from './core/cameras/heat-grid.ts';
import { inLocalRange, localTime } from './core/local-time.ts';
import type { StoreMap } from './core/store-map.ts';
import { type CameraPlan, type CameraSet, Cameras } from './runtime/cameras.ts';
import type { Counters } from './runtime/counters.ts';

/** What the cameras of a store are made from. */
export interface CamerasOptions {
  readonly loaded: Pick<LoadedConfig, 'config' | 'file' | 'store' | 'secrets'>;
  readonly nowMs: () => number;
  readonly counters: Counters;
  /** The way in for what cameras say: the same as for every device. */
  readonly receive: (message: InboundMessage) => void;
  /** The compiled program that looks at pictures, by default the installed one. */
  readonly program?: string | undefined;
}

type CameraConfig = StoreConfig['cameras'][number];

/** The store's cameras, not started yet. */
export function createCameras(options: CamerasOptions): Cameras {
  const { loaded, nowMs } = options;
  // Ids of what cameras say must not come again after a restart.
  const run = nowMs().toString(36);
  let said = 0;
  return new Cameras({
    ...cameraSetOf(loaded),
    pool: createVisionPools({ program: options.program, dataDir: loaded.config.data.dir, after: callAfter }),
    nowMs,
    counters: options.counters,
    after: callAfter,
    say: (camera, body, atMs) => {
      const event = { id: `v${run}-${++said}`, at: new Date(atMs).toISOString(), ...body };
      const payload = Buffer.from(JSON.stringify(event));
      options.receive({
        topic: nativeTopic(loaded.store.storeId, camera, 'event'),
        payload,
        qos: 0,
        retain: false,
        client: undefined,
        receivedAtMs: nowMs(),
      });
    },
  });
}

/** The cameras of a configuration and the floor they look at. */
export function cameraSetOf(loaded: CamerasOptions['loaded']): CameraSet {
  const { config, store } = loaded;
  return {
    plans: config.cameras.map((camera) => planOf(camera, loaded)),
    floor: {
      grid: heatGrid(store.plan),
      fixtures: store.fixtures.map(({ id, xM, yM }) => ({ id, xM, yM })),
      unmeasured: store.zones.filter(({ forChildren }) => forChildren === true).map(({ outline }) => outline),
    },
  };
}

/** The camera that a message is a picture of, if it is one. */
export function cameraOfFrame(store: string, topic: string): string | undefined {
  if (!topic.endsWith('/frame')) return undefined;
  const camera = topic.slice(nativeTopic(store, '', '').length - 1, -'/frame'.length);
  return topic === nativeTopic(store, camera, 'frame') ? camera : undefined;
}

function planOf(camera: CameraConfig, { file, store, secrets }: CamerasOptions['loaded']): CameraPlan {
  const time = localTime(store.timeZone);
  return {
    id: camera.id,
    name: camera.name ?? camera.id,
    place: placeOf(camera, store),
    rotateDegrees: camera.rotate,
    rate: camera.rate,
    masks: camera.masks.map(toPoints),
    shelves: camera.shelves.map(({ fixture, polygon }) => ({ fixture, polygon: toPoints(polygon) })),
    model: typeof camera.model === 'string' ? camera.model : camera.model.manifestFile,
    repeats: isPlayedAgain(camera.source),
    open: () =>
      openSource(absolute(camera.source, dirname(file)), {
        rate: camera.rate,
        width: camera.width,
        account:
          camera.username === undefined ? undefined : { username: camera.username, password: secrets.cameraPasswords.get(camera.id) ?? '' },
      }),
    isQuiet: (atMs) => {
      const minute = time.minuteOfDay(atMs);
      return camera.quietHours.some((range) => inLocalRange(minute, range));
    },
  };
}

const SEES_NOBODY: CameraPlace = { kind: 'floor', toFloor: () => undefined, zones: [] };

function absolute(source: string, folder: string): string {
  const [, form, path] = /^(folder|file):(.+)$/.exec(source) ?? [];
  return form === undefined || path === undefined ? source : `${form}:${resolve(folder, path)}`;
}

function placeOf(camera: CameraConfig, map: StoreMap): CameraPlace {
  const lines = {
    entrances: camera.entrances.map(({ id, zone, line: [a, b], inside }) => ({
      id,
      zone: zone ?? camera.zone,
      line: [toPoint(a), toPoint(b)] as const,
      inside: toPoint(inside),
    })),
    queues: camera.queues.map(({ till, area }) => ({ till, area: toPoints(area) })),
  };
  if (camera.floor === undefined) {
    const zone = map.zones.find(({ id }) => id === camera.zone);
    return zone === undefined || zone.forChildren === true ? SEES_NOBODY : { kind: 'zone', zone: zone.id, ...lines };
  }
  const [a, b, c, d] = camera.floor.map(({ picture: [x, y], plan: [xM, yM] }) => ({ x, y, xM, yM }));
  const toFloor = a && b && c && d ? floorFrom([a, b, c, d]) : undefined;
  if (a === undefined || b === undefined || c === undefined || d === undefined || toFloor === undefined) {
    // The configuration was checked; a floor that is none sees nobody rather than somebody in the wrong place.
    return SEES_NOBODY;
  }
  const view = [a, b, c, d];
  return {
    kind: 'floor',
    toFloor,
    zones: map.zones.filter(({ outline, forChildren }) => forChildren !== true && meet(outline, view)),
    ...lines,
  };
}

/** Whether a zone and a camera's floor share anything: a corner of one in the other, or the middle of the zone in view. */
function meet(outline: readonly PlanPoint[], view: readonly PlanPoint[]): boolean {
  const middle = {
    xM: outline.reduce((sum, { xM }) => sum + xM, 0) / outline.length,
    yM: outline.reduce((sum, { yM }) => sum + yM, 0) / outline.length,
  };
  return isInside(middle, view) || outline.some((corner) => isInside(corner, view)) || view.some((corner) => isInside(corner, outline));
}

function toPoint([x, y]: readonly [number, number]): PicturePoint {
  return { x, y };
}

function toPoints(points: readonly (readonly [number, number])[]): readonly PicturePoint[] {
  return points.map(toPoint);
}

function callAfter(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
