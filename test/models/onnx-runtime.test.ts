import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../agent/package-root.ts';
import { loadOnnxRuntime } from '../../models/onnx-runtime.ts';
import { readSources } from '../source-tree.ts';

describe('the library that runs models', () => {
  it.skipIf(process.platform !== 'linux')('keeps no events of ours in a database and opens no socket to its maker', async () => {
    const { InferenceSession } = await loadOnnxRuntime();
    const session = await InferenceSession.create(readFileSync(join(packageRoot(), 'models/artifacts/purchase-intent.onnx')));
    const open = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        return '';
      }
    });
    await session.release();
    expect(open.filter((path) => /onnxruntime\.db|mat-debug/.test(path))).toEqual([]);
  });

  it('is loaded in one place, because the setting is read when it is loaded', () => {
    const others = readSources().filter(
      ({ path, text }) =>
        !path.startsWith('test/') &&
        path !== 'models/onnx-runtime.ts' &&
        /(?:^import (?!type)[^;]*|await import\()'onnxruntime-node'/m.test(text),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });
});
