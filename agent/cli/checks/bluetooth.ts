import { existsSync, readdirSync } from 'node:fs';
import type { StoreConfig } from '../../../config/schema.ts';
import type { Finding } from './finding.ts';

/** Whether this machine could hear beacons itself; scanners on MQTT do not need it. */
export function checkRadio(folder = '/sys/class/bluetooth'): Finding {
  const adapters = existsSync(folder) ? readdirSync(folder).filter((name) => /^hci\d+$/.test(name)) : [];
  const sentence =
    adapters.length === 0
      ? 'No Bluetooth adapter here; beacons are heard by scanners that publish to MQTT'
      : `Bluetooth adapter ${adapters.join(', ')}, not used: the configuration has no bluetooth.scanner`;
  return { check: 'bluetooth', status: 'ok', sentence };
}

/** Whether the radio that the configuration names can be used. The agent starts without it, so that it never is a failure. */
export async function checkBluetooth({ bluetooth }: StoreConfig): Promise<Finding> {
  const { scanner, adapter } = bluetooth;
  if (scanner === undefined) return checkRadio();
  // Imported here: a machine without a radio does not need what speaks to one.
  const { probeBluetooth } = await import('../../../devices/transports/bluetooth/probe-bluetooth.ts');
  const trouble = await probeBluetooth(adapter);
  if (trouble === undefined) return { check: 'bluetooth', status: 'ok', sentence: `${scanner} can listen with the adapter ${adapter}` };
  return { check: 'bluetooth', status: 'warn', sentence: trouble.sentence, hint: trouble.hint };
}
