import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
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
  readonly pages: { readonly [P in PageName]: BuiltPage };
  readonly files: readonly BuiltFile[];
}

export interface BuiltPage {
  readonly document: string;
  /** Needed before anything is drawn. */
  readonly assets: readonly string[];
  /** Fetched by the page afterwards. */
  readonly later: readonly string[];
  /** Document and `assets`, compressed. */
  readonly gzipBytes: number;
  readonly laterGzipBytes: number;
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

  const icon = `assets/icon-${createHash('sha256').update(ICON).digest('hex').slice(0, 8)}.svg`;
  await write(icon, ICON);
  const pages: Partial<Record<PageName, BuiltPage>> = {};
  for (const page of PAGES) {
    const bundled = await bundle(options.sourceDir, page.name);
    for (const [path, text] of bundled.files) await write(path, text);
    const names = [...bundled.files.keys()];
    const script = nameOf(names, `${page.name}-`, '.js');
    const style = nameOf(names, `${page.name}-`, '.css');
    const shared = bundled.importsOf(script);
    const later = names.filter((name) => name !== script && name !== style && !shared.includes(name));
    const modules = shared.map((name) => `/${name}`);
    await write(page.document, documentOf({ title: page.title, script: `/${script}`, modules, style: `/${style}`, icon: `/${icon}` }));
    const gzipOf = (paths: readonly string[]) =>
      files.filter((file) => paths.includes(file.path)).reduce((sum, file) => sum + file.gzipBytes, 0);
    const assets = [script, ...shared, style, icon];
    pages[page.name] = {
      document: page.document,
      assets,
      later,
      gzipBytes: gzipOf([page.document, ...assets]),
      laterGzipBytes: gzipOf(later),
    };
  }
  // Both names were filled in by the loop above.
  const manifest: BuildManifest = { pages: pages as BuildManifest['pages'], files };
  await writeFile(join(staging, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rm(options.outDir, { recursive: true, force: true });
  await rename(staging, options.outDir);
  return manifest;
}

interface Bundle {
  /** Texts by their path in the output. */
  readonly files: ReadonlyMap<string, string>;
  /** What a script cannot start without, directly or not. */
  readonly importsOf: (script: string) => readonly string[];
}

/** The page's script and style, and the parts that the script shares or fetches later. */
async function bundle(sourceDir: string, page: PageName): Promise<Bundle> {
  const outdir = join(sourceDir, page);
  const result = await build({
    entryPoints: [
      { in: join(sourceDir, page, 'main.tsx'), out: page },
      { in: join(sourceDir, page, 'main.css'), out: page },
    ],
    outdir,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: TARGETS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const shorten = (path: string) => relative(outdir, resolve(path)).replaceAll('\\', '/');
  const imports = new Map(
    Object.entries(result.metafile.outputs).map(([path, output]) => [
      shorten(path),
      output.imports.filter(({ kind }) => kind === 'import-statement').map((one) => shorten(one.path)),
    ]),
  );
  const importsOf = (script: string): string[] => {
    const direct = imports.get(script) ?? [];
    return [...new Set([...direct, ...direct.flatMap(importsOf)])];
  };
  return { files: new Map(result.outputFiles.map((file) => [shorten(file.path), file.text])), importsOf };
}

function nameOf(names: readonly string[], start: string, end: string): string {
  const found = names.find((name) => name.startsWith(`assets/${start}`) && name.endsWith(end));
  if (found === undefined) throw new Error(`Cannot build the pages: the bundler gave no file for "${start}*${end}"`);
  return found;
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
    const later = page.laterGzipBytes === 0 ? '' : ` and ${kilobytes(page.laterGzipBytes)} later`;
    process.stdout.write(`${name} page: ${kilobytes(page.gzipBytes)} at first${later}, compressed\n`);
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
