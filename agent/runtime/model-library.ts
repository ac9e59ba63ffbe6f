import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PoisonList } from '../../models/child/poison-list.ts';
import type { ModelRef } from '../../models/lifecycle/lifecycle.ts';
import { MANIFEST_MAX_BYTES, type ModelManifest, type ModelProblem, parseManifest } from '../../models/manifest.ts';
import type { SignaturePolicy } from '../../models/manifest-signature.ts';
import { MODEL_MAX_BYTES } from '../../models/onnx-runner.ts';
import { loadOnnxScorer, type OnnxScorer, type OpenRunner } from '../../models/onnx-scorer.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { TimestampMs } from '../core/units.ts';

/** Name of a staged model's manifest inside its folder. */
export const MANIFEST = 'manifest.json';

/** Folders of models kept; older ones go, never one that is in use. */
const MAX_FOLDERS = 8;

export interface LibraryOptions {
  /** Where staged models are kept, below the data folder. */
  readonly dir: string;
  /** Manifest of the configured model, or of the one that comes along. */
  readonly ownManifest: string;
  readonly openRunner: OpenRunner;
  readonly signatures: SignaturePolicy;
  readonly poison: PoisonList;
  readonly minuteOfDay: (atMs: TimestampMs) => number;
}

/** The model files of a store: the one that came along and those that were handed in, each in a folder named by its hash. */
export class ModelLibrary {
  readonly #options: LibraryOptions;

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  /** Opens a model, checked and warm. A staged one must still be the file that was handed in. */
  async load(model: ModelRef): Promise<Result<OnnxScorer, ModelProblem>> {
    const { openRunner, signatures, minuteOfDay } = this.#options;
    const loaded = await loadOnnxScorer({ manifestPath: this.#manifestOf(model), openRunner, signatures, minuteOfDay });
    if (!loaded.ok || model.source !== 'staged' || loaded.value.manifest.sha256 === model.sha256) return loaded;
    await loaded.value.close();
    return fail({ kind: 'hash', sentence: 'Cannot use the model: it is not the one that was handed in', hint: 'Stage it again' });
  }

  /** The manifest of a model, without loading it; `undefined` for the rules and where it cannot be read. */
  manifest(model: ModelRef): ModelManifest | undefined {
    if (model.source === 'rules') return undefined;
    const read = readManifest(this.#manifestOf(model));
    return read.ok ? read.value : undefined;
  }

  /** How the model that came along is called now. */
  own(): ModelRef {
    const read = readManifest(this.#options.ownManifest);
    return { name: read.ok ? nameOf(read.value) : 'purchase-intent', source: 'own' };
  }

  /** Lets a model be tried again although its process ended too often. */
  forgive(model: ModelRef): void {
    if (model.sha256 !== undefined) this.#options.poison.forgive(model.sha256);
  }

  /** Removes the oldest folders; those of `kept` stay. */
  prune(kept: readonly (ModelRef | undefined)[]): void {
    const { dir } = this.#options;
    if (!existsSync(dir)) return;
    const names = new Set(kept.map((model) => model?.sha256?.slice(0, 12)));
    const folders = readdirSync(dir)
      .filter((name) => !names.has(name))
      .map((name) => ({ name, atMs: statSync(join(dir, name)).mtimeMs }))
      .sort((a, b) => b.atMs - a.atMs);
    for (const { name } of folders.slice(MAX_FOLDERS)) rmSync(join(dir, name), { recursive: true, force: true });
  }

  #manifestOf(model: ModelRef): string {
    const { dir, ownManifest } = this.#options;
    return model.source === 'staged' ? join(dir, (model.sha256 ?? '').slice(0, 12), MANIFEST) : ownManifest;
  }
}

/**
 * Copies a model and its manifest into a store's folder of models, whole or not at all, and says how it is called there. Only what is cheap is
 * checked here; the agent checks everything before anybody is scored by it.
 */
export function handIn(manifestPath: string, dir: string): Result<ModelRef, ModelProblem> {
  const read = readManifest(manifestPath);
  if (!read.ok) return read;
  const manifest = read.value;
  const file = join(dirname(manifestPath), manifest.file);
  if (!existsSync(file))
    return fail({ kind: 'missing', sentence: `Cannot find "${file}"`, hint: 'The model must lie beside its manifest' });
  if (statSync(file).size > MODEL_MAX_BYTES) {
    return fail({
      kind: 'unreadable',
      sentence: `Cannot take "${file}": it is larger than ${MODEL_MAX_BYTES} bytes`,
      hint: 'Hand in a smaller model',
    });
  }
  if (createHash('sha256').update(readFileSync(file)).digest('hex') !== manifest.sha256) {
    return fail({
      kind: 'hash',
      sentence: `Cannot take "${basename(file)}": it is not the file that its manifest describes (sha256 differs)`,
      hint: 'Copy the model and its manifest again, together',
    });
  }
  const making = join(dir, `.${manifest.sha256.slice(0, 12)}-${randomBytes(4).toString('hex')}`);
  mkdirSync(making, { recursive: true, mode: 0o700 });
  cpSync(file, join(making, manifest.file));
  cpSync(manifestPath, join(making, MANIFEST));
  return ok(takeIn(making, { dir, manifest }));
}

/** Makes a folder that holds a model and its manifest one of the store's models, in one step. */
export function takeIn(making: string, { dir, manifest }: { readonly dir: string; readonly manifest: ModelManifest }): ModelRef {
  const folder = join(dir, manifest.sha256.slice(0, 12));
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  return { name: nameOf(manifest), source: 'staged', sha256: manifest.sha256 };
}

/** How a model is called in scores. */
export function nameOf(manifest: ModelManifest): string {
  return `${manifest.name}@${manifest.sha256.slice(0, 12)}`;
}

function readManifest(path: string): Result<ModelManifest, ModelProblem> {
  try {
    if (statSync(path).size > MANIFEST_MAX_BYTES) {
      return fail({
        kind: 'manifest',
        sentence: `Cannot read "${path}": it is too long for a manifest`,
        hint: 'Name the manifest, not the model',
      });
    }
    return parseManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return fail({ kind: 'missing', sentence: `Cannot read "${path}": ${code}`, hint: 'Name the manifest of a model (…manifest.json)' });
  }
}
