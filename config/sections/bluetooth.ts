import * as z from 'zod';
import { id } from '../values.ts';
import { file } from './mqtt.ts';

const tokensSection = z
  .strictObject({
    service: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{4}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
        error: 'expected 4 hexadecimal digits, or a UUID with dashes',
      })
      .optional()
      .describe('Service whose data begin with the token; fcd2 for a BTHome message with the token as its raw object'),
    major: z.number().int().min(0).max(65_535).optional().describe('Major of iBeacons whose UUID is the token'),
  })
  .prefault({})
  .describe('How the phones of shoppers who opted in send their rotating tokens, to every scanner of the store');

/** `bluetooth`: the radio of this machine, and how opted-in phones are recognised. */
export const bluetoothSection = z
  .strictObject({
    scanner: id().optional().describe('Device that the radio of this machine is; without it the radio is not used'),
    adapter: z
      .string()
      .regex(/^hci\d{1,3}$/, { error: 'expected a name like hci0, as "bluetoothctl list" and /sys/class/bluetooth give it' })
      .default('hci0')
      .describe('Which adapter it uses'),
    keys: z
      .array(
        z.strictObject({
          device: id().describe('Sensor that encrypts what it sends'),
          keyFile: file.describe('File with its bind key, 32 hexadecimal digits'),
        }),
      )
      .max(1_000)
      .default([])
      .describe('Bind keys of BTHome sensors that encrypt'),
    tokens: tokensSection,
  })
  .prefault({})
  .describe('Tags and sensors that this machine hears over its own Bluetooth radio');
