import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LowEnd } from '../../agent/runtime/low-process.ts';
import type { TrainLine } from '../../agent/runtime/model-lines.ts';
import { ModelUploads } from '../../agent/runtime/model-uploads.ts';
import { ModelDeskWork, type WorkOptions } from '../../agent/runtime/model-work.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { tempDir } from '../store/support.ts';
import { sampleLearnt } from '../web/support/model-samples.ts';

const ARTIFACT = smallArtifact();
const ID = '1'.repeat(32);

interface Started {
  readonly words: readonly string[];
  say(line: unknown): void;
  end(how?: Partial<LowEnd>): Promise<void>;
}

let dir: string;
let started: Started[];
let staged: string[];
let uploads: ModelUploads;
let work: ModelDeskWork;

function create(changes: Partial<WorkOptions> = {}): ModelDeskWork {
  return new ModelDeskWork({
    uploads,
    dir,
    configFile: 'store.yaml',
    dataDir: 'data',
    takesSignedOnly: false,
    nowMs: () => 1_000,
    async stage(model, by) {
      staged.push(`${model.name} by ${by}`);
      return { isTaken: true, sentence: `${model.name} is checked` };
    },
    start(words, line) {
      let settle: (end: LowEnd) => void = () => undefined;
      const ended = new Promise<LowEnd>((resolve) => {
        settle = resolve;
      });
      const end = async (how: Partial<LowEnd> = {}) => {
        settle({ code: 0, isStopped: false, isLate: false, complaint: '', ...how });
        await ended;
        await Promise.resolve();
      };
      started.push({ words, say: (value) => line(typeof value === 'string' ? value : JSON.stringify(value)), end });
      return { ended, stop: () => void end({ code: undefined as never, isStopped: true }) };
    },
    ...changes,
  });
}

/** An upload that is complete. */
function upload(): void {
  const manifest = Buffer.from(JSON.stringify(ARTIFACT.manifest));
  uploads.begin({ manifestBytes: manifest.length, modelBytes: ARTIFACT.onnx.length });
  uploads.part(ID, { file: 'manifest', at: 0, base64: manifest.toString('base64') });
  expect(uploads.part(ID, { file: 'model', at: 0, base64: Buffer.from(ARTIFACT.onnx).toString('base64') })).toEqual({ isComplete: true });
}

/** What `endcap model train` would have left behind. */
function learnt(): TrainLine {
  const folder = join(dir, '.lesson');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ARTIFACT.manifest.file), ARTIFACT.onnx);
  writeFileSync(join(folder, 'm.manifest.json'), JSON.stringify(ARTIFACT.manifest));
  return { kind: 'learnt', learnt: sampleLearnt('better'), manifest: join(folder, 'm.manifest.json') };
}

beforeEach(() => {
  dir = join(tempDir(), 'models');
  [started, staged] = [[], []];
  uploads = new ModelUploads({ dir, signatures: { trustedKeys: [], required: false }, newId: () => ID });
  work = create();
});

describe('work on models that are not in use', () => {
  it('tries an upload with the command of the shell, and says the same', async () => {
    upload();
    expect(await work.ask({ kind: 'try', upload: ID }, 'ana')).toMatchObject({ kind: 'done' });
    expect(started[0]?.words).toEqual([
      ...['model', 'evaluate', '--json', '--config', 'store.yaml', '--'],
      ...[join(dir, `.upload-${ID}`, 'manifest.json'), 'data'],
    ]);
    expect(work.trial).toMatchObject({ state: 'running', name: `purchase-intent@${ARTIFACT.manifest.sha256.slice(0, 12)}` });
    const checks = [{ says: 'no worse', state: 'met', figure: '0' }];
    started[0]?.say({ sentence: 'On the last day: better', checks });
    await started[0]?.end();
    expect(work.trial).toMatchObject({ state: 'done', sentence: 'On the last day: better', checks });
    expect(await work.ask({ kind: 'hand-in', upload: ID }, 'ana')).toMatchObject({ kind: 'done' });
    expect(staged).toEqual([`purchase-intent@${ARTIFACT.manifest.sha256.slice(0, 12)} by ana`]);
  });

  it('says why a model could not be tried', async () => {
    upload();
    await work.ask({ kind: 'try', upload: ID }, 'ana');
    await started[0]?.end({ code: 69, complaint: 'endcap: Cannot read the model: it is random bytes (Install another)' });
    expect(work.trial).toMatchObject({ state: 'refused', sentence: 'Cannot read the model: it is random bytes (Install another)' });
  });

  it('does one thing at a time, and what is under way can be stopped', async () => {
    upload();
    expect(await work.ask({ kind: 'learn' }, 'ana')).toMatchObject({ kind: 'done' });
    for (const kind of ['try', 'hand-in'] as const) expect(await work.ask({ kind, upload: ID }, 'bo')).toMatchObject({ kind: 'busy' });
    for (const kind of ['learn', 'hand-in-learnt'] as const) expect(await work.ask({ kind }, 'bo')).toMatchObject({ kind: 'busy' });
    expect(started).toHaveLength(1);
    await work.ask({ kind: 'stop' }, 'bo');
    await started[0]?.end();
    expect(work.lesson).toMatchObject({ state: 'stopped', learnt: null });
    expect(await work.ask({ kind: 'try', upload: ID }, 'bo')).toMatchObject({ kind: 'done' });
  });

  it('shows how far learning is, what came of it, and hands that in', async () => {
    await work.ask({ kind: 'learn' }, 'ana');
    expect(started[0]?.words.slice(0, 3)).toEqual(['model', 'train', '--json']);
    started[0]?.say({ kind: 'progress', state: 'training', sentence: 'Learning from 522 visits' } satisfies TrainLine);
    expect(work.lesson).toMatchObject({ state: 'training', sentence: 'Learning from 522 visits' });
    started[0]?.say('a line that is no JSON {');
    started[0]?.say(learnt());
    await started[0]?.end();
    expect(work.lesson).toMatchObject({ state: 'done', sinceMs: 1_000, learnt: sampleLearnt('better') });
    expect(await work.ask({ kind: 'hand-in-learnt' }, 'ana')).toMatchObject({ kind: 'done' });
    expect(staged).toHaveLength(1);
    expect(readdirSync(dir)).toContain(ARTIFACT.manifest.sha256.slice(0, 12));
  });

  it('says in words that too little is known, and what would help', async () => {
    await work.ask({ kind: 'learn' }, 'ana');
    const refused = { sentence: 'Only 31 visits have a known outcome; 500 are needed', hint: 'Let the store go on for some days' };
    started[0]?.say({ kind: 'refused', ...refused } satisfies TrainLine);
    await started[0]?.end({ code: 1 });
    expect(work.lesson).toMatchObject({ state: 'refused', ...refused });
    expect(await work.ask({ kind: 'hand-in-learnt' }, 'ana')).toEqual({ kind: 'unknown-upload' });
  });

  it('learns nothing that a store which asks for signatures would not take', async () => {
    work = create({ takesSignedOnly: true });
    expect(await work.ask({ kind: 'learn' }, 'ana')).toMatchObject({ kind: 'refused', hint: expect.stringContaining('endcap model sign') });
    expect(started).toEqual([]);
  });

  it('passes on what the checks of a new model say', async () => {
    upload();
    work = create({ stage: async () => ({ isTaken: false, sentence: 'Cannot use the model: NaN is not a probability' }) });
    upload();
    expect(await work.ask({ kind: 'hand-in', upload: ID }, 'ana')).toMatchObject({
      kind: 'refused',
      sentence: 'Cannot use the model: NaN is not a probability',
    });
  });

  it('ends with the agent, and leaves nothing behind', async () => {
    upload();
    await work.ask({ kind: 'learn' }, 'ana');
    learnt();
    await work.close();
    expect(existsSync(join(dir, '.lesson'))).toBe(false);
    expect(readdirSync(dir)).toEqual([]);
    expect(await work.ask({ kind: 'learn' }, 'ana')).toMatchObject({ kind: 'busy' });
  });
});
