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
  [/^\$SYS\//, 'broker'],
  [/^gateway\/[^/]+\/(?:event|state)\/|\/gateway\/[^/]+\/(?:event|state)\//, 'network-event'],
  [/\/(?:config|discovery)$/, 'discovery'],
];

/** Why a topic that no adapter reads is rightly not for us; `undefined` for one that nobody knows. */
export function reasonOf(topic: string): string | undefined {
  return topic.length > 1_024 ? undefined : NAMED.find(([pattern]) => pattern.test(topic))?.[1];
}
