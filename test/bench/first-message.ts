import { deviceName, deviceSecret, slotName } from './bench-store.ts';
import { EventPackets } from './load/event-packets.ts';
import { MqttLink } from './load/mqtt-link.ts';

const PUBACK = 0x40;

/** Sends one event as a device, and resolves with the time (of `performance.now`) at which its acknowledgement came. */
export async function firstAccepted(mqttPort: number, device = 0): Promise<number> {
  const name = deviceName(device);
  let onAck: (atMs: number) => void = () => undefined;
  const acked = new Promise<number>((resolve, reject) => {
    onAck = resolve;
    setTimeout(() => reject(new Error(`Cannot measure: an event of ${slotName(device)} was not acknowledged in 30 s`)), 30_000).unref();
  });
  const link = await MqttLink.open({
    port: mqttPort,
    clientId: `first-${process.pid}`,
    username: name,
    password: deviceSecret(name),
    onPacket: (type) => {
      if (type === PUBACK) onAck(performance.now());
    },
  });
  const packets = new EventPackets({ device: name, slot: device, kind: 'weight', qos: 1, tag: `first-${Date.now().toString(36)}-` });
  link.socket.write(packets.next(1, Date.now()));
  try {
    return await acked;
  } finally {
    link.socket.destroy();
  }
}
