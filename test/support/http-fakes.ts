import type { Decision, Offer } from '../../agent/core/decision.ts';
import type { Reply } from '../../agent/core/effect.ts';
import type { Input } from '../../agent/core/input.ts';
import type { StoreOverview } from '../../agent/core/overview.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { MINUTE_MS } from '../../agent/core/units.ts';
import type { ConsentPurpose } from '../../agent/core/visit.ts';
import type {
  HttpCounters,
  HttpPorts,
  OfferEvent,
  QuarantinedMessage,
  Submit,
  UnknownDeviceView,
  VisitView,
} from '../../agent/http/ports.ts';
import { FakeCameras } from './fake-cameras.ts';
import { FakeDevices } from './fake-devices.ts';
import { fakeInsight, fakeModels, fakeOffer, fakeOverview } from './fake-views.ts';
import { fakePolicy } from './policy-fake.ts';
import { sampleStore } from './sample-store.ts';

/** A time that tests move by hand. */
export class FakeClock {
  nowMs = Date.UTC(2026, 0, 5, 10);
  monoMs = 1_000;

  wallMs(): number {
    return this.nowMs;
  }

  monotonicMs(): number {
    return this.monoMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.monoMs += ms;
  }
}

interface FakeVisit {
  readonly id: string;
  readonly tokenHash: string;
  readonly openedAtMs: number;
  readonly consents: Set<ConsentPurpose>;
  readonly offers: Offer[];
  fixture: string | undefined;
  tag: string | undefined;
}

/** A store in memory that answers as the real loop would, without deciding anything by itself. */
export class FakeStore {
  readonly clock = new FakeClock();
  readonly inputs: Input[] = [];
  readonly counted: string[] = [];
  readonly defects: unknown[] = [];
  readonly accounts = new FakeAccounts(this.clock);
  readonly cameras = new FakeCameras();
  readonly devices = new FakeDevices();
  readonly decisions: Decision[] = [];
  readonly quarantined: QuarantinedMessage[] = [];
  readonly unknown: UnknownDeviceView[] = [];
  readonly checks: { name: string; ready: boolean; sentence: string }[] = [
    { name: 'database', ready: true, sentence: 'The database can be written.' },
  ];
  store: StoreMap = sampleStore();
  overview: StoreOverview = fakeOverview(this.store);
  setupCode: string | undefined = 'K7QX-92MT-4HWP';
  /** Answers every input while it is set. */
  answer: Awaited<ReturnType<Submit['submit']>> | Error | undefined;
  metrics = 'endcap_up 1\n';
  readonly #visits = new Map<string, FakeVisit>();
  readonly #listeners = new Map<string, Set<(event: OfferEvent) => void>>();
  readonly #redemptions = new Map<string, { receipt: string; atMs: number }>();

  readonly ports: HttpPorts = {
    submit: { submit: async (input) => this.#submit(input) },
    shop: {
      store: () => this.store,
      product: (sku) => this.store.products.find((product) => product.sku === sku),
      fixture: (id) => this.store.fixtures.find((fixture) => fixture.id === id),
      visitByToken: (tokenHash) => this.#view([...this.#visits.values()].find((visit) => visit.tokenHash === tokenHash)),
      offersOf: (id) => this.#visits.get(id)?.offers.filter((offer) => ['open', 'shown', 'saved'].includes(offer.state)) ?? [],
      everythingAbout: (id) => {
        const visit = this.#visits.get(id);
        return visit === undefined
          ? {}
          : { visits: [{ id: visit.id, openedAtMs: visit.openedAtMs }], consents: [...visit.consents], offers: [...visit.offers] };
      },
      decision: (id) => this.decisions.find((decision) => decision.id === id),
    },
    codes: {
      codeFor: (offer) => ({ long: `long.${offer.id}`, short: `S-${offer.id}` }),
      resolve: (code, nowMs) => {
        const id = /^(?:long\.|S-)(.+)$/.exec(code)?.[1];
        if (code.startsWith('forged.')) return { kind: 'forged' };
        if (code.startsWith('other.')) return { kind: 'other-store' };
        const offer = [...this.#visits.values()].flatMap(({ offers }) => offers).find((known) => known.id === id);
        if (offer === undefined) return { kind: 'unknown' };
        return offer.expiresAtMs <= nowMs ? { kind: 'expired', offer: offer.id } : { kind: 'offer', offer: offer.id };
      },
    },
    phones: {
      grant: (visit) => ({ seed: visit.length.toString(16).padStart(64, '0'), periodMs: 300_000, tokensPerPeriod: 4, tokenBytes: 16 }),
    },
    feed: {
      subscribe: (visit, listener) => {
        const listeners = this.#listeners.get(visit) ?? new Set();
        listeners.add(listener);
        this.#listeners.set(visit, listeners);
        return () => listeners.delete(listener);
      },
    },
    manager: {
      overview: () => this.overview,
      decisions: ({ limit, beforeMs, kind }) =>
        this.decisions
          .filter((decision) => (beforeMs === undefined || decision.atMs < beforeMs) && (kind === undefined || decision.kind === kind))
          .slice(0, limit),
      features: () => [{ name: 'picks', unit: 'count', meaning: 'times this product was picked up' }],
      quarantine: (limit) => this.quarantined.slice(0, limit),
      unknownDevices: (limit) => this.unknown.slice(0, limit),
      audit: (limit) => this.accounts.entries.slice(-limit).reverse(),
    },
    accounts: this.accounts,
    readiness: { checks: () => this.checks },
    metrics: { text: async () => this.metrics },
    counters: { count: (name, labels) => this.#count(name, labels) },
    clock: this.clock,
    defects: { report: ({ error }) => this.defects.push(error) },
    setupCode: { current: () => this.setupCode },
    cameras: this.cameras,
    devices: this.devices,
    insight: fakeInsight(),
    policy: fakePolicy(),
    models: fakeModels(),
  };

  /** How often something was counted, by the beginning of `name{label=value,...}`. */
  countOf(prefix: string): number {
    return this.counted.filter((entry) => entry.startsWith(prefix)).length;
  }

  /** Makes an offer to a visit and pushes it to its streams, as after a commit. */
  offer(visitId: string, changes: Partial<Offer> = {}): Offer {
    const visit = this.#visits.get(visitId);
    if (visit === undefined) throw new Error(`Cannot offer to "${visitId}": no such visit`);
    const offer = fakeOffer({ id: `o-${visit.offers.length + 1}`, visit: visitId, createdAtMs: this.clock.nowMs, ...changes });
    visit.offers.push(offer);
    this.push(visitId, { kind: 'offer', offer });
    return offer;
  }

  /** Calls every subscriber of a visit. */
  push(visitId: string, event: OfferEvent): void {
    for (const listener of [...(this.#listeners.get(visitId) ?? [])]) listener(event);
  }

  /** Subscribers of a visit, to see that streams clean up. */
  listeners(visitId: string): number {
    return this.#listeners.get(visitId)?.size ?? 0;
  }

  /** Ends a visit as the core would when it idles. */
  close(visitId: string): void {
    this.#visits.delete(visitId);
    this.push(visitId, { kind: 'closed' });
  }

  #submit(input: Input): Awaited<ReturnType<Submit['submit']>> {
    this.inputs.push(input);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer ?? this.#step(input);
  }

  #step(input: Input): Reply {
    if (input.kind === 'visit.opened') {
      this.#visits.set(input.visit, {
        id: input.visit,
        tokenHash: input.tokenHash,
        openedAtMs: this.clock.nowMs,
        consents: new Set((['offers', 'measurement'] as const).filter((purpose) => input.consents[purpose] === true)),
        offers: [],
        fixture: input.fixture,
        tag: input.tag,
      });
      return { kind: 'done' };
    }
    if (input.kind === 'offer.redeem') return this.#redeem(input.offer, input.receipt);
    if (input.kind === 'offers.paused' || input.kind.startsWith('experiment.')) return { kind: 'done' };
    const visit = 'visit' in input ? this.#visits.get(input.visit) : undefined;
    if (visit === undefined) return { kind: 'unknown-visit' };
    if (input.kind === 'visit.placed') visit.fixture = input.fixture;
    if (input.kind === 'visit.erased') this.#visits.delete(visit.id);
    if (input.kind === 'visit.tagged') {
      if (!this.store.tags.some(({ id }) => id === input.tag)) return { kind: 'unknown-tag' };
      visit.tag = input.tag;
    }
    if (input.kind === 'visit.consented') {
      for (const [purpose, isGiven] of Object.entries(input.consents)) {
        if (isGiven) visit.consents.add(purpose as ConsentPurpose);
        else visit.consents.delete(purpose as ConsentPurpose);
      }
    }
    if (input.kind === 'offer.receipt') {
      const offer = visit.offers.find(({ id }) => id === input.offer);
      if (offer === undefined) return { kind: 'unknown-offer' };
      if (!['open', 'shown', 'saved'].includes(offer.state)) return { kind: 'offer-closed', state: offer.state };
      offer.state = input.state;
    }
    return { kind: 'done' };
  }

  #redeem(id: string, receipt: string): Reply {
    const offer = [...this.#visits.values()].flatMap(({ offers }) => offers).find((known) => known.id === id);
    if (offer === undefined) return { kind: 'unknown-offer' };
    const earlier = this.#redemptions.get(id);
    if (earlier !== undefined && earlier.receipt !== receipt) return { kind: 'already-redeemed', offer: id, atMs: earlier.atMs };
    if (earlier === undefined && offer.expiresAtMs <= this.clock.nowMs) return { kind: 'offer-closed', state: 'expired' };
    if (earlier === undefined && offer.state === 'withdrawn') return { kind: 'offer-closed', state: 'withdrawn' };
    this.#redemptions.set(id, { receipt, atMs: this.clock.nowMs });
    offer.state = 'redeemed';
    return { kind: 'redeemed', offer: id, sku: offer.sku, discountCents: offer.discountCents, receipt, repeated: earlier !== undefined };
  }

  #view(visit: FakeVisit | undefined): VisitView | undefined {
    if (visit === undefined) return undefined;
    const fixture = this.store.fixtures.find(({ id }) => id === visit.fixture);
    return {
      id: visit.id,
      openedAtMs: visit.openedAtMs,
      consents: [...visit.consents],
      zoneName: this.store.zones.find(({ id }) => id === fixture?.zone)?.name,
      fixtureName: fixture?.name,
      tag: visit.tag,
    };
  }

  #count(name: Parameters<HttpCounters['count']>[0], labels: Readonly<Record<string, string>>): void {
    const text = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    this.counted.push(`${name}{${text.join(',')}}`);
  }
}

type Role = 'viewer' | 'manager' | 'admin';

/** Accounts and sessions in memory. */
export class FakeAccounts {
  readonly entries: { atMs: number; action: string; detail: string }[] = [];
  readonly sessions = new Map<string, { name: string; createdAtMs: number; expiresAtMs: number }>();
  readonly accounts = new Map<string, { name: string; passwordHash: string; role: Role }>();
  touches = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  isSetUp(): boolean {
    return this.accounts.size > 0;
  }

  create(account: { readonly name: string; readonly passwordHash: string; readonly role: Role }): void {
    this.accounts.set(account.name, account);
  }

  find(name: string) {
    return this.accounts.get(name);
  }

  saveSession({ idHash, ...session }: { idHash: string; name: string; createdAtMs: number; expiresAtMs: number }): void {
    this.sessions.set(idHash, session);
  }

  findSession(idHash: string, nowMs: number) {
    const session = this.sessions.get(idHash);
    const account = session === undefined ? undefined : this.accounts.get(session.name);
    if (session === undefined || account === undefined || session.expiresAtMs <= nowMs) return undefined;
    return { name: account.name, role: account.role, createdAtMs: session.createdAtMs };
  }

  touchSession(idHash: string, expiresAtMs: number): void {
    this.touches += 1;
    const session = this.sessions.get(idHash);
    if (session !== undefined) session.expiresAtMs = expiresAtMs;
  }

  endSession(idHash: string): void {
    this.sessions.delete(idHash);
  }

  recordAudit(entry: { atMs: number; action: string; detail: string }): void {
    this.entries.push(entry);
  }

  /** An account with a session of the given role, without the cost of a password. */
  signIn(role: Role, idHash: string): void {
    this.accounts.set(`${role}-1`, { name: `${role}-1`, passwordHash: 'none', role });
    const createdAtMs = this.#clock.nowMs;
    this.sessions.set(idHash, { name: `${role}-1`, createdAtMs, expiresAtMs: createdAtMs + 60 * MINUTE_MS });
  }
}
