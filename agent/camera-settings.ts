import { accessSync, constants, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cameraLines, withCamera } from '../config/camera-edit.ts';
import { type LoadedConfig, parseConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { CameraChange, CameraSaved, CameraSettingsView } from './http/ports.ts';

/** What the settings of cameras are read from and written to. */
export interface CameraSettingsParts {
  readonly loaded: LoadedConfig;
  /** Variables that override the file, as at the start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Takes the changed configuration into use. */
  readonly use: (changed: LoadedConfig) => Promise<void>;
}

/** The cameras of the configuration as a manager sees and changes them. What is saved is in the file first and in use then. */
export class CameraSettings {
  readonly #parts: CameraSettingsParts;
  #loaded: LoadedConfig;

  constructor(parts: CameraSettingsParts) {
    this.#parts = parts;
    this.#loaded = parts.loaded;
  }

  /** Takes note of a configuration that is in use now. */
  changed(loaded: LoadedConfig): void {
    this.#loaded = loaded;
  }

  list(nowQuiet: (camera: string) => boolean): readonly CameraSettingsView[] {
    return this.#loaded.config.cameras.map(({ id, name, source: _, username: __, passwordFile: ___, ...rest }) => ({
      id,
      name: name ?? id,
      ...rest,
      isQuiet: nowQuiet(id),
    }));
  }

  /** Whether the file can be written: where it cannot, a change is given as lines to paste. */
  isWritable(): boolean {
    try {
      accessSync(this.#loaded.file, constants.W_OK);
      accessSync(dirname(this.#loaded.file), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  async save(id: string, change: CameraChange): Promise<CameraSaved> {
    if (!this.#loaded.config.cameras.some((camera) => camera.id === id)) return { kind: 'unknown-camera' };
    const { file } = this.#loaded;
    const before = readFileSync(file, 'utf8');
    const written = writtenForm(change);
    const after = withCamera(before, id, written);
    if (after === undefined) {
      return { kind: 'not-written', reason: `The camera does not stand in ${file} itself`, yaml: '' };
    }
    const { environment, workingDirectory } = this.#parts;
    const outcome = parseConfig(after, { file, environment, workingDirectory });
    if (outcome.kind === 'invalid') return { kind: 'invalid', problems: outcome.problems.slice(0, 10).map(formatProblem) };
    const refused = this.#write(after);
    if (refused !== undefined) return { kind: 'not-written', reason: refused, yaml: cameraLines(before, id, written) ?? '' };
    this.#loaded = outcome.loaded;
    await this.#parts.use(outcome.loaded);
    return { kind: 'saved' };
  }

  /** Beside it and then renamed, so that whoever looks at this moment sees the one or the other. */
  #write(text: string): string | undefined {
    if (!this.isWritable()) return `${this.#loaded.file} cannot be written by this agent`;
    try {
      const fresh = `${this.#loaded.file}.new`;
      writeFileSync(fresh, text);
      renameSync(fresh, this.#loaded.file);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/** As people write it: no empty lists, a thousandth of the picture and a centimetre of the floor are exact enough. */
function writtenForm({ zone, floor, entrances, queues, shelves, masks }: CameraChange): Readonly<Record<string, unknown>> {
  const point = ([x, y]: readonly [number, number]) => [rounded(x, 4), rounded(y, 4)];
  const orNothing = <T>(list: readonly T[]) => (list.length === 0 ? undefined : list);
  return {
    zone: floor === undefined ? zone : undefined,
    floor: floor?.map(({ picture, plan: [x, y] }) => ({ picture: point(picture), plan: [rounded(x, 2), rounded(y, 2)] })),
    entrances: orNothing(
      entrances.map(({ line: [a, b], inside, ...rest }) => ({ ...rest, line: [point(a), point(b)], inside: point(inside) })),
    ),
    queues: orNothing(queues.map(({ area, ...rest }) => ({ ...rest, area: area.map(point) }))),
    shelves: orNothing(shelves.map(({ fixture, polygon }) => ({ fixture, polygon: polygon.map(point) }))),
    masks: orNothing(masks.map((mask) => mask.map(point))),
  };
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
