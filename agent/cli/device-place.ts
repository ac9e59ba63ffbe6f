import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument, stringify } from 'yaml';
import type { LoadedConfig } from '../../config/load.ts';
import { parseConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Adapter } from '../../devices/adapters/adapter.ts';
import { createAdapters } from '../compose-adapters.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** Where a new device stands and how its messages know it, as said on the command line. */
export interface Placement {
  readonly id: string;
  readonly adapter: string;
  readonly name?: string | undefined;
  readonly knownAs?: string | undefined;
  readonly role?: string | undefined;
  readonly zone?: string | undefined;
  readonly fixture?: string | undefined;
  readonly slot?: string | undefined;
}

/**
 * Writes one more device into the configuration file, as one line at the end of `devices`, and gives back the configuration with it. Nothing is written
 * unless the whole file is right afterwards. Everything else in the file stays as it is, comments included.
 */
export function placeInFile(placement: Placement, loaded: LoadedConfig, context: CliContext): LoadedConfig {
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
  };
  const before = readFileSync(loaded.file, 'utf8');
  const after = withDevice(before, entry);
  const outcome = parseConfig(after, { file: loaded.file, environment: context.environment, workingDirectory: context.workingDirectory });
  if (outcome.kind === 'invalid') {
    throw new CliFailure(`Cannot place device "${placement.id}": the configuration would not be right`, {
      exitCode: EXIT.usage,
      details: outcome.problems.map(formatProblem),
    });
  }
  // Beside it and then renamed, so that an agent that looks at this moment sees the one or the other.
  const fresh = `${loaded.file}.new`;
  writeFileSync(fresh, after);
  renameSync(fresh, loaded.file);
  return outcome.loaded;
}

function fixtureOf(slot: string | undefined, loaded: LoadedConfig): string | undefined {
  return slot === undefined ? undefined : loaded.store.slots.find((candidate) => candidate.id === slot)?.fixture;
}

/** What a family usually is, by what its examples say. */
function usualRole(adapter: Adapter): string {
  const reads = new Set(adapter.examples.flatMap((example) => example.reads));
  if (reads.has('ble.sighting')) return 'scanner';
  if (reads.has('pos.sale')) return 'till';
  if (reads.has('door.count')) return 'door';
  return reads.has('camera.detections') || reads.has('presence') ? 'camera' : 'sensor';
}

function withDevice(text: string, entry: object): string {
  const document = parseDocument(text);
  const devices = document.get('devices', true);
  const line = stringify(entry, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  const last = isSeq(devices) && devices.flow !== true ? devices.items[devices.items.length - 1] : undefined;
  if (isMap(last) && last.range !== undefined && last.range !== null) {
    // Textually: the file is a person's, and a library would lay it out anew.
    const [start, end] = last.range;
    const lineStart = text.lastIndexOf('\n', start) + 1;
    const indent = /^\s*/.exec(text.slice(lineStart, start))?.[0] ?? '  ';
    const lineEnd = text.indexOf('\n', Math.max(start, end - 1));
    const at = lineEnd === -1 ? text.length : lineEnd;
    return `${text.slice(0, at)}\n${indent}- ${line}${text.slice(at)}`;
  }
  if (devices === undefined || devices === null) return `${text.replace(/\n*$/, '\n')}devices:\n  - ${line}\n`;
  document.addIn(['devices'], entry);
  return document.toString({ lineWidth: 0 });
}
