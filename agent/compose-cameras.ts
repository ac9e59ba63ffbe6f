import { dirname, join, resolve } from 'node:path';
import type { StoreConfig } from '../config/schema.ts';
import { nativeTopic } from '../devices/topics.ts';
import { openSource } from '../devices/transports/cameras/open-source.ts';
import type { InboundMessage } from '../devices/transports/transport.ts';
import { startVisionChild } from '../models/vision/child-process.ts';
import { floorFrom, isInside, type PlanPoint } from '../models/vision/floor.ts';
import { VisionSupervisor } from '../models/vision/supervisor.ts';
import type { CameraPlace } from '../models/vision/zone-watch.ts';
import type { StoreMap } from './core/store-map.ts';
import { packageRoot } from './package-root.ts';
import { type CameraPlan, Cameras } from './runtime/cameras.ts';
import { systemClock } from './runtime/clock.ts';

/** What the cameras of a store are made from. */
export interface CamerasOptions {
  readonly config: StoreConfig;
  /** The configuration file; paths of sources are relative to its folder. */
  readonly file: string;
  readonly map: StoreMap;
  readonly nowMs: () => number;
  /** The way in for what cameras say: the same as for every device. */
  readonly receive: (message: InboundMessage) => void;
  /** The compiled program that looks at pictures, by default the installed one. */
  readonly program?: string | undefined;
}

/** The store's cameras, not started yet. */
export function createCameras(options: CamerasOptions): Cameras {
  const { config, map, nowMs } = options;
  const program = options.program ?? join(packageRoot(), 'dist/models/vision/child.js');
  const artifacts = join(packageRoot(), 'models/vision/artifacts');
  // Ids of what cameras say must not come again after a restart.
  const run = nowMs().toString(36);
  let said = 0;
  return new Cameras({
    plans: config.cameras.map((camera) => planOf(camera, options)),
    supervisor: (answered) =>
      new VisionSupervisor({
        start: (manifestPath, events) => startVisionChild({ program, manifestPath }, events),
        manifestPaths: [join(artifacts, 'ssdlite-person-int8.manifest.json'), join(artifacts, 'ssdlite-person.manifest.json')],
        monotonicMs: systemClock.monotonicMs,
        after: (delayMs, callback) => {
          const timer = setTimeout(callback, delayMs);
          return () => clearTimeout(timer);
        },
        answered,
      }),
    nowMs,
    say: (camera, body, atMs) => {
      const event = { id: `v${run}-${++said}`, at: new Date(atMs).toISOString(), ...body };
      const payload = Buffer.from(JSON.stringify(event));
      options.receive({
        topic: nativeTopic(map.storeId, camera, 'event'),
        payload,
        qos: 0,
        retain: false,
        client: undefined,
        receivedAtMs: nowMs(),
      });
    },
  });
}

/** The camera that a message is a picture of, if it is one. */
export function cameraOfFrame(store: string, topic: string): string | undefined {
  if (!topic.endsWith('/frame')) return undefined;
  const camera = topic.slice(nativeTopic(store, '', '').length - 1, -'/frame'.length);
  return topic === nativeTopic(store, camera, 'frame') ? camera : undefined;
}

function planOf(camera: StoreConfig['cameras'][number], { file, map }: CamerasOptions): CameraPlan {
  return {
    id: camera.id,
    name: camera.name ?? camera.id,
    place: placeOf(camera, map),
    rotateDegrees: camera.rotate,
    rate: camera.rate,
    source: openSource(absolute(camera.source, dirname(file)), camera.rate),
  };
}

function absolute(source: string, folder: string): string {
  const [, form, path] = /^(folder|file):(.+)$/.exec(source) ?? [];
  return form === undefined || path === undefined ? source : `${form}:${resolve(folder, path)}`;
}

function placeOf(camera: StoreConfig['cameras'][number], map: StoreMap): CameraPlace {
  if (camera.floor === undefined) return { kind: 'zone', zone: camera.zone ?? '' };
  const [a, b, c, d] = camera.floor.map(({ picture: [x, y], plan: [xM, yM] }) => ({ x, y, xM, yM }));
  const toFloor = a && b && c && d ? floorFrom([a, b, c, d]) : undefined;
  if (a === undefined || b === undefined || c === undefined || d === undefined || toFloor === undefined) {
    // The configuration was checked; a floor that is none sees nobody rather than somebody in the wrong place.
    return { kind: 'floor', toFloor: () => undefined, zones: [] };
  }
  const view = [a, b, c, d];
  return { kind: 'floor', toFloor, zones: map.zones.filter(({ outline }) => meet(outline, view)) };
}

/** Whether a zone and a camera's floor share anything: a corner of one in the other, or the middle of the zone in view. */
function meet(outline: readonly PlanPoint[], view: readonly PlanPoint[]): boolean {
  const middle = {
    xM: outline.reduce((sum, { xM }) => sum + xM, 0) / outline.length,
    yM: outline.reduce((sum, { yM }) => sum + yM, 0) / outline.length,
  };
  return isInside(middle, view) || outline.some((corner) => isInside(corner, view)) || view.some((corner) => isInside(corner, outline));
}
