import * as z from 'zod';
import { DEFAULT_BROKER_LIMITS as LIMITS } from '../../devices/transports/broker-limits.ts';
import { bytes, formatBytes, line } from '../values.ts';

/** A file named in a configuration: read from the folder of that file when relative. */
export const file = z.string().min(1).max(1_000);

export const port = z.number().int().min(0).max(65_535);

/** Certificate and key of a listener; `caFile` asks clients for a certificate too. */
export const listenerTls = z.strictObject({
  certFile: file.describe('Certificate chain (PEM)'),
  keyFile: file.describe('Private key (PEM)'),
  caFile: file.optional().describe('Authority that client certificates must come from'),
});

/** `mqtt`: the broker inside the agent, or with `url` another one. */
export const mqttSection = z
  .strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1').describe('Address that the embedded broker listens on'),
    port: port.default(1883).describe('Port of the embedded broker; 0 takes a free one'),
    tls: listenerTls.optional().describe('TLS of the embedded broker'),
    limits: z
      .strictObject({
        maxPacket: bytes({ min: '1kB', max: '10MB' }).prefault(formatBytes(LIMITS.maxPacketBytes)).describe('Largest message of a device'),
        maxFramePacket: bytes({ min: '1kB', max: '10MB' })
          .prefault(formatBytes(LIMITS.maxFramePacketBytes))
          .describe('Largest message of a camera'),
        maxConnections: z.number().int().min(1).max(100_000).default(LIMITS.maxConnections).describe('Most connections at once'),
        maxConnectionsPerDevice: z
          .number()
          .int()
          .min(1)
          .max(1_000)
          .default(LIMITS.maxConnectionsPerDevice)
          .describe('Most connections with the credentials of one device'),
        messagesPerSecond: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(LIMITS.messagesPerSecond)
          .describe('Rate that one device may keep up; a faster one is read more slowly'),
        burst: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(LIMITS.burstMessages)
          .describe('Messages that one device may send at once after a silence'),
      })
      .prefault({})
      .describe('Limits of the embedded broker'),
    url: z
      .url({ protocol: /^mqtts?$/, error: 'expected a broker address like mqtts://broker.example:8883' })
      .optional()
      .describe('External broker to use instead of the embedded one'),
    username: line().optional().describe('Name that the agent signs in with at the external broker'),
    passwordFile: file.optional().describe('File with the password for the external broker'),
    caFile: file.optional().describe('Authority that the external broker is checked against'),
  })
  .prefault({})
  .describe('Where device messages come in');
