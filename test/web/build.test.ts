import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildManifest, buildPages } from '../../agent/web/build.ts';

describe('buildPages', () => {
  let folder: string;
  let manifest: BuildManifest;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'endcap-pages-'));
    manifest = await buildPages({ sourceDir: 'agent/web', outDir: join(folder, 'public') });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const textOf = (path: string) => readFile(join(folder, 'public', path), 'utf8');

  it('each page comes in less than 60 kB at first, compressed', () => {
    for (const page of Object.values(manifest.pages)) expect(page.gzipBytes).toBeLessThan(60_000);
  });

  it('drawing and what is asked of models come later, and the shopper page needs nothing later', () => {
    expect(manifest.pages.manager.later.map((name) => /\/([a-z-]+)-/.exec(name)?.[1]).sort()).toEqual([
      'camera-editor',
      'line-plot',
      'model-body',
    ]);
    expect(manifest.pages.shop.later).toEqual([]);
  });

  it('every file has a gzip and a brotli twin with the same content', async () => {
    for (const { path, bytes } of manifest.files) {
      const plain = await readFile(join(folder, 'public', path));
      expect(plain).toHaveLength(bytes);
      expect(gunzipSync(await readFile(join(folder, 'public', `${path}.gz`))).equals(plain)).toBe(true);
      expect(brotliDecompressSync(await readFile(join(folder, 'public', `${path}.br`))).equals(plain)).toBe(true);
    }
  });

  it('documents name only files that are there, and hold no code or style of their own', async () => {
    for (const page of Object.values(manifest.pages)) {
      const html = await textOf(page.document);
      const names = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name]) => name ?? '');
      expect(names.sort()).toEqual([...page.assets].sort());
      expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    }
  });

  it('names no other host to fetch from', async () => {
    for (const { path } of manifest.files) {
      const hosts = (await textOf(path)).match(/https?:\/\/[^"'`\s)]+/g) ?? [];
      // Names of XML languages and of a schema look like addresses and are never fetched.
      expect(hosts.filter((host) => !host.startsWith('http://www.w3.org/'))).toEqual([]);
    }
  });

  it('the same sources give the same names', async () => {
    const again = await buildPages({ sourceDir: 'agent/web', outDir: join(folder, 'again') });
    expect(again).toEqual(manifest);
  });

  it('replaces what was there before', async () => {
    await buildPages({ sourceDir: 'agent/web', outDir: join(folder, 'public') });
    expect((await readdir(folder)).sort()).not.toContain('public.new');
  });
});
