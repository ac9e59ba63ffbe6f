import type { DetectedPerson, ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { isObject, numberOf, objectIn, textOf, zonedTime } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { boxInFrame, boxOf, personIn } from './picture.ts';
import type { Placements } from './placements.ts';

/**
 * Video analytics that publish one message a frame: Intel DL Streamer (`objects` with `detection.bounding_box` in shares of the picture) and NVIDIA
 * DeepStream in its minimal form (`objects` as `id|left|top|right|bottom|label` in pixels, which need the camera's `frame`).
 */
export function createVideoPipelinesAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'DL Streamer, DeepStream',
    description: 'People per frame; known by the name in the topic analytics/<name>, the source or the sensorId. DeepStream needs `frame`',
    form: 'code',
    topics: ['analytics/{device}', 'analytics/{device}/+'],
    examples: [
      {
        topic: 'analytics/{device}',
        payload:
          '{"objects":[{"detection":{"bounding_box":{"x_max":0.62,"x_min":0.51,"y_max":0.93,"y_min":0.2},"confidence":0.91,"label":"person","label_id":1},"id":7,"roi_type":"person"}],"resolution":{"height":1080,"width":1920},"timestamp":33333333}',
        reads: ['camera.detections'],
      },
    ],
    matches: (topic) => topic.startsWith('analytics/'),
    recognises: (text) =>
      (text.includes('"detection"') && text.includes('"bounding_box"')) || (text.includes('"@timestamp"') && text.includes('"sensorId"')),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'video-pipelines';
const MAX_OBJECTS = 200;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const name = message.topic.startsWith('analytics/') ? message.topic.split('/', 2)[1] : undefined;
  const source = placements.speaker(message, FAMILY, name, textOf(json.value['sensorId']), textOf(json.value['source']));
  const objects = json.value['objects'];
  if (!Array.isArray(objects) || objects.length > MAX_OBJECTS)
    return malformed('schema', `objects: expected a list of at most ${MAX_OBJECTS}`);
  const people: DetectedPerson[] = [];
  let inPixels = 0;
  for (const object of objects as readonly unknown[]) {
    const person = typeof object === 'string' ? minimal(object, source.placed?.frame) : isObject(object) ? detected(object) : 'faulty';
    if (person === 'faulty') return malformed('schema', 'objects: an object that cannot be read');
    if (person === 'in-pixels') inPixels += 1;
    else if (person !== undefined) people.push(person);
  }
  const body: ReadingBody = inPixels > 0 ? { kind: 'presence', count: inPixels } : { kind: 'camera.detections', people };
  if (objects.length > 0 && inPixels === 0 && people.length === 0) return ignored('not-a-person');
  return readingsOf(message, [{ source, body, atMs: zonedTime(json.value['@timestamp']) }]);
}

function detected(object: JsonObject): DetectedPerson | 'faulty' | undefined {
  const detection = objectIn(object, 'detection');
  const box = detection === undefined ? undefined : objectIn(detection, 'bounding_box');
  if (detection === undefined || box === undefined) return 'faulty';
  if ((textOf(detection['label']) ?? textOf(object['roi_type'])) !== 'person') return undefined;
  const [left, top] = [numberOf(box['x_min']), numberOf(box['y_min'])];
  const [right, bottom] = [numberOf(box['x_max']), numberOf(box['y_max'])];
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return 'faulty';
  return personIn(boxOf({ left, top, right, bottom }), { confidence: numberOf(detection['confidence']), id: object['id'] });
}

/** Without the size of the picture a person in pixels only counts. The form carries no confidence: what is in it was sure enough to be sent. */
function minimal(text: string, frame: readonly [number, number] | undefined): DetectedPerson | 'faulty' | 'in-pixels' | undefined {
  const [id, left, top, right, bottom, label] = text.split('|', 7);
  if (label === undefined) return 'faulty';
  if (label.toLowerCase() !== 'person') return undefined;
  if (frame === undefined) return 'in-pixels';
  const box = boxInFrame(
    [left, top, right, bottom].map((edge) => numberOf(edge) ?? Number.NaN),
    frame,
  );
  return box === undefined ? 'faulty' : { ...box, confidence: 1, ...(id !== undefined && /^\d+$/.test(id) && { track: id }) };
}
