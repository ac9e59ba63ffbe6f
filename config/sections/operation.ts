import * as z from 'zod';
import { GUARD_DEFAULTS } from '../../models/guard-settings.ts';
import { bytes, duration, formatDuration } from '../values.ts';
import { file } from './mqtt.ts';

const retention = z
  .strictObject({
    log: duration({ min: '1h', max: '366d' }).prefault('7d').describe('Accepted messages, for replay'),
    decisions: duration({ min: '1d', max: '3660d' }).prefault('90d').describe('Decisions and offers with their reasons'),
    sales: duration({ min: '1d', max: '3660d' }).prefault('400d').describe('Sales, redemptions and outcomes'),
    audit: duration({ min: '1d', max: '3660d' }).prefault('400d').describe('Consents and the audit trail'),
    quarantine: duration({ min: '1h', max: '90d' }).prefault('7d').describe('Messages that could not be read'),
  })
  .prefault({})
  .describe('How long each kind of record is kept');

/** `data`: where and how much is kept. */
export const dataSection = z
  .strictObject({
    dir: file.default('data').describe('Folder of the database; without this setting, `data` in the working directory'),
    quota: bytes({ min: '256MB' }).prefault('8GB').describe('Most disk space for all of it: the database, its log and three backups'),
    retention,
  })
  .prefault({})
  .describe('What is kept on disk');

/** `sync`: the way to the cloud; without a `url` nothing leaves the store. */
export const syncSection = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address like https://hub.example' })
      .optional()
      .describe('Address of the hub'),
    keyFile: file.optional().describe('File with the key of this store at the hub'),
    campaignsPublicKey: z
      .string()
      .regex(/^[A-Za-z0-9+/_-]{43}=?$/, { error: 'expected an Ed25519 public key: 32 bytes in base64' })
      .optional()
      .describe('Key that campaigns from the hub must be signed with'),
    minVisits: z.number().int().min(5).max(1_000).default(10).describe('Fewest visits a cell must have to leave the store by itself'),
    interval: duration({ min: '1s', max: '1d' }).prefault('1m').describe('Time between uploads'),
  })
  .prefault({})
  .describe('Link to the cloud');

/** `model`: what scores interest. */
export const modelSection = z
  .strictObject({
    manifestFile: file.optional().describe('Manifest of an ONNX model that lies beside it; without it the model that comes along'),
    deadline: duration({ min: '1ms', max: '10s' })
      .prefault(formatDuration(GUARD_DEFAULTS.deadlineMs))
      .describe('Time after which the rule scorer answers instead'),
    runIn: z
      .enum(['auto', 'child'])
      .default('auto')
      .describe('Where models run: `auto` runs the one that comes along inside the agent and every other one in a process of its own'),
    memory: bytes({ min: '256MB' }).prefault('768MB').describe('Most memory of a model in a process of its own'),
    trustedKeys: z
      .array(z.string().regex(/^[A-Za-z0-9+/_-]{43}=?$/, { error: 'expected an Ed25519 public key: 32 bytes in base64' }))
      .max(8)
      .default([])
      .describe('Keys of those whose models are taken'),
    requireSignature: z.boolean().default(false).describe('Whether only models signed with one of the trusted keys are taken'),
    namedShare: z
      .number()
      .min(0.05)
      .max(1)
      .optional()
      .describe(
        'Share of the buyers among visits that agreed to measurement whom tills name; without it, told from who is seen at the checkout',
      ),
    canaryShare: z
      .number()
      .min(0.01)
      .max(0.5)
      .default(0.1)
      .describe('Share of the visits that a new model decides for before it is in use'),
  })
  .prefault({})
  .describe('What scores interest');

/** `log`: what the process writes to its output. */
export const logSection = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least important line that is written'),
  })
  .prefault({})
  .describe('Log lines');

/** `simulator`: shoppers and devices that do not exist; never for a real store. */
export const simulatorSection = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Fills the store with simulated shoppers and devices'),
    scenarioFile: file.optional().describe('Behaviour of the simulated shoppers and devices; without it the one that comes along'),
    speed: z.number().min(1).max(100).optional().describe('How much faster than real time; without it as the scenario says'),
  })
  .prefault({})
  .describe('Simulated shoppers and devices');
