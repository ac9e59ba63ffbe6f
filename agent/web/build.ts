import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { documentOf } from './document.ts';

/** One file of the built pages. */
export interface BuiltFile {
  /** Path inside the output folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
}

/** What was built: written as `manifest.json` too. Names under `assets/` hold a hash of their content and never change it. */
export interface BuildManifest {
  readonly pages: {
    readonly [P in PageName]: { readonly document: string; readonly assets: readonly string[]; readonly gzipBytes: number };
  };
  readonly files: readonly BuiltFile[];
}

type PageName = 'manager' | 'shop';

const PAGES: readonly { readonly name: PageName; readonly document: string; readonly title: string }[] = [
  { name: 'manager', document: 'index.html', title: 'Endcap' },
  { name: 'shop', document: 'shop.html', title: 'Offers while you shop' },
];

/** Browsers of phones that are six years old still get the page. */
const TARGETS = ['chrome90', 'safari15', 'firefox90'];

/**
 * Bundles both pages from `sourceDir` into `outDir`: documents, hashed assets, a .gz and a .br beside each, a manifest.
 * The folder is replaced as a whole once everything is there, so that a failed build leaves the last good one.
 */
export async function buildPages(options: { readonly sourceDir: string; readonly outDir: string }): Promise<BuildManifest> {
  const staging = `${options.outDir}.new`;
  await rm(staging, { recursive: true, force: true });
  const files: BuiltFile[] = [];
  const write = async (path: string, text: string) => files.push(await writeWithTwins(join(staging, path), path, text));

  const icon = hashedName('icon.svg', ICON);
  await write(icon, ICON);
  const pages: Partial<Record<PageName, BuildManifest['pages'][PageName]>> = {};
  for (const page of PAGES) {
    const bundled = await bundle(join(options.sourceDir, page.name));
    const script = hashedName(`${page.name}.js`, bundled.script);
    const style = hashedName(`${page.name}.css`, bundled.style);
    await write(script, bundled.script);
    await write(style, bundled.style);
    await write(page.document, documentOf({ title: page.title, script: `/${script}`, style: `/${style}`, icon: `/${icon}` }));
    const own = [page.document, script, style, icon];
    const gzipBytes = files.filter((file) => own.includes(file.path)).reduce((sum, file) => sum + file.gzipBytes, 0);
    pages[page.name] = { document: page.document, assets: [script, style, icon], gzipBytes };
  }
  // Both names were filled in by the loop above.
  const manifest: BuildManifest = { pages: pages as BuildManifest['pages'], files };
  await writeFile(join(staging, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rm(options.outDir, { recursive: true, force: true });
  await rename(staging, options.outDir);
  return manifest;
}

async function bundle(folder: string): Promise<{ readonly script: string; readonly style: string }> {
  const result = await build({
    entryPoints: [join(folder, 'main.tsx'), join(folder, 'main.css')],
    outdir: folder,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: TARGETS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const textOf = (extension: string) => result.outputFiles.find((file) => file.path.endsWith(extension))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}

function hashedName(name: string, text: string): string {
  const [base, extension] = name.split('.');
  return `assets/${base}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.${extension}`;
}

async function writeWithTwins(path: string, shortPath: string, text: string): Promise<BuiltFile> {
  const plain = Buffer.from(text);
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } });
  await mkdir(dirname(path), { recursive: true });
  await Promise.all([writeFile(path, plain), writeFile(`${path}.gz`, gzip), writeFile(`${path}.br`, brotli)]);
  return { path: shortPath, bytes: plain.length, gzipBytes: gzip.length, brotliBytes: brotli.length };
}

/** The mark: a shelf end with one thing on it. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5f50"/>' +
  '<path d="M6 15h20v2.5H6zM6 24.5h20V27H6z" fill="#fff"/><path d="M9 8h5v7H9zM9 18.5h4v6H9zM15 19.5h8v5h-8z" fill="#9fd5c7"/>' +
  '<path d="M17 5h6v10h-6z" fill="#fff"/></svg>\n';

/** The project's folder: the nearest one above with the page sources, whether this file runs compiled or not. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'agent', 'web', 'manager', 'main.css'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('Cannot build the pages: their sources (agent/web) are not above this file');
    folder = above;
  }
  return folder;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = projectRoot();
  const manifest = await buildPages({ sourceDir: join(root, 'agent', 'web'), outDir: join(root, 'dist', 'agent', 'web', 'public') });
  for (const [name, page] of Object.entries(manifest.pages)) {
    process.stdout.write(`${name} page: ${(page.gzipBytes / 1000).toFixed(1)} kB compressed\n`);
  }
}
