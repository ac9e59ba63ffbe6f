import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { SurveyStand } from '../core/locate/survey.ts';
import type { TimestampMs } from '../core/units.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** One sighting of one tag. */
export type Sighting = SurveyStand['sightings'][number];

const moment = z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);

const standSchema = z.strictObject({
  zone: z.string(),
  at: z.tuple([z.number(), z.number()]).optional(),
  from: moment,
  to: moment,
});

/** When somebody stood in a zone, and where, as a line of a stands file: `{"zone","at":[x,y],"from","to"}`, times ISO 8601 or milliseconds. */
export type StandLine = z.output<typeof standSchema>;

/** Reads a stands file. */
export function readStands(file: string): readonly StandLine[] {
  return jsonLines(file).map(({ value, line }) => {
    const parsed = standSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new CliFailure(`Cannot read "${file}": line ${line}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
      exitCode: EXIT.usage,
      hint: 'a line is {"zone":"coffee","at":[2,3.5],"from":"2026-05-04T09:00:00Z","to":"2026-05-04T09:00:30Z"}',
    });
  });
}

const plainSighting = z.object({ atMs: z.number(), device: z.string(), beacon: z.string(), rssiDbm: z.number() });
const loggedSighting = z
  .object({
    atMs: z.number(),
    input: z.object({
      reading: z.object({ kind: z.literal('ble.sighting'), device: z.string(), beacon: z.string(), rssiDbm: z.number() }),
    }),
  })
  .transform(({ atMs, input: { reading } }) => ({ atMs, device: reading.device, beacon: reading.beacon, rssiDbm: reading.rssiDbm }));
const sightingSchema = z.union([plainSighting, loggedSighting]);

/**
 * Sightings of a tag, oldest first, from the data folder of an agent (which may be running), a `core.db`, or a JSON Lines capture:
 * what `endcap replay --export` prints, or lines of `{"atMs","device","beacon","rssiDbm"}`.
 */
export async function readSightings(path: string, tag: string, fromMs: TimestampMs): Promise<readonly Sighting[]> {
  if (!existsSync(path))
    throw new CliFailure(`Cannot read sightings from "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  const isFolder = statSync(path).isDirectory();
  const entries: Iterable<unknown> =
    isFolder || path.endsWith('.db')
      ? await logEntries(isFolder ? join(path, 'core.db') : path)
      : jsonLines(path).map(({ value }) => value);
  const sightings: Sighting[] = [];
  for (const entry of entries) {
    const parsed = sightingSchema.safeParse(entry);
    if (!parsed.success || parsed.data.beacon !== tag || parsed.data.atMs < fromMs) continue;
    sightings.push({ atMs: parsed.data.atMs, scanner: parsed.data.device, rssiDbm: parsed.data.rssiDbm });
  }
  return sightings.sort((a, b) => a.atMs - b.atMs);
}

async function logEntries(path: string): Promise<Iterable<unknown>> {
  // Imported here, as in every command that needs the database driver: the others must work where it does not load.
  const { openLogFile } = await import('../store/log-file.ts');
  const opened = openLogFile(path);
  if (!opened.ok) throw new CliFailure(opened.error, { exitCode: EXIT.unavailable });
  using log = opened.value;
  const kept: unknown[] = [];
  for (const logged of log.read(0)) if (logged.input.kind === 'reading' && logged.input.reading.kind === 'ble.sighting') kept.push(logged);
  return kept;
}

function jsonLines(file: string): readonly { readonly value: unknown; readonly line: number }[] {
  if (!existsSync(file)) throw new CliFailure(`Cannot read "${file}": there is no such file`, { exitCode: EXIT.unavailable });
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '') return [];
      try {
        return [{ value: JSON.parse(text) as unknown, line: index + 1 }];
      } catch {
        throw new CliFailure(`Cannot read "${file}": line ${index + 1} is not JSON`, { exitCode: EXIT.unavailable });
      }
    });
}
