import { fail, type Result } from '../../agent/core/result.ts';
import type { ModelProblem } from '../manifest.ts';
import type { ModelRunner } from '../model-runner.ts';
import { MODEL_MAX_BYTES, openOnnxRunner } from '../onnx-runner.ts';
import { encodeMessage, MessageReader } from '../vision/wire.ts';
import type { ChildAnswer, ChildJob } from './wire-words.ts';

/**
 * The process that runs a model nobody here made. The model and rows come in on standard input, numbers go out on standard output; it reads no
 * file of the store, writes none, and what it does wrong ends it and nothing else.
 */
async function main(): Promise<void> {
  const reader = new MessageReader(MODEL_MAX_BYTES + 4 * 1024 * 1024);
  let runner: ModelRunner | undefined;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    for (const { words, bytes } of reader.push(chunk)) {
      // The words come from our own parent, which wrote them from a typed value.
      const job = words as ChildJob;
      if (job.kind === 'model') {
        const opened = await open(job, bytes);
        if (!opened.ok) return refuse(opened.error);
        runner = opened.value;
        await say({ kind: 'ready' });
      } else if (runner !== undefined) await answer(runner, job, bytes);
    }
  }
}

function open(job: Extract<ChildJob, { kind: 'model' }>, bytes: Buffer): Promise<Result<ModelRunner, ModelProblem>> {
  return openOnnxRunner(Uint8Array.from(bytes), job.manifest, { operators: 'standard' }).catch((error: unknown) =>
    fail({ kind: 'unreadable', sentence: `Cannot read the model: ${textOf(error)}`, hint: 'Install the last model that worked' } as const),
  );
}

async function answer(runner: ModelRunner, { id, rows }: Extract<ChildJob, { kind: 'rows' }>, bytes: Buffer): Promise<void> {
  try {
    const { values, shape } = await runner.run(new Float32Array(Uint8Array.from(bytes).buffer), rows);
    if (values.length !== rows) return await say({ kind: 'failed', id, fact: `it answered ${rows} rows with shape [${shape.join(', ')}]` });
    await say({ kind: 'answer', id, shape: [...shape] }, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  } catch (error) {
    await say({ kind: 'failed', id, fact: textOf(error) });
  }
}

async function refuse({ kind, sentence, hint }: ModelProblem): Promise<void> {
  const problem = kind === 'operators' || kind === 'shape' || kind === 'runtime' ? kind : 'unreadable';
  await say({ kind: 'refused', problem, sentence: sentence.slice(0, 400), hint: hint.slice(0, 400) });
  process.exit(1);
}

function say(words: ChildAnswer, bytes?: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(encodeMessage(words, bytes), (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

/** Native messages run over many lines; the first, cut short, is the fact. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').slice(0, 200);
}

await main();
