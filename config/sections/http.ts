import * as z from 'zod';
import { id } from '../values.ts';
import { file, listenerTls, port } from './mqtt.ts';

const secretKey = {
  keyHash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, { error: 'expected "sha256:" and 64 hexadecimal digits' })
    .optional()
    .describe('SHA-256 of the key, as `printf %s "$KEY" | sha256sum` prints it, after "sha256:"'),
  keyFile: file.optional().describe('File with the key'),
};

const oneOfBoth = [
  (key: { readonly keyHash?: string | undefined; readonly keyFile?: string | undefined }) =>
    (key.keyHash === undefined) !== (key.keyFile === undefined),
  { error: 'expected either keyHash or keyFile' },
] as const;

const metrics = z
  .strictObject({
    openOnLoopback: z.boolean().default(true).describe('Whether callers on this machine may read /metrics without a key'),
    keys: z
      .array(z.strictObject({ name: id().describe('Who holds the key'), ...secretKey }).refine(...oneOfBoth))
      .max(50)
      .default([])
      .describe('Keys that may read /metrics'),
  })
  .prefault({})
  .describe('Who may read /metrics');

/** `http`: the pages, the API and the till's redemptions. */
export const httpSection = z
  .strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for every network'),
    port: port.default(8080).describe('Port to listen on; 0 takes a free one'),
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'expected an address like https://shop.example' })
      .optional()
      .describe('Address at which phones find the shop page, for QR codes'),
    tls: listenerTls.omit({ caFile: true }).optional().describe('TLS of the pages and the API'),
    allowedHosts: z.array(z.string().min(1).max(255)).max(50).default([]).describe('More host names that browsers may use for this store'),
    tillKeys: z
      .array(z.strictObject({ till: id().describe('Name of the till'), ...secretKey }).refine(...oneOfBoth))
      .max(500)
      .default([])
      .describe('Tills that may redeem codes over HTTP'),
    metrics,
    securityContact: z
      .string()
      .regex(/^(mailto|https):.+/, { error: 'expected an address like mailto:security@shop.example' })
      .optional()
      .describe('Whom to tell about a security problem, for security.txt'),
  })
  .prefault({})
  .describe('Pages, API and redemptions');
