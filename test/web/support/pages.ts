import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPages } from '../../../agent/web/build.ts';
import { startBrowser, type TestBrowser } from './browser.ts';

/** The pages, freshly built, and a browser to look at them with. */
export interface Pages extends AsyncDisposable {
  readonly publicDir: string;
  readonly browser: TestBrowser;
}

/** Builds into a folder of its own and starts the browser; one of these a test file. */
export async function preparePages(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'endcap-pages-'));
  const publicDir = join(folder, 'public');
  await buildPages({ sourceDir: 'agent/web', outDir: publicDir });
  const browser = await startBrowser();
  return {
    publicDir,
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
