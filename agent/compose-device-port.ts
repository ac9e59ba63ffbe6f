import { hostname } from 'node:os';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { createAdapters } from './compose-adapters.ts';
import type { DeviceChanged, DeviceSignIn } from './core/device-setup.ts';
import { fail, ok, type Result } from './core/result.ts';
import { setupLine } from './device-example.ts';
import { addDevice, type FileRefusal, removeDevice, usualRole } from './device-file.ts';
import type { DevicePort } from './http/ports.ts';
import type { Pairing } from './pairing.ts';
import { systemClock } from './runtime/clock.ts';
import type { Loop } from './runtime/loop.ts';
import type { Store } from './store/store.ts';

/** What placing devices works on. */
export interface DevicePortParts {
  readonly loaded: LoadedConfig;
  readonly loop: Loop;
  readonly store: Store;
  readonly pairing: Pairing;
  /** Takes over a changed configuration while everything goes on. */
  readonly use: (changed: LoadedConfig) => Promise<void>;
  /** Ends the connections of a device whose credentials are no longer good. */
  readonly disconnect: (device: string) => void;
}

/** The manager page's way to the devices of the configuration file. One change at a time, each on the file as it is then. */
export function createDevicePort({ loaded, loop, store, pairing, use, disconnect }: DevicePortParts): DevicePort {
  const surroundings = { environment: process.env, workingDirectory: process.cwd() };
  let busy: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = busy.then(work);
    busy = done.catch(() => undefined);
    return done;
  }

  /** As it is on the disk now: somebody may have edited it since. */
  function current(): Result<LoadedConfig, FileRefusal> {
    const outcome = loadConfig({ ...surroundings, file: loaded.file });
    return outcome.kind === 'loaded' ? ok(outcome.loaded) : fail({ kind: 'invalid', problems: outcome.problems.map(formatProblem) });
  }

  function audit(action: string, detail: string): void {
    store.managers.recordAudit({ atMs: systemClock.wallMs(), action, detail });
  }

  function issue(id: string, config: LoadedConfig): DeviceChanged {
    const device = config.store.devices.find((candidate) => candidate.id === id);
    if (device === undefined) return { kind: 'unknown-device' };
    // The broker of the store keeps the accounts where it has one.
    if (config.config.mqtt.url !== undefined) return { kind: 'done' };
    const secret = store.devices.issue(id, systemClock.wallMs());
    // Whoever is connected showed the old one.
    disconnect(id);
    return { kind: 'done', access: accessOf(id, { loaded: config, secret }) };
  }

  return {
    choices() {
      const file = current();
      const { config } = file.ok ? file.value : loaded;
      const map = loop.state.store?.map ?? loaded.store;
      const products = new Map(map.products.map(({ sku, name }) => [sku, name]));
      return {
        adapters: createAdapters(config).adapters.map((adapter) => ({
          name: adapter.name,
          title: adapter.title,
          usualRole: usualRole(adapter),
        })),
        zones: map.zones.map(({ id, name }) => ({ id, name })),
        fixtures: map.fixtures.map(({ id, name, zone }) => ({ id, name, zone })),
        slots: map.slots.map(({ id, fixture, sku }) => ({ id, fixture, product: products.get(sku) ?? sku })),
      };
    },
    listeningUntilMs: () => pairing.untilMs,
    listen(by) {
      // Whoever may write to a broker of the store's own is heard anyway.
      if (loaded.config.mqtt.url !== undefined) return undefined;
      audit('devices.listen', `New devices are listened for, asked by ${by}`);
      return pairing.open();
    },
    place: (placement, by) =>
      inTurn(async () => {
        const file = current();
        const placed = file.ok ? addDevice(placement, file.value, surroundings) : file;
        if (!placed.ok) return refused(placed.error);
        await use(placed.value);
        audit('device.placed', `${placement.id} (${placement.adapter}) by ${by}`);
        return issue(placement.id, placed.value);
      }),
    remove: (id, by) =>
      inTurn(async () => {
        const file = current();
        const removed = file.ok ? removeDevice(id, file.value, surroundings) : file;
        if (!removed.ok) return refused(removed.error);
        store.devices.remove(id);
        await use(removed.value);
        disconnect(id);
        audit('device.removed', `${id} by ${by}`);
        return { kind: 'done' };
      }),
    reissue(id, by) {
      const file = current();
      if (!file.ok) return refused(file.error);
      const issued = issue(id, file.value);
      if (issued.kind === 'done') audit('device.credentials', `${id} by ${by}`);
      return issued;
    },
  };
}

function refused(refusal: FileRefusal): DeviceChanged {
  return refusal.kind === 'not-writable' ? { kind: 'not-written', reason: refusal.reason, yaml: refusal.yaml } : refusal;
}

function accessOf(id: string, about: { readonly loaded: LoadedConfig; readonly secret: string }): DeviceSignIn {
  const { config, store } = about.loaded;
  const device = store.devices.find((candidate) => candidate.id === id);
  const setup = device === undefined ? undefined : setupLine({ device, config, secret: about.secret });
  const { host, port, tls } = config.mqtt;
  return {
    host: host === '0.0.0.0' || host === '::' ? hostname() : host,
    port,
    isTls: tls !== undefined,
    user: id,
    password: about.secret,
    knownAs: config.devices.find((candidate) => candidate.id === id)?.knownAs ?? id,
    ...(setup !== undefined && { setup }),
  };
}
