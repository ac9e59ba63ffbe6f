import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../agent/package-root.ts';
import { OnnxGraph } from '../../models/vision/convert/onnx-graph.ts';
import { requirePackage } from '../models/vision/model-source.ts';
import { CliRig } from './cli-rig.ts';

const ARTIFACTS = join(packageRoot(), 'models/vision/artifacts');
const MODELS = ['ssdlite-person-int8', 'ssdlite-person', 'nanodet-person-int8', 'movenet-lightning'];

describe('endcap model vision', { timeout: 180_000 }, () => {
  let rig: CliRig;
  beforeAll(() => {
    rig = new CliRig();
  });
  afterAll(() => rig[Symbol.dispose]());

  it('check opens every shipped model', async () => {
    const { code, stdout } = await rig.run(['model', 'vision', 'check']);
    expect(code).toBe(0);
    for (const name of MODELS) expect(stdout).toContain(`${name}: as its manifest says`);
  });

  it('build makes the shipped files again, byte for byte', async (context) => {
    await requirePackage(context, 'ssdlite');
    await requirePackage(context, 'movenet');
    const cache = join(packageRoot(), 'node_modules/.cache/endcap');
    const { code, stderr } = await rig.run(['model', 'vision', 'build', '--out', 'made', '--cache', cache]);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    for (const name of MODELS) {
      const made = readFileSync(join(rig.folder, 'made', `${name}.onnx`));
      expect(Buffer.compare(made, readFileSync(join(ARTIFACTS, `${name}.onnx`)))).toBe(0);
      const manifest = readFileSync(join(rig.folder, 'made', `${name}.manifest.json`), 'utf8');
      expect(JSON.parse(manifest)).toEqual(JSON.parse(readFileSync(join(ARTIFACTS, `${name}.manifest.json`), 'utf8')));
    }
  });

  it('describe writes the manifest of a detector of your own, which check and bench then take', async () => {
    writeFileSync(join(rig.folder, 'My_Detector.onnx'), yolox(3));
    const described = await rig.run([
      'model',
      'vision',
      'describe',
      'My_Detector.onnx',
      '--family',
      'yolox',
      '--side',
      '64',
      '--classes',
      '3',
    ]);
    expect([described.code, described.stderr]).toEqual([0, expect.any(String)]);
    expect(described.stdout).toContain('model: { manifestFile:');
    const manifest = join(rig.folder, 'my-detector.manifest.json');
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({
      family: 'yolox',
      side: 64,
      classes: { count: 3, person: 0 },
      fill: 114,
    });
    const checked = await rig.run(['model', 'vision', 'check', manifest]);
    expect(checked.stdout).toBe('my-detector: as its manifest says, LicenseRef-unknown, finds nobody in an empty picture\n');
    const timed = await rig.run(['model', 'vision', 'bench', manifest]);
    expect(timed.stdout).toMatch(/^my-detector: decode [\d.]+ ms, detect [\d.]+ ms/);
  });

  it('describe says what is wrong with a file that answers otherwise than it was told', async () => {
    writeFileSync(join(rig.folder, 'other.onnx'), yolox(3));
    const { code, stderr } = await rig.run(['model', 'vision', 'describe', 'other.onnx', '--family', 'yolox', '--side', '64']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('its answer is 1 x 84 x 8, expected 1 x 84 x 85');
  });

  it('check refuses a model whose file was changed', async () => {
    writeFileSync(join(rig.folder, 'changed.onnx'), yolox(3));
    await rig.run(['model', 'vision', 'describe', 'changed.onnx', '--family', 'yolox', '--side', '64', '--classes', '3']);
    writeFileSync(join(rig.folder, 'changed.onnx'), yolox(4));
    const { code, stderr } = await rig.run(['model', 'vision', 'check', join(rig.folder, 'changed.manifest.json')]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('its file is not the one that the manifest describes');
  });
});

/** A YOLOX of 64 x 64 pixels that sees nobody. */
function yolox(classes: number): Uint8Array {
  const graph = new OnnxGraph();
  const width = 5 + classes;
  graph.input('images', 'float32', [1, 3, 64, 64]);
  const most = graph.node('ReduceMax', ['images'], { output: 'most', attributes: { keepdims: 0 } });
  const nothing = graph.node('Mul', [most, graph.float('zero', [0], [])], { output: 'nothing' });
  graph.node('Add', [graph.float('said', new Float32Array(84 * width), [1, 84, width]), nothing], { output: 'output' });
  graph.output('output', 'float32', [1, 84, width]);
  return graph.build('yolox');
}
