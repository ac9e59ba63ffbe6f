import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { features } from '../../models/features.ts';
import type { ModelManifest } from '../../models/manifest.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { ProtoWriter } from '../../models/training/onnx/protobuf.ts';
import { createRandom } from '../../models/training/random.ts';
import { type LabelledRow, TableBuilder } from '../../models/training/rows.ts';
import { foldsByGroup } from '../../models/training/splits.ts';
import type { Table } from '../../models/training/table.ts';
import { type Artifact, trainArtifact } from '../../models/training/train-artifact.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';

/** Rows of made-up visits that buy what they hold, mostly. */
export function intentRows(count: number, seed = 1): LabelledRow[] {
  const random = createRandom(seed);
  return sampleRequests(count, { seed, products: 2 }).map((asked, i) => {
    const values = features(asked, asked.products[0]!);
    const margin = -2 + 1.5 * values[0]! + 2 * values[5]! - values[1]! + values[6]! / 60;
    const label = random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    return { values, featureSpec: VISIT_SPEC.id, label, store: `store-${i % 4}`, group: asked.request, atMs: 1000 * i };
  });
}

/** A small model of visits, trained within a second. */
export function smallArtifact(table: Table = intentTable(1500)): Artifact {
  return trainArtifact(table, {
    name: 'purchase-intent',
    version: 'test',
    purpose: 'Says how likely a visit is to buy a product',
    meaning: 'probability that this visit buys this product',
    source: 'made up',
    script: 'test',
    seed: 1,
    members: 2,
    gbdt: { trees: 20, learningRate: 0.2 },
    split: foldsByGroup(table, { folds: 5, seed: 1 })[0]!,
    splitMeaning: 'a fifth of the visits',
    baselines: [],
  });
}

export function intentTable(count: number): Table {
  const builder = new TableBuilder(VISIT_SPEC);
  for (const row of intentRows(count)) {
    const problem = builder.add(row);
    if (problem !== undefined) throw new Error(problem);
  }
  return builder.build();
}

/** A folder with a model and its manifest, gone when disposed. */
export class ModelFolder implements AsyncDisposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<ModelFolder> {
    return new ModelFolder(await mkdtemp(join(tmpdir(), 'model-')));
  }

  get manifestPath(): string {
    return join(this.path, 'manifest.json');
  }

  /** Writes model and manifest; `change` may spoil either. With changed bytes the manifest's hash follows unless `change` sets it. */
  async write(made: { readonly onnx: Uint8Array; readonly manifest: ModelManifest }, change: Record<string, unknown> = {}): Promise<void> {
    const sha256 = createHash('sha256').update(made.onnx).digest('hex');
    await writeFile(join(this.path, made.manifest.file), made.onnx);
    await writeFile(this.manifestPath, JSON.stringify({ ...made.manifest, sha256, bytes: made.onnx.length, ...change }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** An ONNX file of one chain of nodes over `features` (float32, [batch, width]) with the given last output shape. */
export function chainModel(nodes: readonly ProtoWriter[], shape: { readonly width: number; readonly outputs: number }): Uint8Array {
  const graph = new ProtoWriter();
  for (const node of nodes) graph.bytes(1, node);
  graph.bytes(2, 'chain').bytes(11, tensor('features', shape.width)).bytes(12, tensor('probability', shape.outputs));
  return new ProtoWriter().int(1, 8).bytes(7, graph).bytes(8, new ProtoWriter().bytes(1, '').int(2, 17)).build();
}

/** A node without attributes. */
export function node(operator: string, from: readonly string[], to: string): ProtoWriter {
  const writer = new ProtoWriter();
  for (const name of from) writer.bytes(1, name);
  return writer.bytes(2, to).bytes(4, operator);
}

function tensor(name: string, columns: number): ProtoWriter {
  const shape = new ProtoWriter().bytes(1, new ProtoWriter().bytes(2, 'batch')).bytes(1, new ProtoWriter().int(1, columns));
  return new ProtoWriter().bytes(1, name).bytes(2, new ProtoWriter().bytes(1, new ProtoWriter().int(1, 1).bytes(2, shape)));
}
