import { connectPacket, publishPacket, RawMqtt } from './raw-mqtt.ts';
import { until } from './until.ts';

/** A device with credentials that publishes with QoS 1 and knows what was acknowledged. */
export class DeviceClient {
  readonly device: string;
  readonly #mqtt: RawMqtt;
  readonly #store: string;
  readonly #waiting = new Map<number, string>();
  #read = 0;
  #nextPacket = 1;

  private constructor(mqtt: RawMqtt, who: { readonly device: string; readonly store: string }) {
    this.#mqtt = mqtt;
    this.device = who.device;
    this.#store = who.store;
  }

  /** Connects; rejects when the broker refuses. */
  static async connect(
    port: number,
    who: { readonly device: string; readonly password: string; readonly store?: string; readonly clientId?: string },
  ): Promise<DeviceClient> {
    const { device, password, store = 'corner', clientId = device } = who;
    const mqtt = await RawMqtt.dial(port);
    mqtt.write(connectPacket({ clientId, username: device, password }));
    const code = await until('the answer of the broker', () => (mqtt.isClosed ? -1 : mqtt.connack()));
    if (code !== 0) throw new Error(`Cannot connect as ${device}: ${code}`);
    return new DeviceClient(mqtt, { device, store });
  }

  get isClosed(): boolean {
    return this.#mqtt.isClosed;
  }

  /** How many messages wait for their acknowledgement, as far as `acknowledged` has read. */
  get unacknowledgedCount(): number {
    return this.#waiting.size;
  }

  /** Publishes an event without waiting; `at` is now unless it says otherwise. */
  send(event: { readonly id: string; readonly kind: string } & Readonly<Record<string, unknown>>): void {
    this.sendRaw(`endcap/v1/${this.#store}/${this.device}/event`, JSON.stringify({ at: new Date().toISOString(), ...event }), event.id);
  }

  sendRaw(topic: string, payload: string | Buffer, id: string): void {
    const packet = this.#nextPacket;
    this.#nextPacket = packet === 65_535 ? 1 : packet + 1;
    this.#waiting.set(packet, id);
    this.#mqtt.write(publishPacket({ topic, payload, id: packet }));
  }

  /** Ids that were acknowledged since the last call, in order. */
  acknowledged(): readonly string[] {
    const ids: string[] = [];
    const { received } = this.#mqtt;
    for (; this.#read < received.length; this.#read += 1) {
      const { type, body } = received[this.#read]!;
      if (type !== 0x40) continue;
      const packet = body.readUInt16BE(0);
      const id = this.#waiting.get(packet);
      if (id !== undefined) ids.push(id);
      this.#waiting.delete(packet);
    }
    return ids;
  }

  /** Publishes one event and waits for its acknowledgement. */
  async publish(event: { readonly id: string; readonly kind: string } & Readonly<Record<string, unknown>>): Promise<void> {
    this.send(event);
    await this.settled();
  }

  /** Waits until everything sent was acknowledged, which is told to `onAcknowledged`; throws when the connection ends first. */
  async settled(onAcknowledged: (id: string) => void = () => undefined): Promise<void> {
    await until('acknowledgements', () => {
      for (const id of this.acknowledged()) onAcknowledged(id);
      if (this.#waiting.size === 0) return true;
      if (this.#mqtt.isClosed) throw new Error(`The connection of ${this.device} ended with ${this.#waiting.size} messages unacknowledged`);
      return false;
    });
  }

  close(): void {
    this.#mqtt.close();
  }
}
