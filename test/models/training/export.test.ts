import { createHash } from 'node:crypto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Examples, GBDT_DEFAULTS, sigmoid, trainGbdt } from '../../../models/training/gbdt.ts';
import { exportTrees } from '../../../models/training/onnx/export-trees.ts';
import { ProtoWriter } from '../../../models/training/onnx/protobuf.ts';
import { createRandom } from '../../../models/training/random.ts';
import { combine, type Ensemble, margins } from '../../../models/training/tree.ts';

const ROWS = 2000;
const COLUMNS = 6;

function examples(seed: number): Examples {
  const random = createRandom(seed);
  const columns = Array.from({ length: COLUMNS }, (_, i) =>
    // Whole numbers meet thresholds exactly; spans of many sizes meet float32 rounding.
    Float32Array.from({ length: ROWS }, () =>
      random.next() < 0.1 ? Number.NaN : i % 2 === 0 ? random.below(8) : random.normal() * 10 ** (2 * i),
    ),
  );
  const labels = Uint8Array.from({ length: ROWS }, (_, row) =>
    random.next() < sigmoid((columns[0]![row]! || 0) - 4 + (columns[1]![row]! > 0 ? 2 : 0)) ? 1 : 0,
  );
  return { columns, labels, weights: new Float64Array(ROWS).fill(1) };
}

describe('an exported model', () => {
  it('gives the probabilities of the trees it was made from, "not known" included', async () => {
    const train = examples(1);
    const members = [1, 2, 3].map((seed) => trainGbdt(train, { ...GBDT_DEFAULTS, trees: 60, seed }));
    const ensemble = combine(members, { scale: 1.2, shift: -0.3 });
    expect(ensemble.trees.length).toBeGreaterThan(100);
    for (const seed of [1, 2]) expect(await worstGap(ensemble, examples(seed).columns)).toBeLessThan(1e-6);
  });

  it('works without any tree', async () => {
    const empty: Ensemble = { base: -1.5, trees: [], columns: COLUMNS };
    expect(await worstGap(empty, examples(1).columns)).toBeLessThan(1e-7);
  });

  it('has the same bytes from the same rows', () => {
    const bytes = (): Uint8Array => exportTrees(trainGbdt(examples(1), { ...GBDT_DEFAULTS, trees: 20 }), 'same');
    const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
    expect(hash(bytes())).toBe(hash(bytes()));
    expect(hash(exportTrees(trainGbdt(examples(2), { ...GBDT_DEFAULTS, trees: 20 }), 'same'))).not.toBe(hash(bytes()));
  });
});

describe('combining members', () => {
  it('is the mean of their margins, stretched and shifted', () => {
    const { columns } = examples(3);
    const members = [1, 2].map((seed) => trainGbdt(examples(3), { ...GBDT_DEFAULTS, trees: 15, seed }));
    const [a, b] = members.map((member) => margins(member, columns));
    const both = margins(combine(members, { scale: 2, shift: 1 }), columns);
    for (let row = 0; row < ROWS; row++) expect(both[row]).toBeCloseTo(2 * ((a![row]! + b![row]!) / 2) + 1, 5);
  });
});

describe('the protobuf writer', () => {
  it('writes what the format says', () => {
    const inner = new ProtoWriter().int(1, 150);
    const bytes = new ProtoWriter()
      .bytes(3, inner)
      .bytes(2, 'testing')
      .float(4, 1.5)
      .packedInts(5, [3, 270, 86_942])
      .packedFloats(6, [-2])
      .build();
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '1a03089601' + '120774657374696e67' + '250000c03f' + '2a06038e029ea705' + '3204000000c0',
    );
  });

  it('keeps whole numbers beyond 32 bits', () => {
    expect(Buffer.from(new ProtoWriter().int(1, 2 ** 40).build()).toString('hex')).toBe('08808080808020');
  });
});

async function worstGap(ensemble: Ensemble, columns: readonly Float32Array[]): Promise<number> {
  const session = await InferenceSession.create(exportTrees(ensemble, 'test'), { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const rows = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => columns[i % COLUMNS]![Math.floor(i / COLUMNS)]!);
  const answer = await session.run({ features: new Tensor('float32', rows, [ROWS, COLUMNS]) });
  await session.release();
  const probabilities = answer['probability']!.data as Float32Array;
  const expected = margins(ensemble, columns).map(sigmoid);
  return expected.reduce((worst, value, row) => Math.max(worst, Math.abs(value - probabilities[row]!)), 0);
}
