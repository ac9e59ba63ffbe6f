import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import { type MessageBus, sessionBus } from 'dbus-next';
import type { createBluetooth } from 'node-ble';
import { DbusFrames } from './dbus-frames.ts';

/** A connection to the message bus of this machine that cannot bring the process down. */
export interface GuardedBus {
  readonly bus: MessageBus;
  readonly bluetooth: NodeBle;
  /** Ends the connection at once. */
  end(): void;
}

type NodeBle = ReturnType<typeof createBluetooth>['bluetooth'];

/** Where the bus of a Linux machine is unless the environment says otherwise. */
const USUAL_ADDRESS = 'unix:path=/var/run/dbus/system_bus_socket';

/**
 * Connects to the system's message bus; throws when its address is none. The library reads the socket in a listener of its own, where whatever it
 * does not understand would throw past everybody, and believes every length it is told. So it gets whole and checked messages only, and what it still
 * throws ends the connection and nothing else. `ended` is called once.
 */
export function openGuardedBus(ended: (error: unknown) => void): GuardedBus {
  const bus = sessionBus({
    busAddress: plainAddress(process.env['DBUS_SYSTEM_BUS_ADDRESS'] ?? USUAL_ADDRESS),
    // The other methods read files that the bus names.
    authMethods: ['EXTERNAL'],
  } as Parameters<typeof sessionBus>[0]); // The library knows `authMethods` and does not declare it.
  // The library keeps its socket in this field and does not declare it.
  const { stream } = (bus as unknown as { readonly _connection: { readonly stream: Duplex } })._connection;
  let isOver = false;
  const over = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    ended(error);
  };
  guard(stream);
  bus.on('error', over);
  stream.once('close', () => over(new Error('the connection broke')));
  // node-ble would open a connection of its own, and takes one that is open only here.
  const Bluetooth = createRequire(import.meta.url)('node-ble/src/Bluetooth.js') as new (bus: MessageBus) => NodeBle;
  return { bus, bluetooth: new Bluetooth(bus), end: () => void stream.destroy() };
}

/** Nothing but checked messages comes in, and nothing that a listener throws goes out. */
function guard(stream: Duplex): void {
  const frames = new DbusFrames();
  const push = stream.push.bind(stream);
  const emit = stream.emit.bind(stream);
  stream.push = (chunk: unknown) => {
    if (!(chunk instanceof Uint8Array)) return push(chunk);
    try {
      let wantsMore = true;
      for (const part of frames.take(chunk)) wantsMore = push(part);
      return wantsMore;
    } catch (error) {
      stream.destroy(asError(error));
      return false;
    }
  };
  stream.emit = (name: string | symbol, ...rest: unknown[]) => {
    try {
      return emit(name, ...rest);
    } catch (error) {
      stream.destroy(asError(error));
      return true;
    }
  };
}

/** The address so that the library opens a plain socket of Node.js and not one of native code that it may find. */
function plainAddress(address: string): string {
  return address.replace(/(^|;)unix:([^;]*)/g, (_all, before: string, settings: string) => {
    const plain = settings.replace(/(^|,)abstract=/, '$1socket=\0').replace(/(^|,)path=/, '$1socket=');
    return `${before}unix:${plain}`;
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
