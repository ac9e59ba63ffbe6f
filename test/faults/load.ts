import { DeviceClient } from '../support/device-client.ts';
import type { LiveStore } from '../support/live-store.ts';
import { Phone, type PhoneOffer, redeem } from '../support/till-and-phone.ts';

/** A message as it was sent; sent again it is the same to the byte. */
export interface SentEvent {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly [field: string]: unknown;
}

/** A sale as the till made it. */
export interface Sale {
  readonly receipt: string;
  readonly cents: number;
}

/** What the outside world knows about what it sent and what it was told. */
export class Ledger {
  /** Events by `device/id`, in the order they were first sent. */
  readonly sent = new Map<string, { readonly device: string; readonly event: SentEvent }>();
  /** `device/id` of every acknowledged event. */
  readonly acknowledged = new Set<string>();
  readonly visits = new Set<string>();
  /** Receipts that a till was told to give the discount for, by offer code. */
  readonly redeemed = new Map<string, Set<string>>();
  /** Codes and receipts whose answer got lost: the till asks again. */
  readonly unanswered: { readonly code: string; readonly receipt: string }[] = [];
  /** Answers that are wrong whatever happened. */
  readonly absurd: string[] = [];

  /** Sales that were acknowledged. */
  sales(): readonly Sale[] {
    return [...this.acknowledged].flatMap((key) => {
      const event = this.sent.get(key)?.event;
      if (event?.kind !== 'pos.sale') return [];
      const [line] = event['lines'] as readonly { readonly cents: number }[];
      return [{ receipt: String(event['receipt']), cents: line?.cents ?? 0 }];
    });
  }

  noteRedeemed(code: string, receipt: string, status: number): void {
    const receipts = this.redeemed.get(code) ?? new Set();
    this.redeemed.set(code, receipts);
    if (status === 200) receipts.add(receipt);
    else if (![409, 410, 503].includes(status)) this.absurd.push(`code ${code} with ${receipt}: ${status}`);
  }
}

/** Unacknowledged messages that one device has under way. */
const WINDOW = 120;

/**
 * Everything a busy store does at once, as fast as the agent lets it: shelves, scanner, door and till publish, shoppers come, get offers and redeem
 * them at two tills at the same time. Ends by itself when the agent goes away.
 */
export class Load {
  readonly ledger = new Ledger();
  readonly #store: LiveStore;
  readonly #secrets: ReadonlyMap<string, string>;
  /** Shoppers that stood at a shelf when the agent went away. */
  readonly #standing = new Set<Phone>();
  #serial = 0;
  #stopping = false;

  constructor(store: LiveStore, secrets: ReadonlyMap<string, string>) {
    this.#store = store;
    this.#secrets = secrets;
  }

  /** Runs until `stop`, or until the agent is gone. */
  async run(): Promise<void> {
    this.#stopping = false;
    const telemetry = ['shelf-7', 'shelf-8', 'scanner-1'].map((device) => this.#publish(device, (n) => readingOf(device, n)));
    const events = [
      this.#publish('door-1', (n) => ({ kind: 'door.count', in: 1 + (n % 3), out: 0 })),
      this.#publish('till-1', (n) => saleOf(n)),
    ];
    const shoppers = ['1', '2', '3'].map((shelf) => this.#shop(shelf));
    await Promise.all([...telemetry, ...events, ...shoppers]);
  }

  /** Ends the load and waits for what is under way. */
  stop(): void {
    this.#stopping = true;
  }

  /** Devices send again what was not acknowledged, tills ask again what was not answered, and shoppers walk on. */
  async settle(): Promise<void> {
    const { ledger } = this;
    const missing = [...ledger.sent].filter(([key]) => !ledger.acknowledged.has(key));
    for (const device of new Set(missing.map(([, sent]) => sent.device))) {
      const client = await this.#connect(device);
      for (const [, { event }] of missing.filter(([, sent]) => sent.device === device)) client.send(event);
      await client.settled();
      client.close();
    }
    for (const [key] of missing) ledger.acknowledged.add(key);
    for (const phone of this.#standing) await phone.leave();
    this.#standing.clear();
    for (const { code, receipt } of ledger.unanswered.splice(0)) {
      ledger.noteRedeemed(code, receipt, (await redeem(this.#store.url, { code, receipt })).status);
    }
  }

  #connect(device: string): Promise<DeviceClient> {
    this.#serial += 1;
    const clientId = `${device}-${this.#serial}`;
    return DeviceClient.connect(this.#store.mqttPort, { device, password: this.#secrets.get(device)!, clientId });
  }

  async #publish(device: string, make: (n: number) => { readonly kind: string } & Readonly<Record<string, unknown>>): Promise<void> {
    const client = await this.#connect(device).catch(() => undefined);
    if (client === undefined) return;
    while (!this.#stopping && !client.isClosed) {
      for (const id of client.acknowledged()) this.ledger.acknowledged.add(`${device}/${id}`);
      for (let room = WINDOW - client.unacknowledgedCount; room > 0; room -= 1) this.#sendNext(client, make);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const note = (id: string) => void this.ledger.acknowledged.add(`${device}/${id}`);
    // An acknowledgement that arrived before the end of the connection was given.
    client.acknowledged().forEach(note);
    if (!client.isClosed) await client.settled(note).catch(() => undefined);
    client.close();
  }

  #sendNext(client: DeviceClient, make: (n: number) => { readonly kind: string } & Readonly<Record<string, unknown>>): void {
    this.#serial += 1;
    const n = this.#serial;
    const event: SentEvent = { id: `m-${n}`, at: new Date().toISOString(), ...make(n) };
    this.ledger.sent.set(`${client.device}/${event.id}`, { device: client.device, event });
    client.send(event);
  }

  async #shop(shelf: string): Promise<void> {
    const device = `shelf-${shelf}`;
    try {
      const client = await this.#connect(device);
      while (!this.#stopping && !client.isClosed) {
        const phone = await Phone.open(this.#store.url, device);
        this.ledger.visits.add(phone.visit);
        this.#standing.add(phone);
        await phone.listen();
        this.#sendNext(client, () => ({ kind: 'shelf.pick', slot: `${shelf}-1`, count: 1 }));
        const offer = await this.#offerOrEnd(phone, client);
        for (const id of client.acknowledged()) this.ledger.acknowledged.add(`${device}/${id}`);
        if (offer === undefined) break;
        await phone.receipt(offer.id, 'shown');
        await Promise.all(['left', 'right'].map((till) => this.#redeem(offer, `${till}-${offer.id}`)));
        await phone.leave();
        this.#standing.delete(phone);
      }
      client.close();
    } catch {
      // The agent went away in the middle; the ledger knows what it had said.
    }
  }

  async #offerOrEnd(phone: Phone, client: DeviceClient): Promise<PhoneOffer | undefined> {
    for (;;) {
      const offer = phone.peekOffer();
      if (offer !== undefined) return offer;
      if (client.isClosed || this.#stopping) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #redeem(offer: PhoneOffer, receipt: string): Promise<void> {
    const code = offer.code.long;
    try {
      this.ledger.noteRedeemed(code, receipt, (await redeem(this.#store.url, { code, receipt })).status);
    } catch {
      this.ledger.unanswered.push({ code, receipt });
    }
  }
}

function readingOf(device: string, n: number): { readonly kind: string } & Readonly<Record<string, unknown>> {
  if (device === 'scanner-1') return { kind: 'ble.sighting', beacon: n % 2 === 0 ? 'cart-1' : 'cart-2', rssiDbm: -60 - (n % 20) };
  return { kind: 'shelf.weight', slot: `${device.slice(-1)}-1`, grams: 5_000 + (n % 7) };
}

function saleOf(n: number): { readonly kind: string } & Readonly<Record<string, unknown>> {
  return { kind: 'pos.sale', receipt: `receipt-${n}`, lines: [{ sku: 'TEA', quantity: 1, cents: 100 + (n % 900) }], codes: [] };
}
