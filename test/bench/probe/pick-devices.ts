import { deviceName, deviceSecret, slotName } from '../bench-store.ts';
import { EventPackets } from '../load/event-packets.ts';
import { MqttLink } from '../load/mqtt-link.ts';

/** Shelf sensors of the first fixtures, each on a connection of its own, that say on demand that something was taken. */
export class PickDevices implements AsyncDisposable {
  readonly #devices: { readonly link: MqttLink; readonly packets: EventPackets }[] = [];

  /** Connects `count` devices. */
  static async connect(port: number, count: number): Promise<PickDevices> {
    const devices = new PickDevices();
    const tag = `probe-${process.pid.toString(36)}-${Date.now().toString(36)}-`;
    for (let index = 0; index < count; index += 1) {
      const device = deviceName(index);
      const link = await MqttLink.open({
        port,
        clientId: `probe-${index}`,
        username: device,
        password: deviceSecret(device),
        onPacket: () => undefined,
      });
      devices.#devices.push({ link, packets: new EventPackets({ device, slot: index, kind: 'pick', qos: 1, tag }) });
    }
    return devices;
  }

  /** Says that something was taken from the slot of a device, and returns when that was said. */
  pick(index: number): number {
    const device = this.#devices[index];
    if (device === undefined) throw new RangeError(`Cannot pick at ${slotName(index)}: there is no such device`);
    const packet = device.packets.next(1, Date.now());
    const atMs = performance.now();
    device.link.socket.write(packet);
    return atMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { link } of this.#devices) link.socket.destroy();
  }
}
