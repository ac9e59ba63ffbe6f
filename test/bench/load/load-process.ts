import { performance } from 'node:perf_hooks';
import { deviceName, deviceSecret } from '../bench-store.ts';
import type { LoadAnswer, LoadCommand, LoadSpec } from './load-spec.ts';
import { Publisher } from './publisher.ts';

/** A load process: connects its devices, says `ready`, and does what it is told. Started by `load.ts`. */
class Load {
  readonly #spec: LoadSpec;
  #publishers: Publisher[] = [];
  #timer: NodeJS.Timeout | undefined;
  #heldBack = 0;
  #next = 0;

  constructor(spec: LoadSpec) {
    this.#spec = spec;
  }

  async connect(): Promise<void> {
    const { connections } = this.#spec;
    // In groups, because a listener's queue of new connections is short.
    for (let first = 0; first < connections; first += 64) {
      const group = Array.from({ length: Math.min(64, connections - first) }, (_, index) => this.#open(first + index));
      this.#publishers.push(...(await Promise.all(group)));
    }
  }

  begin(): void {
    const { pace } = this.#spec;
    switch (pace.kind) {
      case 'window':
        for (const publisher of this.#publishers) publisher.keep(pace.messages);
        return;
      case 'rate':
        return this.#sendAtRate(pace.perSecond);
      case 'burst':
        return this.#sendBurst(pace.messages);
    }
  }

  totals(): LoadAnswer {
    const sum = (of: (publisher: Publisher) => number) => this.#publishers.reduce((total, publisher) => total + of(publisher), 0);
    return {
      kind: 'totals',
      sent: sum(({ sent }) => sent),
      acked: sum(({ acked }) => acked),
      heldBack: this.#heldBack,
      lost: sum(({ isLost }) => (isLost ? 1 : 0)),
      atMs: performance.timeOrigin + performance.now(),
    };
  }

  async end(): Promise<LoadAnswer> {
    clearInterval(this.#timer);
    for (const publisher of this.#publishers) publisher.keep(0);
    if (this.#spec.qos === 1) await this.#untilAnswered();
    const totals = this.totals();
    await Promise.all(this.#publishers.map((publisher) => publisher.end()));
    return totals;
  }

  #open(index: number): Promise<Publisher> {
    const { port, qos, kind, firstDevice, devices, pickEvery } = this.#spec;
    const number = firstDevice + (index % devices);
    const device = this.#spec.deviceName ?? deviceName(number);
    const tag = `${process.pid.toString(36)}-${index.toString(36)}-`;
    const clientId = `load-${process.pid}-${index}`;
    return Publisher.open({
      port,
      clientId,
      username: device,
      password: deviceSecret(device),
      device,
      slot: number,
      kind,
      qos,
      tag,
      pickEvery,
    });
  }

  /** In steps of a few milliseconds; what a late timer missed is made up for, so that the rate holds. */
  #sendAtRate(perSecond: number): void {
    const startMs = performance.now();
    let offered = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) * perSecond) / 1_000) - offered;
      offered += due;
      this.#spread(due);
    }, 2);
  }

  /** Few messages go out on one connection each, many in equal parts on all. */
  #spread(count: number): void {
    const publishers = this.#publishers;
    const each = Math.max(1, Math.ceil(count / publishers.length));
    for (let left = count; left > 0; left -= each) {
      const wanted = Math.min(each, left);
      const publisher = publishers[this.#next % publishers.length];
      this.#next += 1;
      this.#heldBack += wanted - (publisher?.send(wanted) ?? 0);
    }
  }

  #sendBurst(messages: number): void {
    let left = messages;
    this.#timer = setInterval(() => {
      for (const publisher of this.#publishers) left -= publisher.send(Math.min(64, left));
      if (left <= 0) clearInterval(this.#timer);
    }, 1);
  }

  async #untilAnswered(): Promise<void> {
    const deadlineMs = performance.now() + 15_000;
    const isDone = () => this.#publishers.every(({ sent, acked, isLost }) => isLost || acked >= sent);
    while (!isDone() && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let load: Load | undefined;

process.on('message', (message: LoadSpec | LoadCommand) => {
  handle(message).catch((error: unknown) => {
    say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  });
});
// The bench is gone: nobody is left to load for.
process.on('disconnect', () => process.exit(0));

async function handle(message: LoadSpec | LoadCommand): Promise<void> {
  if (!('kind' in message) || 'pace' in message) {
    load = new Load(message as LoadSpec); // Only a spec has a pace.
    await load.connect();
    return say({ kind: 'ready' });
  }
  if (load === undefined) return;
  if (message.kind === 'begin') load.begin();
  if (message.kind === 'mark') say(load.totals());
  if (message.kind === 'end') say(await load.end());
}

function say(answer: LoadAnswer): void {
  process.send?.(answer);
}
