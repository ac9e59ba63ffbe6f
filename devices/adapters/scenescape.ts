import type { DetectedPerson } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { isObject, numberOf, objectIn, zonedTime } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { type Box, boxInFrame, personIn } from './picture.ts';
import type { Placements } from './placements.ts';

/**
 * SceneScape and other pipelines of Intel's DL Streamer: people per frame, and counts per region. Boxes are in pixels; the size of the picture follows
 * from the second, normalised box, else it is the device's `frame`; without either only the number of people is read.
 */
export function createScenescapeAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Intel SceneScape',
    description: 'People per camera frame and per region; known by the name of the camera or region',
    form: 'code',
    topics: ['scenescape/data/camera/{device}', 'scenescape/event/region/+/{device}/+'],
    bridgeTopics: ['scenescape/#'],
    examples: [
      {
        topic: 'scenescape/data/camera/{device}',
        payload:
          '{"timestamp":"2026-03-01T10:00:00.033Z","id":"cam-1","objects":{"person":[{"id":0,"category":"person","confidence":0.98,"bounding_box_px":{"x":298,"y":132,"height":89,"width":28},"bounding_box":{"x":-0.105782509,"y":-0.174159989,"height":0.09226334,"width":0.02903834}}]}}',
        reads: ['camera.detections'],
      },
    ],
    matches: (topic) => topic.startsWith('scenescape/'),
    recognises: (text) => text.includes('"bounding_box_px"'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'scenescape';
const MAX_PEOPLE = 200;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const parts = message.topic.split('/');
  const isRegion = parts[1] === 'event' && parts[2] === 'region';
  if (parts[0] === 'scenescape' && !isRegion && !(parts[1] === 'data' && parts[2] === 'camera')) return ignored('other-data');
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const atMs = zonedTime(json.value['timestamp']);
  if (isRegion) {
    const people = numberOf(objectIn(json.value, 'counts')?.['person']);
    if (people === undefined) return ignored('not-a-person');
    const source = placements.speaker(message, FAMILY, parts[4]);
    return readingsOf(message, [{ source, body: { kind: 'presence', count: people }, atMs }], { stamped: true });
  }
  const source = placements.speaker(message, FAMILY, parts[3], typeof json.value['id'] === 'string' ? json.value['id'] : undefined);
  const objects = json.value['objects'];
  const list: unknown = Array.isArray(objects)
    ? objects.filter((one) => isObject(one) && one['category'] === 'person')
    : isObject(objects)
      ? (objects['person'] ?? [])
      : undefined;
  if (!Array.isArray(list) || list.length > MAX_PEOPLE || !list.every(isObject))
    return malformed('schema', `objects.person: expected a list of at most ${MAX_PEOPLE}`);
  const people: DetectedPerson[] = [];
  for (const person of list) {
    const box = boxOfPerson(person, source.placed?.frame);
    if (box === undefined)
      return readingsOf(message, [{ source, body: { kind: 'presence', count: list.length }, atMs }], { stamped: true });
    people.push(personIn(box, { confidence: numberOf(person['confidence']), id: person['id'] }));
  }
  return readingsOf(message, [{ source, body: { kind: 'camera.detections', people }, atMs }], { stamped: true });
}

function boxOfPerson(person: JsonObject, configured: readonly [number, number] | undefined): Box | undefined {
  const pixels = edgesOf(person['bounding_box_px']);
  if (pixels === undefined) return undefined;
  const frame = configured ?? frameFrom(pixels, edgesOf(person['bounding_box']));
  return frame === undefined ? undefined : boxInFrame([pixels.x, pixels.y, pixels.x + pixels.width, pixels.y + pixels.height], frame);
}

interface Edges {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function edgesOf(value: unknown): Edges | undefined {
  if (!isObject(value)) return undefined;
  const [x, y] = [numberOf(value['x']), numberOf(value['y'])];
  const [width, height] = [numberOf(value['width']), numberOf(value['height'])];
  return x === undefined || y === undefined || width === undefined || height === undefined ? undefined : { x, y, width, height };
}

/** The normalised box is in focal lengths from the middle of the picture, so both together say where that middle is. */
function frameFrom(pixels: Edges, normalised: Edges | undefined): readonly [number, number] | undefined {
  if (normalised === undefined || !(normalised.width > 0) || !(normalised.height > 0)) return undefined;
  const middleX = pixels.x - (normalised.x * pixels.width) / normalised.width;
  const middleY = pixels.y - (normalised.y * pixels.height) / normalised.height;
  const frame: readonly [number, number] = [Math.round(middleX * 2), Math.round(middleY * 2)];
  return frame.every((side) => side >= 16 && side <= 16_384) ? frame : undefined;
}
