import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Message, type MessageBus, sessionBus, Variant } from 'dbus-next';
import { TestRunner } from 'vitest';
import { requirePeer } from '../../support/peers.ts';
import { until } from '../../support/until.ts';

/** A mocked device and what it sends: bytes as hex, by company and by service. */
export interface MockDevice {
  readonly address: string;
  readonly rssi?: number;
  readonly manufacturer?: Readonly<Record<number, string>>;
  readonly services?: Readonly<Record<string, string>>;
}

const PYTHON = '/usr/bin/python3';
const MOCK = 'org.freedesktop.DBus.Mock';

/**
 * A private message bus on a temporary socket with BlueZ as python3-dbusmock mocks it. Skips the running test where either is missing. Ends its
 * processes and removes its folder when disposed.
 */
export class BluezRig implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'endcap-bluez-'));
  readonly address = `unix:path=${join(this.folder, 'bus')}`;
  readonly #program: string;
  #daemon: ChildProcess | undefined;
  #mock: ChildProcess | undefined;
  #driver: ChildProcess | undefined;
  #answers: AsyncIterator<string> | undefined;
  #bus: MessageBus | undefined;
  readonly #before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];

  private constructor(program: string) {
    this.#program = program;
  }

  /** Starts bus and BlueZ with the adapter `hci0`; this process's system bus is that one until it is disposed. */
  static async start(): Promise<BluezRig> {
    const program = requirePeer('dbus-daemon');
    requireDbusmock();
    const rig = new BluezRig(program);
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = rig.address;
    await rig.startBus();
    await rig.startBluez();
    return rig;
  }

  async startBus(): Promise<void> {
    this.#daemon = spawn(this.#program, ['--session', '--nofork', '--nopidfile', '--address', this.address], { stdio: 'ignore' });
    this.#bus = await until('the message bus', async () => {
      if (!existsSync(join(this.folder, 'bus'))) return undefined;
      const bus = sessionBus({ busAddress: this.address });
      bus.on('error', () => undefined);
      // Bound is not yet listening, and the library never settles a call on a connection that was refused.
      return Promise.race([
        new Promise<MessageBus>((resolve) => bus.on('connect', () => resolve(bus))),
        new Promise<undefined>((resolve) => setTimeout(resolve, 500)),
      ]);
    });
  }

  async stopBus(): Promise<void> {
    this.#bus?.disconnect();
    await end(this.#daemon);
    rmSync(join(this.folder, 'bus'), { force: true });
  }

  /** Starts (or starts again) what stands for bluetoothd. */
  async startBluez(): Promise<void> {
    this.#mock = spawn(PYTHON, ['-m', 'dbusmock', '--template', 'bluez5'], {
      stdio: 'ignore',
      env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.address },
    });
    await until('the mocked bluetoothd', async () => {
      try {
        await this.#call('/', 'org.bluez.Mock', 'AddAdapter', 'ss', ['hci0', 'store']);
        return true;
      } catch {
        return false;
      }
    });
  }

  async stopBluez(): Promise<void> {
    await end(this.#driver);
    this.#driver = undefined;
    await end(this.#mock);
  }

  async addAdapter(): Promise<void> {
    await this.#call('/', 'org.bluez.Mock', 'AddAdapter', 'ss', ['hci0', 'store']);
  }

  async removeAdapter(): Promise<void> {
    await this.#call('/', 'org.bluez.Mock', 'RemoveAdapterWithDevices', 's', ['hci0']);
  }

  /** Switches the adapter on or off, or ends its scan, as another program would. */
  async setAdapter(properties: { readonly Powered?: boolean; readonly Discovering?: boolean }): Promise<void> {
    const variants = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, new Variant('b', value)]));
    await this.#call('/org/bluez/hci0', MOCK, 'UpdateProperties', 'sa{sv}', ['org.bluez.Adapter1', variants]);
  }

  async isScanning(): Promise<boolean> {
    const reply = await this.#call('/org/bluez/hci0', 'org.freedesktop.DBus.Properties', 'Get', 'ss', [
      'org.bluez.Adapter1',
      'Discovering',
    ]);
    return (reply?.body[0] as Variant<boolean> | undefined)?.value === true;
  }

  /** What the agent asked to be told about. */
  async filter(): Promise<Readonly<Record<string, unknown>>> {
    const reply = await this.#call('/org/bluez/hci0', 'org.freedesktop.DBus.Properties', 'Get', 'ss', [
      'org.bluez.Adapter1',
      'DiscoveryFilter',
    ]);
    const filter = (reply?.body[0] as Variant<Record<string, Variant>> | undefined)?.value ?? {};
    return Object.fromEntries(Object.entries(filter).map(([name, variant]) => [name, variant.value as unknown]));
  }

  /** Devices that BlueZ keeps, and announces. */
  addDevices(...devices: readonly MockDevice[]): Promise<void> {
    return this.#drive('add', devices);
  }

  /** Announcements alone: for crowds that need not be kept. */
  announce(...devices: readonly MockDevice[]): Promise<void> {
    return this.#drive('announce', devices);
  }

  /** Changes of kept devices: of their signal alone, or of what they send. */
  change(...devices: readonly MockDevice[]): Promise<void> {
    return this.#drive('change', devices);
  }

  /** Any signal of the mocked BlueZ. */
  async emit(path: string, of: string, name: string, variants: readonly Variant[]): Promise<void> {
    const signature = variants.map((variant) => variant.signature).join('');
    await this.#call(path, MOCK, 'EmitSignal', 'sssav', [of, name, signature, variants]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = this.#before;
    this.#bus?.disconnect();
    await this.stopBluez();
    await end(this.#daemon);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #drive(op: 'add' | 'announce' | 'change', devices: readonly MockDevice[]): Promise<void> {
    if (this.#driver === undefined) {
      const program = join(import.meta.dirname, 'bluez-driver.py');
      const driver = spawn(PYTHON, [program, this.address], { stdio: ['pipe', 'pipe', 'inherit'] });
      this.#driver = driver;
      this.#answers = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
    }
    const commands = devices.map(({ address, rssi, manufacturer, services }) => ({
      op,
      path: pathOf(address),
      ...(rssi !== undefined && { rssi }),
      ...(manufacturer !== undefined && { ManufacturerData: manufacturer }),
      ...(services !== undefined && { ServiceData: services }),
    }));
    this.#driver.stdin?.write(`${JSON.stringify(commands)}\n`);
    const answer = await this.#answers?.next();
    if (answer?.value !== 'ok') throw new Error(`The mocked BlueZ refused: ${String(answer?.value)}`);
  }

  #call(path: string, of: string, member: string, signature: string, body: unknown[]): Promise<Message | null> {
    if (this.#bus === undefined) throw new Error('Cannot call the mocked BlueZ: there is no bus');
    return this.#bus.call(new Message({ destination: 'org.bluez', path, interface: of, member, signature, body }));
  }
}

export function pathOf(address: string): string {
  return `/org/bluez/hci0/dev_${address.toUpperCase().replaceAll(':', '_')}`;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** As `requirePeer` does for programs. */
function requireDbusmock(): void {
  try {
    execFileSync(PYTHON, ['-c', 'import dbusmock'], { stdio: 'ignore' });
  } catch {
    const sentence = 'Cannot run against a mocked BlueZ: it is not installed; get it with "apt-get install python3-dbusmock"';
    if (process.env['ENDCAP_TEST_REQUIRE_ALL'] === '1') throw new Error(sentence);
    TestRunner.getCurrentTest()?.context.skip(sentence);
  }
}
