import type { BareChild } from '../bare/bare-child.ts';
import { pause } from '../bench-context.ts';
import { slotName } from '../bench-store.ts';
import { subscribePacket } from '../load/event-packets.ts';
import { MqttLink } from '../load/mqtt-link.ts';
import { Phones } from './phones.ts';
import { PickDevices } from './pick-devices.ts';

/** What became of the picks of one measurement. */
export interface OfferTimes {
  /** From the sensor's publish to the offer's arrival, one for each pick that became an offer. */
  readonly times: readonly number[];
  /** Picks that did not become an offer in time. */
  readonly unanswered: number;
}

interface OfferListener extends Disposable {
  readonly receiptsRefused: number;
}

/** How long an offer may take before its pick counts as unanswered. */
const PATIENCE_MS = 2_000;

/** Lets sensors say that something was taken, and times the offers that come of it. One pick a place is under way at a time. */
export class OfferProbe implements AsyncDisposable {
  readonly #devices: PickDevices;
  readonly #listener: OfferListener;
  readonly #places: number;
  readonly #pickedAtMs: (number | undefined)[] = [];
  #times: number[] = [];
  #next = 0;

  private constructor(parts: {
    readonly devices: PickDevices;
    readonly places: number;
    readonly listener: OfferListener;
  }) {
    this.#devices = parts.devices;
    this.#places = parts.places;
    this.#listener = parts.listener;
  }

  /** Phones at the first `places` fixtures of an agent's store; offers come as server-sent events. */
  static async ofAgent(agent: { readonly mqttPort: number; readonly httpUrl: string }, places: number): Promise<OfferProbe> {
    let probe: OfferProbe | undefined;
    const onOffer = (phone: number, atMs: number): void => {
      if (probe !== undefined) probe.#offered(phone, atMs);
    };
    const phones = await Phones.open({ httpUrl: agent.httpUrl, count: places, onOffer });
    const devices = await PickDevices.connect(agent.mqttPort, places);
    probe = new OfferProbe({ devices, places, listener: phones });
    return probe;
  }

  /** The same places of the bare script; offers come over MQTT. */
  static async ofBare(bare: BareChild, places: number): Promise<OfferProbe> {
    let probe: OfferProbe | undefined;
    const slots = Array.from({ length: places }, (_, index) => slotName(index));
    const numbers = new Map(slots.map((slot, index) => [`offers/${slot}`, index]));
    const link = await MqttLink.open({
      port: bare.mqttPort,
      clientId: 'listener',
      username: 'listener',
      password: 'listener',
      onPacket(type, bytes, { from }) {
        if ((type & 0xf0) !== 0x30 || probe === undefined) return;
        const topic = bytes.toString('latin1', from + 2, from + 2 + bytes.readUInt16BE(from));
        const index = numbers.get(topic);
        if (index !== undefined) probe.#offered(index, performance.now());
      },
    });
    link.socket.write(subscribePacket('offers/#', 0));
    bare.placeShoppers(slots);
    const devices = await PickDevices.connect(bare.mqttPort, places);
    probe = new OfferProbe({ devices, places, listener: { receiptsRefused: 0, [Symbol.dispose]: () => void link.socket.destroy() } });
    return probe;
  }

  /** Answers of the phones to offers that the agent did not take. */
  get receiptsRefused(): number {
    return this.#listener.receiptsRefused;
  }

  /** Picks at a steady rate for a while, at one place after the other, and gives the times of the offers. */
  async measure(options: { readonly perSecond: number; readonly durationMs: number }): Promise<OfferTimes> {
    this.#times = [];
    const startMs = performance.now();
    let picks = 0;
    while (performance.now() - startMs < options.durationMs) {
      const due = Math.floor(((performance.now() - startMs) * options.perSecond) / 1_000) - picks;
      for (let index = 0; index < due; index += 1) this.#pick();
      picks += due;
      await pause(1);
    }
    const waitedFromMs = performance.now();
    while (this.#isWaiting() && performance.now() - waitedFromMs < PATIENCE_MS) await pause(5);
    this.#pickedAtMs.fill(undefined);
    return { times: this.#times, unanswered: picks - this.#times.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]();
    await this.#devices[Symbol.asyncDispose]();
  }

  #pick(): void {
    const place = this.#next % this.#places;
    this.#next += 1;
    const before = this.#pickedAtMs[place];
    // Still under way from the last time round: it is either very late or will never come.
    if (before !== undefined && performance.now() - before < PATIENCE_MS) return;
    this.#pickedAtMs[place] = this.#devices.pick(place);
  }

  #offered(place: number, atMs: number): void {
    const pickedAtMs = this.#pickedAtMs[place];
    if (pickedAtMs === undefined) return;
    this.#pickedAtMs[place] = undefined;
    this.#times.push(atMs - pickedAtMs);
  }

  #isWaiting(): boolean {
    return this.#pickedAtMs.some((atMs) => atMs !== undefined);
  }
}
