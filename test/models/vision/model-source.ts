import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { packageRoot } from '../../../agent/package-root.ts';
import { NETWORKS } from '../../../models/vision/convert/build-models.ts';
import { fetchPackage, type PackageFiles } from '../../../models/vision/convert/package-source.ts';

/** Folder of the shipped models. */
export const ARTIFACTS = join(packageRoot(), 'models/vision/artifacts');

/** A pinned package, kept between runs. Without a registry the test is skipped with the reason, or fails where nothing may be skipped. */
export async function requirePackage(context: TestContext, name: keyof typeof NETWORKS): Promise<PackageFiles> {
  const files = await fetchPackage(NETWORKS[name].source, join(packageRoot(), 'node_modules/.cache/endcap'));
  if (files.ok) return files.value;
  if (process.env['ENDCAP_TEST_REQUIRE_ALL'] === '1') throw new Error(files.error);
  return context.skip(files.error);
}
