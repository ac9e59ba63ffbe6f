import { BENCH_STORE_ID, slotName } from '../bench-store.ts';

/** What a device of the load reports. `weight` changes nothing, `pick` is a shelf event, `beacon` a stranger's phone. */
export type EventKind = 'weight' | 'pick' | 'beacon';

export interface EventPacketsOptions {
  readonly device: string;
  /** Number of the slot that it watches. */
  readonly slot: number;
  readonly kind: EventKind;
  readonly qos: 0 | 1;
  /** Makes ids of two connections, or of two runs on one database, different; letters and digits. */
  readonly tag: string;
}

/** Characters of an id after the tag: ten thousand million messages a connection. */
const COUNTER_DIGITS = 10;

/**
 * Makes PUBLISH packets of about 190 bytes of JSON by writing counter and time into a finished one: a load generator that costs as much as what
 * it loads would measure itself.
 */
export class EventPackets {
  readonly #template: Buffer;
  /** Where the counter stands: in the id, and in a beacon's name. */
  readonly #counterAt: readonly number[];
  readonly #timeAt: number;
  readonly #packetIdAt: number;
  #counter = 0;
  #packetId = 0;
  #timeMs = 0;

  constructor(options: EventPacketsOptions) {
    const topic = `endcap/v1/${BENCH_STORE_ID}/${options.device}/event`;
    const payload = payloadOf(options);
    const body = Buffer.concat([field(topic), options.qos === 1 ? Buffer.alloc(2) : Buffer.alloc(0), Buffer.from(payload)]);
    this.#template = Buffer.concat([Buffer.from([0x30 | (options.qos << 1)]), lengthBytes(body.length), body]);
    const payloadAt = this.#template.length - payload.length;
    this.#packetIdAt = options.qos === 1 ? payloadAt - 2 : -1;
    this.#counterAt = placesOf(this.#template, { text: '0'.repeat(COUNTER_DIGITS), from: payloadAt });
    this.#timeAt = this.#template.indexOf(EPOCH, payloadAt);
  }

  /** Bytes of one packet. */
  get bytes(): number {
    return this.#template.length;
  }

  /** `count` packets, one after the other, all of this moment. */
  next(count: number, nowMs: number): Buffer {
    if (nowMs !== this.#timeMs) {
      this.#timeMs = nowMs;
      this.#template.write(new Date(nowMs).toISOString(), this.#timeAt, 'latin1');
    }
    const { length } = this.#template;
    const packets = Buffer.allocUnsafe(count * length);
    for (let index = 0; index < count; index += 1) {
      this.#template.copy(packets, index * length);
      this.#writeCounter(packets, index * length);
      if (this.#packetIdAt < 0) continue;
      this.#packetId = (this.#packetId % 65_535) + 1;
      packets.writeUInt16BE(this.#packetId, index * length + this.#packetIdAt);
    }
    return packets;
  }

  #writeCounter(packets: Buffer, packetAt: number): void {
    this.#counter += 1;
    for (const at of this.#counterAt) {
      let rest = this.#counter;
      for (let digit = COUNTER_DIGITS - 1; digit >= 0; digit -= 1) {
        packets[packetAt + at + digit] = 0x30 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
  }
}

/** A CONNECT packet of MQTT 3.1.1 with a clean session. */
export function connectPacket(who: { readonly clientId: string; readonly username: string; readonly password: string }): Buffer {
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, 0xc2, 0, 120]),
    field(who.clientId),
    field(who.username),
    field(who.password),
  ]);
  return Buffer.concat([Buffer.from([0x10]), lengthBytes(body.length), body]);
}

/** A SUBSCRIBE packet for one filter. */
export function subscribePacket(filter: string, qos: 0 | 1): Buffer {
  const body = Buffer.concat([Buffer.from([0, 1]), field(filter), Buffer.from([qos])]);
  return Buffer.concat([Buffer.from([0x82]), lengthBytes(body.length), body]);
}

/** A PUBLISH packet; with a packet id it is QoS 1. */
export function publishPacket(topic: string, payload: string, packetId?: number): Buffer {
  const id = packetId === undefined ? Buffer.alloc(0) : Buffer.from([packetId >> 8, packetId & 0xff]);
  const body = Buffer.concat([field(topic), id, Buffer.from(payload)]);
  return Buffer.concat([Buffer.from([packetId === undefined ? 0x30 : 0x32]), lengthBytes(body.length), body]);
}

const EPOCH = '1970-01-01T00:00:00.000Z';

function payloadOf({ kind, slot, tag }: EventPacketsOptions): string {
  const head = { id: `${tag}${'0'.repeat(COUNTER_DIGITS)}`, at: EPOCH };
  // Fields that the agent does not ask for, as real devices send them.
  const rest = { firmware: '2.3.1', batteryPercent: 87, quality: 'good', temperatureC: 21.5 };
  switch (kind) {
    case 'weight':
      return JSON.stringify({ ...head, kind: 'shelf.weight', slot: slotName(slot), grams: 5012.25, ...rest });
    case 'pick':
      return JSON.stringify({ ...head, kind: 'shelf.pick', slot: slotName(slot), count: 1, ...rest });
    case 'beacon':
      return JSON.stringify({ ...head, kind: 'ble.sighting', beacon: `phone-${'0'.repeat(COUNTER_DIGITS)}`, rssiDbm: -71, ...rest });
  }
}

function placesOf(bytes: Buffer, wanted: { readonly text: string; readonly from: number }): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted.text, wanted.from); at >= 0; at = bytes.indexOf(wanted.text, at + wanted.text.length)) places.push(at);
  return places;
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest >= 128;
    bytes.push((rest % 128) | (more ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}
