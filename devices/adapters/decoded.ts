import type { Reading, ReadingBody } from '../../agent/core/reading.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { Decoded, DeviceMessage } from './adapter.ts';
import type { JsonFault } from './json-payload.ts';
import { READING_BODIES } from './native-schemas.ts';
import type { Source } from './placements.ts';

/** One thing that a foreign message says: by whom, what, and when by the device's clock (without it, when it was received). */
export interface Said {
  readonly source: Source;
  readonly body: ReadingBody;
  readonly atMs?: TimestampMs | undefined;
}

/** How readings are made of what was said. */
export interface SaidOptions {
  /** The payload itself differs each time (it holds a time or a counter), so that equal bytes are a redelivery. */
  readonly stamped?: boolean;
  /** Why it is ignored when nothing was said; `no-reading` without it. */
  readonly nothing?: string;
}

/** What a message that is not for us becomes. `reason` is low-cardinality. */
export function ignored(reason: string): Decoded {
  return { kind: 'ignored', reason };
}

/** What a message becomes that should have been for us. `detail` is for people. */
export function malformed(reason: string, detail: string): Decoded {
  return { kind: 'malformed', reason, detail };
}

/** What a payload becomes that is not even JSON or text. A picture is nobody's message and is not put aside for a look. */
export function unreadable(fault: JsonFault): Decoded {
  if (fault.reason === 'picture') return ignored('frame');
  return malformed(fault.reason, fault.detail);
}

/**
 * Checks what was said against the ranges of each reading and gives it ids. One thing out of range makes the whole message malformed: a device
 * that reports 104.7 % humidity cannot be trusted with the temperature beside it.
 */
export function readingsOf(message: DeviceMessage, said: readonly Said[], options: SaidOptions = {}): Decoded {
  if (said.length === 0) return ignored(options.nothing ?? 'no-reading');
  const hash = fingerprint(message);
  const readings: Reading[] = [];
  for (const [index, { source, body, atMs }] of said.entries()) {
    const fault = faultOf(body);
    if (fault !== undefined) return fault;
    const believed = believable(atMs);
    const stamp = options.stamped === true || believed !== undefined ? '' : `${message.receivedAtMs.toString(36)}.`;
    readings.push({ id: `${stamp}${hash}.${index}`, device: source.device, atMs: believed ?? message.receivedAtMs, ...body });
  }
  return { kind: 'readings', readings };
}

/** What is wrong with a body, as the message's verdict. */
function faultOf(body: ReadingBody): Decoded | undefined {
  const parsed = READING_BODIES[body.kind].safeParse(body);
  if (parsed.success) return undefined;
  const issue = parsed.error.issues[0];
  const isRange = issue?.code === 'too_big' || issue?.code === 'too_small';
  const where = [body.kind, ...(issue?.path ?? [])].join('.');
  return malformed(isRange ? 'out-of-range' : 'schema', `${where}: ${issue?.message ?? 'not as expected'}`.slice(0, 200));
}

/** A clock that was never set says 1970 or 2000: the time of receipt is better. */
function believable(atMs: TimestampMs | undefined): TimestampMs | undefined {
  return atMs !== undefined && Number.isSafeInteger(atMs) && atMs >= FIRST_BELIEVED_MS ? atMs : undefined;
}

const FIRST_BELIEVED_MS = Date.UTC(2010, 0, 1);

/** Two 32-bit FNV-1a hashes of topic and payload in base 36: the same on every machine, and no way back to an address in them. */
function fingerprint({ topic, payload }: DeviceMessage): string {
  let a = 0x811c9dc5;
  let b = 0x3c6ef372;
  for (let index = 0; index < topic.length; index++) {
    const unit = topic.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  for (let index = 0; index < payload.length; index++) {
    const byte = payload[index] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
