import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceLine, withDevice, withoutDevice } from '../config/device-entry.ts';
import type { LoadedConfig } from '../config/load.ts';
import { parseConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Adapter } from '../devices/adapters/adapter.ts';
import { createAdapters } from './compose-adapters.ts';
import { fail, ok, type Result } from './core/result.ts';
import { packageRoot } from './package-root.ts';

/** Where a new device stands and how its messages know it. */
export interface Placement {
  readonly id: string;
  readonly adapter: string;
  readonly name?: string | undefined;
  readonly knownAs?: string | undefined;
  readonly role?: string | undefined;
  readonly zone?: string | undefined;
  readonly fixture?: string | undefined;
  readonly slot?: string | undefined;
  /** The topic it writes, where that is not its family's usual one. */
  readonly topic?: string | undefined;
  /** Its connection speaks for every device of its family. */
  readonly bridge?: boolean | undefined;
}

/** What a configuration is read with, besides its file. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

/** Why the file stays as it is: it would not be right afterwards, or it cannot be written, and then what to write into it by hand. */
export type FileRefusal =
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  | { readonly kind: 'unknown-device' }
  | { readonly kind: 'not-writable'; readonly reason: string; readonly yaml: string };

/**
 * Writes one more device into the configuration file, as one line at the end of `devices`, and gives back the configuration with it. Nothing is written
 * unless the whole file is right afterwards. Everything else in the file stays as it is, comments included.
 */
export function addDevice(placement: Placement, loaded: LoadedConfig, surroundings: Surroundings): Result<LoadedConfig, FileRefusal> {
  const adapter = createAdapters(loaded.config).adapters.find((candidate) => candidate.name === placement.adapter);
  const fixture = placement.fixture ?? fixtureOf(placement.slot, loaded);
  const entry = {
    id: placement.id,
    name: placement.name ?? placement.id,
    role: placement.role ?? (adapter === undefined ? 'sensor' : usualRole(adapter)),
    adapter: placement.adapter,
    ...(placement.knownAs !== undefined && { knownAs: placement.knownAs }),
    ...(placement.zone !== undefined && { zone: placement.zone }),
    ...(fixture !== undefined && { fixture }),
    ...(placement.slot !== undefined && { slot: placement.slot }),
    ...(placement.topic !== undefined && { topic: placement.topic }),
    ...(placement.bridge === true && { bridge: true }),
  };
  return rewrite(loaded, surroundings, { yaml: `- ${deviceLine(entry)}`, change: (text) => withDevice(text, entry) });
}

/** Takes a device out of the file, with the comment on its own line; everything else stays as it is. */
export function removeDevice(id: string, loaded: LoadedConfig, surroundings: Surroundings): Result<LoadedConfig, FileRefusal> {
  const yaml = `# take the device "${id}" out of "devices"`;
  return rewrite(loaded, surroundings, { yaml, change: (text) => withoutDevice(text, id) });
}

/** What a family usually is, by what its examples say. */
export function usualRole(adapter: Pick<Adapter, 'examples'>): string {
  const reads = new Set(adapter.examples.flatMap((example) => example.reads));
  if (reads.has('ble.sighting')) return 'scanner';
  if (reads.has('pos.sale')) return 'till';
  if (reads.has('door.count')) return 'door';
  return reads.has('camera.detections') || reads.has('presence') ? 'camera' : 'sensor';
}

function rewrite(
  loaded: LoadedConfig,
  surroundings: Surroundings,
  edit: { readonly yaml: string; readonly change: (text: string) => string | undefined },
): Result<LoadedConfig, FileRefusal> {
  const after = edit.change(readFileSync(loaded.file, 'utf8'));
  if (after === undefined) return fail({ kind: 'unknown-device' });
  const outcome = parseConfig(after, { ...surroundings, file: loaded.file });
  if (outcome.kind === 'invalid') return fail({ kind: 'invalid', problems: outcome.problems.map(formatProblem) });
  if (loaded.file === join(packageRoot(), 'config/store.example.yaml')) {
    return fail({ kind: 'not-writable', reason: 'it is the sample that comes with the product', yaml: edit.yaml });
  }
  try {
    replaceFile(loaded.file, after);
  } catch (error) {
    return fail({ kind: 'not-writable', reason: error instanceof Error ? error.message : String(error), yaml: edit.yaml });
  }
  return ok(outcome.loaded);
}

/** Beside it and then renamed, so that whoever looks at this moment sees the one or the other; in place where the folder is not ours. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    writeFileSync(fresh, text, { mode: statSync(file).mode });
    renameSync(fresh, file);
  } catch {
    rmSync(fresh, { force: true });
    writeFileSync(file, text);
  }
}

function fixtureOf(slot: string | undefined, loaded: LoadedConfig): string | undefined {
  return slot === undefined ? undefined : loaded.store.slots.find((candidate) => candidate.id === slot)?.fixture;
}
