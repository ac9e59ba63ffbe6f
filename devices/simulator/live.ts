import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { createEngine, type Engine } from './engine.ts';
import type { TruthSink } from './ground-truth.ts';
import { AgentHttp } from './live/http-client.ts';
import { type DeviceCredentials, LiveDevice } from './live/live-device.ts';
import { LivePhone } from './live/live-phone.ts';
import { createLiveStats, type LiveStats } from './live/live-stats.ts';
import { Backoff, pause } from './live/waiting.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type DeviceMessageEvent, type NativeMessage, nativeJson, type PhoneEvent, type RedeemEvent, type SimEvent } from './sim-event.ts';

/** What a live run needs. */
export interface LiveOptions {
  readonly store: StoreMap;
  readonly scenario: Scenario;
  /** `mqtt://host:port`, or `mqtts`. */
  readonly mqttUrl: string;
  /** Where the agent's API begins, e.g. `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  /** Of each device; `undefined` connects without any. */
  readonly credentials: (device: string) => DeviceCredentials | undefined;
  readonly tillKey?: string | undefined;
  /** Store time per wall time, 1 to 100. Default: the scenario's. */
  readonly speed?: number | undefined;
  readonly seed?: number | undefined;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** For people; a line at a time, the same one at most every 30 s. */
  readonly log: (line: string) => void;
  readonly truth?: TruthSink | undefined;
  /** Gets the counters, which go on changing, when the run starts. */
  readonly onStart?: (stats: LiveStats) => void;
}

/** Time that messages and requests under way have at the end. */
const GRACE_MS = 2_000;
/** Further behind than this the run gives up catching up: a machine that slept must not replay its sleep. */
const LAG_LIMIT_MS = 5_000;
/** The same line is logged at most so often, and so many different lines are remembered. */
const LOG_EVERY_MS = 30_000;
const LOG_LINES = 200;
/** Events sent in one turn of the event loop, so that acknowledgements are heard in between. */
const BATCH = 100;

/**
 * Runs a simulated store against a real agent, over real MQTT and HTTP, until the scenario or the signal ends it. Starts and goes on while the
 * agent is away. Gaps between events are scaled by `speed`; timestamps are of now, because the agent judges them by its own clock.
 */
export async function runLive(options: LiveOptions): Promise<LiveStats> {
  return new LiveRun(options).run();
}

class LiveRun {
  readonly #options: LiveOptions;
  readonly #stats = createLiveStats();
  readonly #engine: Engine;
  readonly #http: AgentHttp;
  readonly #random = new Random('live');
  readonly #devices = new Map<string, LiveDevice>();
  readonly #phones = new Map<string, LivePhone>();
  /** Ends everything, after the grace. */
  readonly #stop = new AbortController();
  /** A message sent twice has the same bytes both times. */
  readonly #payloads = new WeakMap<NativeMessage, string>();
  readonly #startMs = Date.now();
  readonly #redeeming = new Set<Promise<void>>();
  readonly #logged = new Map<string, number>();

  constructor(options: LiveOptions) {
    this.#options = options;
    // Every device and request listens to it; that is no leak.
    setMaxListeners(0, this.#stop.signal);
    const { store, scenario, seed, truth } = options;
    this.#engine = createEngine(store, scenario, {
      startMs: this.#startMs,
      ...(seed === undefined ? {} : { seed }),
      ...(truth === undefined ? {} : { truth }),
    });
    this.#http = new AgentHttp({ baseUrl: options.httpUrl, stats: this.#stats, random: this.#random.fork('http') });
    for (const { id, adapter } of store.devices) {
      if (adapter === 'native') this.#devices.set(id, this.#device(id));
    }
  }

  async run(): Promise<LiveStats> {
    this.#options.onStart?.(this.#stats);
    const connections = Promise.all([...this.#devices.values()].map((device) => device.run()));
    await this.#play();
    await this.#finish();
    this.#stop.abort();
    for (const phone of this.#phones.values()) phone.stop();
    await connections;
    return this.#stats;
  }

  #device(id: string): LiveDevice {
    const { store, mqttUrl, credentials } = this.#options;
    return new LiveDevice({
      device: id,
      store: store.storeId,
      url: mqttUrl,
      credentials: credentials(id),
      backoff: new Backoff(this.#random.fork(`device/${id}`), { firstMs: 200, mostMs: 5_000 }),
      stats: this.#stats,
      signal: this.#stop.signal,
      log: (line) => this.#log(line),
    });
  }

  async #play(): Promise<void> {
    const { signal, scenario, speed = scenario.speed } = this.#options;
    // Pace by the monotonic clock: the wall clock may be set while we run.
    let zeroMs = performance.now();
    let sinceTurn = 0;
    for (let event = this.#engine.next(); event !== undefined && !signal.aborted; event = this.#engine.next()) {
      const dueMs = zeroMs + (event.atMs - this.#startMs) / speed;
      const earlyMs = dueMs - performance.now();
      if (earlyMs < -LAG_LIMIT_MS) zeroMs -= earlyMs;
      if (earlyMs >= 1) {
        await pause(earlyMs, signal);
        sinceTurn = 0;
      } else if (++sinceTurn >= BATCH) {
        await turn();
        sinceTurn = 0;
      }
      if (!signal.aborted) this.#act(event);
    }
  }

  #act(event: SimEvent): void {
    switch (event.kind) {
      case 'message':
        this.#publish(event);
        return;
      case 'link':
        if (event.up) this.#devices.get(event.device)?.plugIn();
        else this.#devices.get(event.device)?.unplug();
        return;
      case 'phone':
        this.#phone(event);
        return;
      case 'redeem':
        this.#redeem(event);
    }
  }

  #publish(event: DeviceMessageEvent): void {
    this.#stats.messages.generated += 1;
    const { message } = event;
    if ('text' in message) {
      this.#devices.get(event.device)?.send(event, message.text);
      return;
    }
    if (message.body.kind === 'pos.sale') this.#stats.till.sales += 1;
    let payload = this.#payloads.get(message);
    if (payload === undefined) {
      // A clock's error and a message's delay are real time at any speed.
      payload = nativeJson(message, Date.now() + message.deviceAtMs - event.atMs);
      this.#payloads.set(message, payload);
    }
    this.#devices.get(event.device)?.send(event, payload);
  }

  #phone({ shopper, ...action }: PhoneEvent): void {
    let phone = this.#phones.get(shopper);
    if (phone === undefined) {
      phone = new LivePhone({
        http: this.#http,
        listener: {
          visitOpened: (visit) => this.#engine.visitOpened(shopper, visit),
          offerReceived: (offer) => this.#engine.offerReceived(shopper, offer),
          offerWithdrawn: (offer) => this.#engine.offerWithdrawn(shopper, offer),
        },
        stats: this.#stats,
        backoff: new Backoff(this.#random.fork(`phone/${shopper}`), { firstMs: 500, mostMs: 5_000 }),
      });
      this.#phones.set(shopper, phone);
    }
    phone.act(action);
    if (action.action === 'close') {
      const closing = phone;
      void closing.settled().then(() => this.#phones.delete(shopper));
    }
  }

  #redeem({ shopper, code, receipt }: RedeemEvent): void {
    const asking = this.#askForCode({ shopper, code, receipt });
    this.#redeeming.add(asking);
    void asking.then(() => this.#redeeming.delete(asking));
  }

  async #askForCode({
    shopper,
    code,
    receipt,
  }: {
    readonly shopper: string;
    readonly code: string;
    readonly receipt: string;
  }): Promise<void> {
    const { tillKey: token } = this.#options;
    // Nobody waits longer than this for a discount: the till goes on without.
    const patienceMs = 10_000;
    const answer = await this.#http.send({
      method: 'POST',
      path: '/api/v1/redemptions',
      token,
      body: { code, receipt },
      patienceMs,
      signal: this.#stop.signal,
    });
    if (answer.kind === 'ok') {
      this.#stats.till.redeemed += 1;
      return;
    }
    this.#stats.till.codesRefused += 1;
    this.#engine.codeRefused(shopper, code);
    if (answer.kind === 'refused' && answer.status === 401) this.#log('Cannot redeem a code: the agent wants a till key');
  }

  /** Lets what is under way arrive, for a while. */
  async #finish(): Promise<void> {
    const work = [...this.#devices.values()].map((device) => device.drained());
    await Promise.race([Promise.all([...work, ...this.#redeeming]), pause(GRACE_MS, this.#stop.signal)]);
  }

  #log(line: string): void {
    const nowMs = performance.now();
    if (nowMs - (this.#logged.get(line) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
    if (this.#logged.size >= LOG_LINES) this.#logged.clear();
    this.#logged.set(line, nowMs);
    this.#options.log(line);
  }
}
