import type { InferenceSession } from 'onnxruntime-node';
import { fail, ok, type Result } from '../agent/core/result.ts';
import { deniedWord } from './denied-outputs.ts';
import { deniedProblem, type ModelManifest, type ModelProblem } from './manifest.ts';
import type { ModelAnswer, ModelRunner } from './model-runner.ts';
import { inspectOnnx } from './onnx-inspect.ts';
import { loadOnnxRuntime, ONE_THREAD, type OnnxRuntime } from './onnx-runtime.ts';

/**
 * What a model may be made of to run inside the agent's own process: one pass, no loops, no tensor whose size the input or a constant
 * chooses. onnxruntime runs on the calling thread and cannot be stopped, so anything else belongs in a process that can.
 */
export const IN_PROCESS_OPERATORS: readonly string[] = [
  'Add',
  'Div',
  'Gemm',
  'Identity',
  'MatMul',
  'Mul',
  'Relu',
  'Sigmoid',
  'Sub',
  'Tanh',
  'ai.onnx.ml:LinearRegressor',
  'ai.onnx.ml:Scaler',
  'ai.onnx.ml:TreeEnsembleRegressor',
];

/** Largest model that is loaded into the agent's process, in bytes. */
export const MODEL_MAX_BYTES = 64 * 1024 * 1024;

/** Which operators a model may use: `few` is `IN_PROCESS_OPERATORS`, `standard` all that the ONNX standard defines. */
export type AllowedOperators = 'few' | 'standard';

/**
 * Opens an ONNX model in this process, on one thread, after checking that file and manifest say the same. `standard` operators only in a
 * process that may be ended.
 */
export async function openOnnxRunner(
  bytes: Uint8Array,
  manifest: ModelManifest,
  { operators: allowed = 'few' }: { readonly operators?: AllowedOperators } = {},
): Promise<Result<ModelRunner, ModelProblem>> {
  const refused = checkModelFile(bytes, manifest, allowed);
  if (refused !== undefined) return fail(refused);
  const runtime = await loadRuntime();
  if (!runtime.ok) return runtime;
  const { InferenceSession, Tensor } = runtime.value;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, ONE_THREAD);
  } catch (error) {
    return fail(unreadable(firstLine(error)));
  }
  const wrong = checkSignature(session, manifest);
  if (wrong !== undefined) {
    await session.release();
    return fail(wrong);
  }
  const input = manifest.input.name;
  const output = manifest.output.name;
  const width = manifest.columns.length;
  return ok({
    width,
    async run(values: Float32Array, rows: number): Promise<ModelAnswer> {
      const answer = (await session.run({ [input]: new Tensor('float32', values, [rows, width]) }))[output];
      if (answer === undefined || !(answer.data instanceof Float32Array))
        throw new Error('Cannot read the answer of the model: it is not float32');
      return { values: answer.data, shape: answer.dims };
    },
    close: () => session.release(),
  });
}

/** Compares a model's file with its manifest without running any of it; what is wrong, or `undefined`. */
export function checkModelFile(bytes: Uint8Array, manifest: ModelManifest, allowed: AllowedOperators): ModelProblem | undefined {
  const summary = inspectOnnx(bytes);
  if (!summary.ok) return unreadable(summary.error);
  const { external, operators: used, outputs } = summary.value;
  if (external) return operators('it keeps weights in other files');
  const undeclared = used.find((operator) => !manifest.operators.includes(operator));
  if (undeclared !== undefined) return operators(`it uses ${undeclared}, which its manifest does not declare`);
  for (const output of outputs) {
    const word = deniedWord(output);
    if (word !== undefined) return deniedProblem(output, word);
  }
  const forbidden = used.find((operator) => !isAllowed(operator, allowed));
  if (forbidden === undefined) return undefined;
  return operators(
    `it uses ${forbidden}, ${allowed === 'few' ? 'which may not run inside the agent' : 'which is not part of the ONNX standard'}`,
  );
}

function isAllowed(operator: string, allowed: AllowedOperators): boolean {
  if (allowed === 'few') return IN_PROCESS_OPERATORS.includes(operator);
  return !operator.includes(':') || operator.startsWith('ai.onnx.ml:');
}

function checkSignature(session: InferenceSession, manifest: ModelManifest): ModelProblem | undefined {
  for (const [side, metadata, declared] of [
    ['input', session.inputMetadata, manifest.input],
    ['output', session.outputMetadata, manifest.output],
  ] as const) {
    const only = metadata[0];
    if (metadata.length !== 1 || only === undefined) return shape(`it has ${metadata.length} ${side}s instead of one`);
    if (only.name !== declared.name) return shape(`its ${side} is called "${only.name}", not "${declared.name}"`);
    if (!only.isTensor || only.type !== 'float32') return shape(`its ${side} is not float32`);
    const found = only.shape.map((size) => (typeof size === 'number' ? size : null));
    if (JSON.stringify(found) !== JSON.stringify(declared.shape)) {
      return shape(`its ${side} has shape ${JSON.stringify(found)}, not ${JSON.stringify(declared.shape)}`);
    }
  }
  const expected = JSON.stringify([null, manifest.columns.length]);
  if (JSON.stringify(manifest.input.shape) !== expected)
    return shape(`its manifest declares ${manifest.columns.length} columns and another input shape`);
  if (JSON.stringify(manifest.output.shape) !== '[null,1]') return shape('it does not give one number per row');
  return undefined;
}

/** Loaded on demand: on a machine without the native library the agent starts anyway and serves by rules. */
async function loadRuntime(): Promise<Result<OnnxRuntime, ModelProblem>> {
  try {
    return ok(await loadOnnxRuntime());
  } catch (error) {
    return fail({
      kind: 'runtime',
      sentence: `Cannot load onnxruntime: ${firstLine(error)}`,
      hint: 'Reinstall the agent on a supported platform (Linux, macOS or Windows on x64 or arm64)',
    });
  }
}

function operators(fact: string): ModelProblem {
  return {
    kind: 'operators',
    sentence: `Cannot use the model: ${fact}`,
    hint: 'Install a model made by this agent, or run this one in its own process',
  };
}

function shape(fact: string): ModelProblem {
  return { kind: 'shape', sentence: `Cannot use the model: ${fact}`, hint: 'Install the model together with the manifest made for it' };
}

function unreadable(fact: string): ModelProblem {
  return { kind: 'unreadable', sentence: `Cannot read the model: ${fact}`, hint: 'Copy the model file again' };
}

/** Native messages run over many lines with paths and stack frames; the first line, cut short, is the fact. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
