import { Message, type MessageBus, Variant } from 'dbus-next';
import { type GuardedBus, openGuardedBus } from './guarded-bus.ts';

/** A signal of BlueZ that matters here, as it came. */
export type BluezSignal =
  /** An adapter or a device appeared, with its properties by interface. */
  | { readonly kind: 'added'; readonly path: string; readonly interfaces: unknown }
  | { readonly kind: 'removed'; readonly path: string; readonly interfaces: unknown }
  | { readonly kind: 'changed'; readonly path: string; readonly of: unknown; readonly properties: unknown }
  /** The Bluetooth service came, went or was started again. */
  | { readonly kind: 'service' };

/** What BlueZ's adapter says of itself. */
export interface AdapterState {
  readonly powered: boolean;
  readonly discovering: boolean;
}

/** What a link tells. */
export interface BluezEvents {
  readonly signal: (signal: BluezSignal) => void;
  /** The connection is over; the link is of no more use. */
  readonly lost: (error: unknown) => void;
}

/** No answer within this means that there is none: on a dead connection the library never settles a call. */
const PATIENCE_MS = 5_000;
const BLUEZ = 'org.bluez';
const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' } as const;
const OBJECTS = 'org.freedesktop.DBus.ObjectManager';
const PROPERTIES = 'org.freedesktop.DBus.Properties';
export const ADAPTER_INTERFACE = 'org.bluez.Adapter1';
export const DEVICE_INTERFACE = 'org.bluez.Device1';

/**
 * One connection to BlueZ. node-ble knows the adapters; it has no event for advertisements, so the signals are taken from the same D-Bus
 * connection. Every call ends within five seconds.
 */
export class BluezLink {
  readonly #session: GuardedBus;
  readonly #bus: MessageBus;
  readonly #events: BluezEvents;
  /** Ends the calls under way when the connection ends. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #owner: string | undefined;
  #isOver = false;

  /** Opens the connection; throws when the address of the bus is no address. Whether anybody is there shows with the first call. */
  constructor(events: BluezEvents) {
    this.#events = events;
    this.#session = openGuardedBus((error) => this.#end(error));
    this.#bus = this.#session.bus;
    this.#bus.on('message', (message: Message) => this.#take(message));
  }

  /** Asks the bus for the signals of one adapter and its devices. */
  async watch(adapter: string): Promise<void> {
    const rules = [
      `type='signal',sender='${BLUEZ}',interface='${OBJECTS}'`,
      `type='signal',sender='${BLUEZ}',interface='${PROPERTIES}',member='PropertiesChanged',path_namespace='/org/bluez/${adapter}'`,
      `type='signal',sender='${BUS.destination}',interface='${BUS.interface}',member='NameOwnerChanged',arg0='${BLUEZ}'`,
    ];
    for (const rule of rules) await this.#call({ ...BUS, member: 'AddMatch', signature: 's', body: [rule] });
  }

  /** Who answers for BlueZ now, by a name that changes with every start of it; `undefined` while nobody does. */
  async owner(): Promise<string | undefined> {
    try {
      const reply = await this.#call({ ...BUS, member: 'GetNameOwner', signature: 's', body: [BLUEZ] });
      this.#owner = textIn(reply, 0);
    } catch (error) {
      if (!isNamed(error, 'org.freedesktop.DBus.Error.NameHasNoOwner')) throw error;
      this.#owner = undefined;
    }
    return this.#owner;
  }

  /** Names of the adapters that are there. */
  adapters(): Promise<readonly string[]> {
    return this.#within(() => this.#session.bluetooth.adapters());
  }

  /** Whether an adapter is on, and whether anybody scans with it. */
  async state(adapter: string): Promise<AdapterState> {
    const one = await this.#within(() => this.#session.bluetooth.getAdapter(adapter));
    return { powered: await this.#within(() => one.isPowered()), discovering: await this.#within(() => one.isDiscovering()) };
  }

  /**
   * Scans: low energy only, every advertisement although it was heard before, and every signal strength (naming the weakest is what makes BlueZ tell
   * small changes of it).
   */
  async scan(adapter: string): Promise<void> {
    const target = { destination: BLUEZ, path: `/org/bluez/${adapter}`, interface: ADAPTER_INTERFACE } as const;
    const filter = { Transport: new Variant('s', 'le'), DuplicateData: new Variant('b', true), RSSI: new Variant('n', -127) };
    await this.#call({ ...target, member: 'SetDiscoveryFilter', signature: 'a{sv}', body: [filter] });
    try {
      await this.#call({ ...target, member: 'StartDiscovery' });
    } catch (error) {
      // A scan of ours goes on.
      if (!isNamed(error, 'org.bluez.Error.InProgress')) throw error;
    }
  }

  /** Everything that BlueZ knows now: interfaces and their properties by path. */
  async objects(): Promise<unknown> {
    const reply = await this.#call({ destination: BLUEZ, path: '/', interface: OBJECTS, member: 'GetManagedObjects' });
    return reply?.body[0];
  }

  /** Ends the connection, and with it our scan. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const fail of [...this.#waiting]) fail(new Error('the connection is over'));
    this.#session.end();
  }

  #call(call: ConstructorParameters<typeof Message>[0]): Promise<Message | null> {
    return this.#within(() => this.#bus.call(new Message(call)));
  }

  #within<T>(ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(fail);
      };
      const fail = (error: unknown) => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => fail(new NoAnswerError(`no answer within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
      this.#waiting.add(fail);
      if (this.#isOver) return fail(new Error('the connection is over'));
      ask().then((value) => {
        end();
        resolve(value);
      }, fail);
    });
  }

  /** Must not throw: the library would answer an exception with a message to BlueZ. */
  #take(message: Message): void {
    if (this.#isOver) return;
    const { sender, path, interface: of, member, body } = message;
    if (sender === BUS.destination && member === 'NameOwnerChanged' && body[0] === BLUEZ) {
      this.#owner = textIn(message, 2);
      return this.#events.signal({ kind: 'service' });
    }
    // Other programs could send such signals too.
    if (this.#owner === undefined || sender !== this.#owner) return;
    if (of === PROPERTIES && member === 'PropertiesChanged') {
      return this.#events.signal({ kind: 'changed', path, of: body[0], properties: body[1] });
    }
    if (of !== OBJECTS || typeof body[0] !== 'string') return;
    if (member === 'InterfacesAdded') return this.#events.signal({ kind: 'added', path: body[0], interfaces: body[1] });
    if (member === 'InterfacesRemoved') this.#events.signal({ kind: 'removed', path: body[0], interfaces: body[1] });
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const fail of [...this.#waiting]) fail(error);
    this.#events.lost(error);
    this.#session.end();
  }
}

/** What BlueZ answered instead of doing it, by name and in its own words; `undefined` for anything else. */
export function refusalOf(error: unknown): { readonly name: string; readonly text: string } | undefined {
  if (!(error instanceof Error) || !('type' in error) || typeof error.type !== 'string') return undefined;
  return { name: error.type, text: error.message.slice(0, 200) };
}

/** Nobody answered in time. */
export class NoAnswerError extends Error {}

function isNamed(error: unknown, name: string): boolean {
  return refusalOf(error)?.name === name;
}

function textIn(message: Message | null, at: number): string | undefined {
  const text: unknown = message?.body[at];
  return typeof text === 'string' && text !== '' ? text : undefined;
}
