import '@tensorflow/tfjs-backend-cpu';
import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { PackageFiles } from '../../../models/vision/convert/package-source.ts';

/** Runs a model of a package as it was published; gives the values of the outputs asked for. */
export async function runOriginal(
  files: PackageFiles,
  path: string,
  { feed, outputs }: { readonly feed: { readonly name: string; readonly tensor: () => tf.Tensor }; readonly outputs: readonly string[] },
): Promise<readonly Float32Array[]> {
  const model = JSON.parse(Buffer.from(files.get(path) ?? []).toString('utf8')) as {
    readonly modelTopology: object;
    readonly weightsManifest: readonly [{ readonly paths: readonly string[]; readonly weights: tf.io.WeightsManifestEntry[] }];
  };
  const [{ paths, weights }] = model.weightsManifest;
  const folder = path.slice(0, path.lastIndexOf('/'));
  const bytes = Buffer.concat(paths.map((part) => files.get(`${folder}/${part}`) ?? new Uint8Array()));
  const weightData = new Uint8Array(bytes).buffer;
  const graph = new GraphModel({ load: async () => ({ modelTopology: model.modelTopology, weightSpecs: weights, weightData }) });
  await tf.ready();
  await graph.load();
  const answer = graph.execute({ [feed.name]: feed.tensor() }, [...outputs]);
  return (Array.isArray(answer) ? answer : [answer]).map((tensor) => Float32Array.from(tensor.dataSync()));
}

/** Something upright on a floor, the same every time: RGB bytes of a square. */
export function drawnScene(side: number): Uint8Array {
  const rgb = new Uint8Array(3 * side * side);
  for (let line = 0; line < side; line++)
    for (let column = 0; column < side; column++) {
      const [x, y] = [(300 * column) / side, (300 * line) / side];
      const head = (x - 150) ** 2 + (y - 70) ** 2 < 20 ** 2;
      const body = Math.abs(x - 150) < 32 && y > 88 && y < 190;
      const legs = Math.abs(Math.abs(x - 150) - 14) < 10 && y >= 190 && y < 275;
      const floor = y > 200 ? 60 : 150;
      const at = 3 * (line * side + column);
      rgb.set(head ? [205, 160, 130] : body ? [40, 60, 140] : legs ? [50, 50, 60] : [floor + (column % 7), floor + (line % 5), floor], at);
    }
  return rgb;
}
