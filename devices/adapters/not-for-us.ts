import { DEVICE_JSON_LIMITS, decodeText } from './json-payload.ts';

/**
 * Topics of well-known programs that no adapter reads, and why: a store that shares its broker hears them, and nobody should be asked to place them.
 * Whatever says who somebody is, or where their phone is, is refused by this name and never looked into.
 */
const NAMED: readonly (readonly [topic: RegExp, reason: string])[] = [
  // Double Take, CompreFace, Facebox, licence plate readers.
  [/^(?:double-take|compreface|facebox|face[-_]?recognition|deepface)(?:\/|$)/i, 'identifies-people'],
  [/(?:^|\/)(?:alpr|lpr|anpr|openalpr|platerecogni[sz]er|faces?|plates?)(?:\/|$)/i, 'identifies-people'],
  // OwnTracks and other phones, and trackers of phones.
  [/^(?:owntracks|zanzito|traccar|icloud3|life360|gpslogger|findmy|presence-detection|probemon|monitor)(?:\/|$)/i, 'follows-people'],
  // Where tags are, as coordinates: Decawave, Quuppa, Pozyx.
  [/^dwm\/node\/[^/]+\/uplink\/location$/, 'positions'],
  [/^(?:quuppa|pozyx|rtls|sewio)(?:\/|$)/i, 'positions'],
  [/^dwm\/(?:node|gateway)\//, 'device-info'],
  [/^(?:BlueIris|motioneye|motion|zoneminder|kerberos)(?:\/|$)/i, 'picture-motion'],
  [/(?:^|\/)(?:mi_?scale|body_?scale|bathroom_?scale|withings|garmin|fitbit)(?:\/|$)/i, 'body-weight'],
  [/^\/?stream\/[^/]+\/(?:health|accelerometer|sensor|location|button|light)$/, 'tag-info'],
  [/^\$SYS\//, 'broker'],
  [/^gateway\/[^/]+\/(?:event|state)\/|\/gateway\/[^/]+\/(?:event|state)\//, 'network-event'],
  [/\/(?:config|discovery)$/, 'discovery'],
];

/** The same by what is in a message whose topic says nothing. */
const NAMED_TEXTS: readonly (readonly [text: RegExp, reason: string])[] = [
  [/"_type"\s*:\s*"(?:location|transition|waypoints?)"/, 'follows-people'],
  [/"(?:latlng|latitude|longitude)"\s*:/, 'positions'],
  [/"(?:plate|license_?plate|face_?id|person_?name)"\s*:/i, 'identifies-people'],
  [/"(?:impedance|body_?fat|bmi|heart_?rate)"\s*:/i, 'body-measure'],
  [/"mdsversion"/, 'describes-people'],
  [/"connection_test"/, 'device-info'],
  [/"eventType"\s*:\s*"(?:VMD|linedetection|fielddetection|facedetection|shelteralarm|videoloss|ANPR)"/i, 'other-event'],
  [/<EventNotificationAlert/, 'not-json'],
];

/** Why a message that no adapter reads is rightly not for us, by its topic or else its text; `undefined` for one that nobody knows. */
export function reasonOf(topic: string, text = ''): string | undefined {
  const byTopic = topic.length > 1_024 ? undefined : NAMED.find(([pattern]) => pattern.test(topic))?.[1];
  return byTopic ?? (text.length > MAX_TEXT ? undefined : NAMED_TEXTS.find(([pattern]) => pattern.test(text))?.[1]);
}

/** Longer messages are only known by their topic. */
const MAX_TEXT = 8_192;

/** What bytes on a topic that nobody knows are, where they are no text: a form that a device can be told to leave, or a picture. */
export function formOf(payload: Uint8Array): string | undefined {
  const text = decodeText(payload, DEVICE_JSON_LIMITS.maxBytes);
  if (text.ok) return undefined;
  const { reason } = text.error;
  return reason === 'picture' ? 'frame' : reason === 'compressed' || reason === 'message-pack' ? reason : undefined;
}
