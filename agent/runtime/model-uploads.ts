import { createHash, type Hash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRef } from '../../models/lifecycle/lifecycle.ts';
import { MANIFEST_MAX_BYTES, type ModelManifest, parseManifest } from '../../models/manifest.ts';
import { type SignaturePolicy, signatureProblem } from '../../models/manifest-signature.ts';
import { MODEL_MAX_BYTES } from '../../models/onnx-runner.ts';
import type { ModelPart, ModelUpload } from '../core/models-overview.ts';
import { MANIFEST, takeIn } from './model-library.ts';

/** Why a hand-in does not go on. */
export type UploadRefusal =
  | { readonly kind: 'refused'; readonly sentence: string; readonly hint: string }
  | { readonly kind: 'too-large'; readonly sentence: string }
  | { readonly kind: 'unknown-upload' };

export interface UploadOptions {
  /** Where the models of the store are kept; nothing is written outside of it. */
  readonly dir: string;
  readonly signatures: SignaturePolicy;
  /** A name that nobody can guess, 32 hex digits. */
  readonly newId: () => string;
}

/** Largest files that may be handed in. */
export const UPLOAD_LIMITS = { manifestBytes: MANIFEST_MAX_BYTES, modelBytes: MODEL_MAX_BYTES } as const;

/** Largest piece: a third more in base64, below what the listener takes for a body. */
const PART_BYTES = 180_000;

/** Begins every folder of a hand-in that is not complete, or not taken yet. */
const PREFIX = '.upload-';

interface Upload {
  readonly id: string;
  readonly folder: string;
  readonly manifestBytes: number;
  readonly modelBytes: number;
  readonly hash: Hash;
  manifestText: Buffer;
  manifest: ModelManifest | undefined;
  received: number;
  isComplete: boolean;
}

/**
 * Takes a model in pieces from whoever is signed in, and trusts none of it: sizes are agreed on before, the manifest is judged before a byte of the
 * model is written, the hash decides at the end. One at a time; a new one takes the place of the last.
 */
export class ModelUploads {
  readonly #options: UploadOptions;
  #upload: Upload | undefined;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  /** Removes what an agent that was killed left behind. */
  clean(): void {
    const { dir } = this.#options;
    if (!existsSync(dir)) return;
    for (const name of readdirSync(dir)) if (name.startsWith(PREFIX)) rmSync(join(dir, name), { recursive: true, force: true });
  }

  begin({ manifestBytes, modelBytes }: { readonly manifestBytes: number; readonly modelBytes: number }): ModelUpload | UploadRefusal {
    if (manifestBytes > UPLOAD_LIMITS.manifestBytes) return tooLarge('manifest', manifestBytes, UPLOAD_LIMITS.manifestBytes);
    if (modelBytes > UPLOAD_LIMITS.modelBytes) return tooLarge('model', modelBytes, UPLOAD_LIMITS.modelBytes);
    this.drop();
    const id = this.#options.newId();
    const folder = join(this.#options.dir, `${PREFIX}${id}`);
    const nothing = { manifestText: Buffer.alloc(0), manifest: undefined, received: 0, isComplete: false };
    this.#upload = { id, folder, manifestBytes, modelBytes, hash: createHash('sha256'), ...nothing };
    return { upload: id, partBytes: PART_BYTES };
  }

  part(id: string, { file, at, base64 }: ModelPart): { readonly isComplete: boolean } | UploadRefusal {
    const upload = this.#upload;
    if (upload?.id !== id) return { kind: 'unknown-upload' };
    const bytes = Buffer.from(base64, 'base64');
    try {
      const refused = file === 'manifest' ? this.#manifestPart(upload, { at, bytes }) : this.#modelPart(upload, { at, bytes });
      if (refused === undefined) return { isComplete: upload.isComplete };
      this.drop();
      return refused;
    } catch (error) {
      this.drop();
      const fact = (error as NodeJS.ErrnoException).code ?? String(error);
      return { kind: 'refused', sentence: `The model could not be written: ${fact}`, hint: 'Look at the disk of the computer' };
    }
  }

  /** Manifest of a complete upload. */
  manifestOf(id: string): { readonly path: string; readonly manifest: ModelManifest } | undefined {
    const upload = this.#upload;
    if (upload?.id !== id || !upload.isComplete || upload.manifest === undefined) return undefined;
    return { path: join(upload.folder, MANIFEST), manifest: upload.manifest };
  }

  /** Puts a complete upload among the store's models. */
  take(id: string): ModelRef | undefined {
    const found = this.manifestOf(id);
    if (found === undefined) return undefined;
    const model = takeIn(this.#upload!.folder, { dir: this.#options.dir, manifest: found.manifest });
    this.#upload = undefined;
    return model;
  }

  /** Forgets the upload, and removes its files. */
  drop(): void {
    if (this.#upload !== undefined) rmSync(this.#upload.folder, { recursive: true, force: true });
    this.#upload = undefined;
  }

  #manifestPart(upload: Upload, { at, bytes }: { readonly at: number; readonly bytes: Buffer }): UploadRefusal | undefined {
    if (at !== upload.manifestText.length || at + bytes.length > upload.manifestBytes) return OUT_OF_STEP;
    upload.manifestText = Buffer.concat([upload.manifestText, bytes]);
    if (upload.manifestText.length < upload.manifestBytes) return undefined;
    const parsed = parseManifest(upload.manifestText.toString('utf8'));
    if (!parsed.ok) return { kind: 'refused', sentence: parsed.error.sentence, hint: parsed.error.hint };
    const manifest = parsed.value;
    const unsigned = signatureProblem(manifest, this.#options.signatures);
    if (unsigned !== undefined) return { kind: 'refused', sentence: unsigned.sentence, hint: unsigned.hint };
    // Its own name beside the model's: one would take the other's place.
    if (manifest.bytes !== upload.modelBytes || manifest.file === MANIFEST) return otherFile(manifest);
    mkdirSync(upload.folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(upload.folder, MANIFEST), upload.manifestText, { mode: 0o600 });
    upload.manifest = manifest;
    return undefined;
  }

  #modelPart(upload: Upload, { at, bytes }: { readonly at: number; readonly bytes: Buffer }): UploadRefusal | undefined {
    const { manifest } = upload;
    if (manifest === undefined || at !== upload.received || at + bytes.length > upload.modelBytes) return OUT_OF_STEP;
    appendFileSync(join(upload.folder, manifest.file), bytes, { mode: 0o600 });
    upload.hash.update(bytes);
    upload.received += bytes.length;
    if (upload.received < upload.modelBytes) return undefined;
    if (upload.hash.digest('hex') !== manifest.sha256) return otherFile(manifest);
    upload.isComplete = true;
    return undefined;
  }
}

const OUT_OF_STEP: UploadRefusal = {
  kind: 'refused',
  sentence: 'The files did not arrive in order',
  hint: 'Choose both files again; another page may have handed in a model at the same time',
};

function otherFile({ file }: ModelManifest): UploadRefusal {
  return {
    kind: 'refused',
    sentence: `This is not the model that the manifest describes: it wants "${file}" as it was when the manifest was made`,
    hint: 'Choose the two files that belong together',
  };
}

function tooLarge(what: string, bytes: number, limit: number): UploadRefusal {
  return { kind: 'too-large', sentence: `The ${what} has ${megabytes(bytes)}, and at most ${megabytes(limit)} are taken` };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
