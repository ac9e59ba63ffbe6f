import type { StoreConfig } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { macDigits } from '../devices/adapters/hardware-address.ts';
import type { LocalBluetooth } from '../devices/transports/bluetooth/local-bluetooth.ts';
import type { InboundMessage } from '../devices/transports/transport.ts';
import type { LiveDevices } from './live-devices.ts';
import { systemClock } from './runtime/clock.ts';
import type { Counters } from './runtime/counters.ts';
import type { Finding } from './runtime/problems.ts';

/** What the radio of this machine is made from. */
export interface BluetoothOptions {
  readonly config: StoreConfig;
  readonly secrets: Secrets;
  readonly devices: LiveDevices;
  readonly counters: Counters;
  readonly nowMs: () => number;
  /** Whether a token, in hexadecimal, is one of a phone whose shopper opted in. */
  readonly knowsToken: (token: string) => boolean;
  /** The way in for what it hears: the same as for every device. */
  readonly receive: (message: InboundMessage) => void;
}

/** The radio of this machine as the agent sees it; without `bluetooth.scanner` it does nothing. */
export interface Bluetooth {
  start(): void;
  stop(): Promise<void>;
  /** What keeps it from hearing, as a problem for the status page. */
  findings(): readonly Finding[];
}

/** The radio that the configuration names, not started yet. Missing parts of the system are problems that it shows, never a reason not to start. */
export function createBluetooth(options: BluetoothOptions): Bluetooth {
  const { config, counters } = options;
  const { scanner, adapter } = config.bluetooth;
  if (scanner === undefined) return { start: () => undefined, stop: async () => undefined, findings: () => [] };
  let radio: LocalBluetooth | undefined;
  let failure: string | undefined;
  let isStopped = false;

  async function begin(scannerId: string): Promise<void> {
    // Loaded only where it is wanted: a store whose scanners publish to MQTT does not need what speaks to a radio.
    const { LocalBluetooth } = await import('../devices/transports/bluetooth/local-bluetooth.ts');
    if (isStopped) return;
    radio = new LocalBluetooth(
      { adapter, scanner: scannerId, keys: keysOf(config, options.secrets) },
      {
        clock: { wallMs: options.nowMs, monotonicMs: systemClock.monotonicMs },
        random: Math.random,
        placements: () => options.devices.registry.placements,
        knowsToken: (beacon) => options.knowsToken(beacon.slice('token:'.length)),
        counted: (outcome) => counters.add('endcap_advertisements_total', `outcome="${outcome}"`),
      },
    );
    await radio.start((message) => options.receive(message));
  }

  return {
    start() {
      begin(scanner).catch((error: unknown) => {
        failure = error instanceof Error ? error.message.slice(0, 200) : String(error);
      });
    },
    async stop() {
      isStopped = true;
      await radio?.stop();
    },
    findings() {
      const trouble = radio?.trouble();
      if (trouble !== undefined) return [{ id: 'bluetooth', severity: 'warning', sentence: trouble.sentence, hint: trouble.hint }];
      if (failure === undefined) return [];
      return [
        { id: 'bluetooth', severity: 'warning', sentence: `Bluetooth cannot be used: ${failure}`, hint: 'Run npm ci on this machine' },
      ];
    },
  };
}

/** Bind keys by the address of their sensor. */
function keysOf({ devices, bluetooth }: StoreConfig, { bindKeys }: Secrets): ReadonlyMap<string, Uint8Array> {
  return new Map(
    bluetooth.keys.flatMap(({ device }) => {
      const digits = macDigits(devices.find(({ id }) => id === device)?.knownAs ?? '');
      const key = bindKeys.get(device);
      return digits === undefined || key === undefined ? [] : [[digits.replace(/(..)(?=.)/g, '$1:'), Buffer.from(key, 'hex')] as const];
    }),
  );
}
