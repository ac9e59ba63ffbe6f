import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { VISIT_SPEC } from '../models/visit-spec.ts';
import type { State } from './core/state.ts';
import type { StoreMap } from './core/store-map.ts';
import type { Visit } from './core/visit.ts';
import type { HttpPorts, VisitView } from './http/ports.ts';
import { DEFAULT_HTTP_SETTINGS, type HttpSettings } from './http/settings.ts';
import { packageRoot } from './package-root.ts';
import type { Counters } from './runtime/counters.ts';
import type { Feed } from './runtime/feed.ts';
import type { Loop } from './runtime/loop.ts';
import type { OfferCodes } from './runtime/offer-codes.ts';
import type { Status } from './runtime/status.ts';
import type { UnknownDevices } from './runtime/unknown-devices.ts';
import type { Store } from './store/store.ts';

/** What the HTTP side is connected to. */
export interface HttpParts {
  readonly loop: Loop;
  readonly store: Store;
  readonly map: StoreMap;
  readonly codes: OfferCodes;
  readonly phones: HttpPorts['phones'];
  readonly feed: Feed;
  readonly status: Status;
  readonly unknownDevices: UnknownDevices;
  readonly counters: Counters;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly metrics: HttpPorts['metrics'];
  readonly readiness: HttpPorts['readiness'];
  readonly setupCode: HttpPorts['setupCode'];
  readonly defects: HttpPorts['defects'];
  readonly cameras: HttpPorts['cameras'];
  readonly devices: HttpPorts['devices'];
  readonly insight: HttpPorts['insight'];
  readonly policy: HttpPorts['policy'];
  readonly models: HttpPorts['models'];
}

/** Settings of the listener from the config. */
export function httpSettings({ config, secrets }: LoadedConfig): HttpSettings {
  const { http } = config;
  const publicHost = http.publicUrl === undefined ? [] : [new URL(http.publicUrl).hostname.toLowerCase()];
  return {
    ...DEFAULT_HTTP_SETTINGS,
    host: http.host,
    port: http.port,
    allowedHosts: [...http.allowedHosts.map((host) => host.toLowerCase()), ...publicHost],
    publicDir: join(packageRoot(), 'dist/agent/web/public'),
    tillKeys: [...secrets.tillKeyHashes].map(([name, sha256]) => ({ name, sha256 })),
    metrics: { openOnLoopback: http.metrics.openOnLoopback, keySha256s: secrets.metricsKeyHashes },
    ...(http.tls === undefined
      ? {}
      : { tls: { cert: readFileSync(http.tls.certFile, 'utf8'), key: readFileSync(http.tls.keyFile, 'utf8') } }),
    ...(http.securityContact === undefined ? {} : { securityContact: http.securityContact }),
  };
}

/** Connects the HTTP side's ports to the loop, the live state and the disk. */
export function httpPorts(parts: HttpParts): HttpPorts {
  const { loop, store, map, codes, feed, status, counters } = parts;
  return {
    submit: {
      async submit(input) {
        const outcome = await loop.submit(input);
        if (outcome.kind === 'committed') return outcome.reply ?? { kind: 'done' };
        return { kind: outcome.kind === 'stopping' ? 'stopping' : 'overloaded' };
      },
    },
    shop: {
      store: () => loop.state.store?.map ?? map,
      product: (sku) => loop.state.store?.products.get(sku),
      fixture: (id) => loop.state.store?.fixtures.get(id),
      visitByToken(tokenHash) {
        const id = store.visits.byToken(tokenHash)?.id;
        const visit = id === undefined ? undefined : loop.state.visits.get(id);
        return visit === undefined ? undefined : viewOf(visit, loop.state);
      },
      offersOf: (visit) => usableOffers(loop.state, visit, parts.nowMs()),
      everythingAbout: (visit) => store.personal.everythingAbout(visit),
      decision: (id) => store.decisions.byId(id),
    },
    codes,
    phones: parts.phones,
    feed,
    manager: {
      overview() {
        const overview = status.overview();
        if (overview === undefined) throw new Error('Cannot show the store: it is not configured');
        return overview;
      },
      decisions: (query) => store.decisions.list(query),
      features: () => VISIT_SPEC.features.map(({ name, unit, meaning }) => ({ name, unit, meaning })),
      quarantine: (limit) => store.quarantine.list(limit),
      audit: (limit) => store.audit.list(limit),
      unknownDevices: (limit) => parts.unknownDevices.list(limit),
    },
    accounts: accountsOf(store),
    readiness: parts.readiness,
    metrics: parts.metrics,
    counters: { count: (name, labels) => counters.add(name, labelText(labels)) },
    clock: { wallMs: parts.nowMs, monotonicMs: parts.monotonicMs },
    defects: parts.defects,
    setupCode: parts.setupCode,
    models: parts.models,
    cameras: parts.cameras,
    devices: parts.devices,
    insight: parts.insight,
    policy: parts.policy,
  };
}

function viewOf(visit: Readonly<Visit>, state: Readonly<State>): VisitView {
  const { place } = visit;
  return {
    id: visit.id,
    openedAtMs: visit.openedAtMs,
    consents: [...visit.consents].filter(([, { untilMs }]) => untilMs > state.nowMs).map(([purpose]) => purpose),
    zoneName: place === undefined ? undefined : state.store?.zones.get(place.zone)?.name,
    fixtureName: place?.fixture === undefined ? undefined : state.store?.fixtures.get(place.fixture)?.name,
    tag: visit.tag,
  };
}

function usableOffers(state: Readonly<State>, visit: string, nowMs: number) {
  return (state.visits.get(visit)?.offers ?? []).flatMap((id) => {
    const offer = state.offers.get(id)?.offer;
    if (offer === undefined || nowMs >= offer.expiresAtMs) return [];
    return offer.state === 'open' || offer.state === 'shown' || offer.state === 'saved' ? [offer] : [];
  });
}

function accountsOf(store: Store): HttpPorts['accounts'] {
  const { managers } = store;
  return {
    isSetUp: () => managers.isSetUp(),
    create: (account) => managers.create(account),
    find: (name) => managers.find(name),
    saveSession: (session) => managers.saveSession(session),
    findSession: (idHash, nowMs) => managers.findSession(idHash, nowMs),
    touchSession: (idHash, expiresAtMs) => managers.touchSession(idHash, expiresAtMs),
    endSession: (idHash) => managers.endSession(idHash),
    recordAudit: (entry) => managers.recordAudit(entry),
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, '_')}"`)
    .join(',');
}
