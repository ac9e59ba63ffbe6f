import { type BluetoothTrouble, troubleFrom } from './bluetooth-trouble.ts';
import { BluezLink } from './bluez-link.ts';

/** Looks whether an adapter could be used now, without using it; `undefined` when it could. Takes at most a few seconds. */
export async function probeBluetooth(adapter: string): Promise<BluetoothTrouble | undefined> {
  let link: BluezLink | undefined;
  try {
    link = new BluezLink({ signal: () => undefined, lost: () => undefined });
    if ((await link.owner()) === undefined) return troubleFrom({ kind: 'no-service' }, adapter);
    const adapters = await link.adapters();
    if (!adapters.includes(adapter)) return troubleFrom({ kind: 'no-adapter', others: adapters }, adapter);
    const { powered } = await link.state(adapter);
    return powered ? undefined : troubleFrom({ kind: 'switched-off' }, adapter);
  } catch (error) {
    return troubleFrom(error, adapter);
  } finally {
    link?.close();
  }
}
