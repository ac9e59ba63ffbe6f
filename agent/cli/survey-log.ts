import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { SurveyStand } from '../core/locate/survey.ts';
import type { StoreMap } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** One sighting of one tag. */
export type Sighting = SurveyStand['sightings'][number] & { readonly beacon: string };

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
  return readLines(file, standSchema, '{"zone":"coffee","at":[2,3.5],"from":"2026-05-04T09:00:00Z","to":"2026-05-04T09:00:30Z"}');
}

const doorSchema = z.strictObject({
  side: z.string().min(1).max(64),
  zone: z.string().optional(),
  inside: z.boolean().optional(),
  tag: z.string().optional(),
  from: moment,
  to: moment,
});

/** When a tag was on which side of a door: `{"side","zone"?,"inside"?,"tag"?,"from","to"}`; the tag of the survey where none is named. */
export type DoorLine = z.output<typeof doorSchema>;

/** Reads the stands at a door; its zones and tags must be those of the store, since sightings of strangers are never kept. */
export function readDoorStands(file: string, store: StoreMap): readonly DoorLine[] {
  const lines = readLines(file, doorSchema, '{"side":"outside","tag":"cart-01","from":"2026-05-04T09:00:00Z","to":"2026-05-04T09:01:00Z"}');
  if (lines.length === 0) throw new CliFailure(`Cannot survey the door: "${file}" is empty`, { exitCode: EXIT.usage });
  const [tags, zones] = [new Set(store.tags.map(({ id }) => id)), new Set(store.zones.map(({ id }) => id))];
  for (const { tag, zone } of lines) {
    if (tag !== undefined && !tags.has(tag))
      throw new CliFailure(`Cannot survey with tag "${tag}": it is not in the configuration`, { exitCode: EXIT.usage });
    if (zone !== undefined && !zones.has(zone))
      throw new CliFailure(`Cannot survey zone "${zone}": it is not in the configuration`, { exitCode: EXIT.usage });
  }
  return lines;
}

function readLines<T>(file: string, schema: z.ZodType<T>, example: string): readonly T[] {
  return jsonLines(file).map(({ value, line }) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new CliFailure(`Cannot read "${file}": line ${line}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
      exitCode: EXIT.usage,
      hint: `a line is ${example}`,
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
 * Sightings of some tags, oldest first, from the data folder of an agent (which may be running), a `core.db`, or a JSON Lines capture:
 * what `endcap replay --export` prints, or lines of `{"atMs","device","beacon","rssiDbm"}`.
 */
export async function readSightings(path: string, tags: ReadonlySet<string>, fromMs: TimestampMs): Promise<readonly Sighting[]> {
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
    if (!parsed.success || !tags.has(parsed.data.beacon) || parsed.data.atMs < fromMs) continue;
    const { atMs, device, beacon, rssiDbm } = parsed.data;
    sightings.push({ atMs, scanner: device, beacon, rssiDbm });
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
