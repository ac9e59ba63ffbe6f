import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Score } from '../agent/core/decision.ts';
import type { ScoreEffect } from '../agent/core/effect.ts';
import { fail, ok, type Result } from '../agent/core/result.ts';
import { at, confidence, type TrainedRange } from './confidence.ts';
import { type FeatureDefinition, toModelValue } from './feature-spec.ts';
import { features } from './features.ts';
import { MANIFEST_MAX_BYTES, type ModelManifest, type ModelProblem, parseManifest } from './manifest.ts';
import { ANY_SIGNATURE, type SignaturePolicy, signatureProblem } from './manifest-signature.ts';
import type { ModelRunner } from './model-runner.ts';
import { MODEL_MAX_BYTES, openOnnxRunner } from './onnx-runner.ts';
import type { VisitScorerOptions } from './rule-scorer.ts';
import type { Scorer } from './scorer.ts';
import { VISIT_SPEC } from './visit-spec.ts';

/** Opens a checked model file for running; the default runs it in this process. */
export type OpenRunner = (bytes: Uint8Array, manifest: ModelManifest) => Promise<Result<ModelRunner, ModelProblem>>;

export interface OnnxScorerOptions extends VisitScorerOptions {
  /** The manifest's file; the model lies beside it. */
  readonly manifestPath: string;
  readonly openRunner?: OpenRunner;
  /** Whose models are taken; the default asks for no signature. */
  readonly signatures?: SignaturePolicy;
}

/** Scores visits by a trained model: all rows of a call in one run. Rejects when the model fails or says something impossible. */
export class OnnxScorer implements Scorer {
  readonly name: string;
  readonly manifest: ModelManifest;
  readonly #runner: ModelRunner;
  readonly #plan: readonly InputColumn[];
  readonly #trained: readonly TrainedRange[];
  readonly #minuteOfDay: VisitScorerOptions['minuteOfDay'];

  /** The manifest's columns must all be features of `VISIT_SPEC`: `loadOnnxScorer` has checked it. */
  constructor(manifest: ModelManifest, runner: ModelRunner, options: VisitScorerOptions) {
    this.name = `${manifest.name}@${manifest.sha256.slice(0, 12)}`;
    this.manifest = manifest;
    this.#runner = runner;
    this.#plan = inputPlan(manifest);
    this.#trained = trainedRanges(manifest);
    this.#minuteOfDay = options.minuteOfDay;
  }

  async score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    const vectors: number[][] = [];
    for (const request of requests) {
      const options = this.#minuteOfDay === undefined ? {} : { minuteOfDay: this.#minuteOfDay(request.nowMs) };
      for (const product of request.products) vectors.push(features(request, product, options));
    }
    const intents = await this.intents(vectors);
    let row = 0;
    return requests.map((request) =>
      request.products.map((product) => {
        const values = vectors[row]!;
        const intent = intents[row++]!;
        return {
          sku: product.sku,
          intent,
          confidence: confidence(values, this.#trained),
          features: values,
          featureSpec: VISIT_SPEC.id,
          model: this.name,
        };
      }),
    );
  }

  /** Why the runner will never answer again; `undefined` while it may. */
  spent(): ModelProblem | undefined {
    return this.#runner.spent?.();
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  /** What the model says of vectors of `VISIT_SPEC`, one probability each. Rejects when it fails or says something impossible. */
  async intents(vectors: readonly (readonly number[])[]): Promise<Float32Array> {
    if (vectors.length === 0) return new Float32Array(0);
    const plan = this.#plan;
    const values = new Float32Array(vectors.length * plan.length);
    let next = 0;
    for (const vector of vectors) for (const column of plan) values[next++] = columnValue(column, vector);
    const answer = await this.#runner.run(values, vectors.length);
    return checkAnswer(answer.values, answer.shape, vectors.length);
  }
}

/** Where a column of the model's input comes from. */
interface InputColumn {
  readonly position: number;
  readonly feature: FeatureDefinition;
  readonly level: number | undefined;
}

function inputPlan(manifest: ModelManifest): InputColumn[] {
  return manifest.columns.map((column) => {
    const position = at(column.feature);
    const feature = VISIT_SPEC.features[position]!;
    return { position, feature, level: column.level === undefined ? undefined : feature.levels?.indexOf(column.level) };
  });
}

function columnValue({ position, feature, level }: InputColumn, vector: readonly number[]): number {
  const value = toModelValue(feature, vector[position]!);
  return level === undefined ? value : value === level ? 1 : 0;
}

/** What training saw of each feature, in the order of the spec; levels have no range. */
function trainedRanges(manifest: ModelManifest): TrainedRange[] {
  const ranges = new Array<TrainedRange>(VISIT_SPEC.features.length).fill(undefined);
  for (const { feature, level, used, low, high } of manifest.columns) {
    if (used && level === undefined && low !== null && high !== null) ranges[at(feature)] = { low, high };
  }
  return ranges;
}

/** An answer is usable when it is one finite probability per row. Throws otherwise. */
function checkAnswer(values: Float32Array, shape: readonly number[], rows: number): Float32Array {
  if (values.length !== rows || shape[0] !== rows) {
    throw new Error(`Cannot use the model's answer: ${rows} rows were asked and the answer has shape [${shape.join(', ')}]`);
  }
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) throw new Error(`Cannot use the model's answer: ${value} is not a probability`);
  }
  return values;
}

/**
 * Loads a model after checking everything that can be checked without running it (size, hash, manifest, feature spec, operators, shapes),
 * then warms it up with one row and one batch. Every expected failure is returned with a sentence for the status page.
 */
export async function loadOnnxScorer(options: OnnxScorerOptions): Promise<Result<OnnxScorer, ModelProblem>> {
  const text = await readBounded(options.manifestPath, MANIFEST_MAX_BYTES);
  if (!text.ok) return text;
  const parsed = parseManifest(text.value.toString('utf8'));
  if (!parsed.ok) return parsed;
  const manifest = parsed.value;
  const unsigned = signatureProblem(manifest, options.signatures ?? ANY_SIGNATURE);
  if (unsigned !== undefined) return fail(unsigned);
  if (manifest.featureSpec.hash !== VISIT_SPEC.hash) return fail(otherSpec(manifest));
  const stranger = manifest.columns.find((column) => !VISIT_SPEC.index.has(column.feature));
  if (stranger !== undefined) return fail(otherColumn(stranger.feature));
  const bytes = await readBounded(join(dirname(options.manifestPath), manifest.file), MODEL_MAX_BYTES);
  if (!bytes.ok) return bytes;
  if (createHash('sha256').update(bytes.value).digest('hex') !== manifest.sha256) return fail(otherHash(manifest));
  const runner = await (options.openRunner ?? openOnnxRunner)(bytes.value, manifest);
  if (!runner.ok) return runner;
  const cold = await warmUp(runner.value);
  if (cold === undefined) return ok(new OnnxScorer(manifest, runner.value, options));
  await runner.value.close();
  return fail(cold);
}

async function warmUp(runner: ModelRunner): Promise<ModelProblem | undefined> {
  try {
    for (const rows of [1, 16]) {
      const answer = await runner.run(new Float32Array(rows * runner.width), rows);
      checkAnswer(answer.values, answer.shape, rows);
    }
    return undefined;
  } catch (error) {
    const fact = error instanceof Error ? error.message : String(error);
    return {
      kind: 'warm-up',
      sentence: `Cannot use the model: its first run failed (${fact})`,
      hint: 'Install the last model that worked',
    };
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Result<Buffer, ModelProblem>> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      return fail({
        kind: 'unreadable',
        sentence: `Cannot read "${path}": it has ${size} bytes and ${maxBytes} are allowed`,
        hint: 'Install a smaller model',
      });
    }
    return ok(await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      return fail({ kind: 'missing', sentence: `Cannot find "${path}"`, hint: 'Install a model, or leave it: the rules serve' });
    return fail({ kind: 'unreadable', sentence: `Cannot read "${path}": ${code ?? String(error)}`, hint: 'Check the rights of the file' });
  }
}

function otherSpec(manifest: ModelManifest): ModelProblem {
  return {
    kind: 'feature-spec',
    sentence: `Cannot use the model: it was trained on features "${manifest.featureSpec.name}@${manifest.featureSpec.hash.slice(0, 12)}" and this agent computes "${VISIT_SPEC.id}"`,
    hint: 'Install the model that belongs to this version of the agent, or train one on its logs',
  };
}

function otherColumn(name: string): ModelProblem {
  return {
    kind: 'feature-spec',
    sentence: `Cannot use the model: it wants a feature "${name}" that "${VISIT_SPEC.id}" does not have`,
    hint: 'Install the model together with the manifest made for it',
  };
}

function otherHash(manifest: ModelManifest): ModelProblem {
  return {
    kind: 'hash',
    sentence: `Cannot use the model: "${manifest.file}" is not the file that its manifest describes (sha256 differs)`,
    hint: 'Copy the model and its manifest again, together',
  };
}
