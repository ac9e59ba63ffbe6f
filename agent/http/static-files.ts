import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { problem } from './problem.ts';
import { type Answer, defineRoute, type Route } from './route.ts';

/** A page or asset, read once at start, with what was compressed at build time. */
export interface StaticFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly isHashed: boolean;
}

const MAX_FILES = 500;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_DEPTH = 4;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads the folder of the pages: by URL path, `/` and `/shop` for the two pages. A file is found by its exact path or not at all, so there is
 * no path to escape with. Gives nothing where the folder is missing; throws when it holds more than 500 files or 32 MiB.
 */
export function loadStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const names = existsSync(folder) ? namesIn(folder, '', 0) : [];
  if (names.length > MAX_FILES) throw new Error(`Cannot serve "${folder}": it holds more than ${MAX_FILES} files`);
  const files = new Map<string, StaticFile>();
  let bytes = 0;
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const plain = readFileSync(join(folder, name));
    const variant = (suffix: string) => (names.includes(`${name}${suffix}`) ? readFileSync(join(folder, `${name}${suffix}`)) : undefined);
    const file = { type, plain, br: variant('.br'), gzip: variant('.gz'), etag: etagOf(plain), isHashed: name.startsWith('assets/') };
    bytes += plain.length + (file.br?.length ?? 0) + (file.gzip?.length ?? 0);
    if (bytes > MAX_BYTES) throw new Error(`Cannot serve "${folder}": it holds more than ${MAX_BYTES} bytes`);
    files.set(PAGES.get(name) ?? `/${name}`, file);
  }
  return files;
}

/** A route for each file; the two pages have one even when they have not been built. */
export function staticRoutes(files: ReadonlyMap<string, StaticFile>): readonly Route[] {
  const paths = new Set([...PAGES.values(), ...files.keys()]);
  return [...paths].map((path) =>
    defineRoute({
      method: 'GET',
      path,
      policy: 'public',
      group: 'pages',
      summary: 'A page or one of its parts',
      responses: { 200: { description: 'The file', type: files.get(path)?.type ?? 'text/html' } },
      handle: ({ header }) => serve(files.get(path), { encodings: header('accept-encoding') ?? '', known: header('if-none-match') ?? '' }),
    }),
  );
}

const PAGES: ReadonlyMap<string, string> = new Map([
  ['index.html', '/'],
  ['shop.html', '/shop'],
]);

function serve(file: StaticFile | undefined, asked: { readonly encodings: string; readonly known: string }): Answer {
  if (file === undefined) return problem('pages-missing');
  const headers = {
    etag: file.etag,
    vary: 'accept-encoding',
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (asked.known.includes(file.etag)) return { kind: 'content', status: 304, type: file.type, body: '', headers };
  const { body, encoding } = variantFor(file, asked.encodings);
  return {
    kind: 'content',
    status: 200,
    type: file.type,
    body,
    headers: { ...headers, ...(encoding ? { 'content-encoding': encoding } : {}) },
  };
}

function variantFor(file: StaticFile, encodings: string): { readonly body: Buffer; readonly encoding?: string } {
  const accepted = encodings.split(',').map((part) => part.trim().toLowerCase());
  const accepts = (name: string) => accepted.some((part) => part === name || (part.startsWith(`${name};`) && !/q=0(\.0*)?$/.test(part)));
  if (file.br !== undefined && accepts('br')) return { body: file.br, encoding: 'br' };
  if (file.gzip !== undefined && accepts('gzip')) return { body: file.gzip, encoding: 'gzip' };
  return { body: file.plain };
}

function namesIn(folder: string, prefix: string, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = statSync(path);
    if (stats.isDirectory()) return namesIn(path, `${prefix}${name}/`, depth + 1);
    return stats.isFile() && /^[\w.-]+$/.test(name) ? [`${prefix}${name}`] : [];
  });
}

function etagOf(content: Buffer): string {
  return `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}
