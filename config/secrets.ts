import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Issue } from './problem.ts';
import { formatPath } from './problem.ts';
import type { StoreConfig } from './schema.ts';

/** What the configuration keeps in files of their own. Never printed, logged or put into an error. */
export interface Secrets {
  readonly mqttPassword: string | undefined;
  readonly hubKey: string | undefined;
  /** SHA-256 of each till's key as 64 hexadecimal digits, by till. */
  readonly tillKeyHashes: ReadonlyMap<string, string>;
  /** Bind keys of sensors that encrypt, 32 hexadecimal digits each, by device. */
  readonly bindKeys: ReadonlyMap<string, string>;
  /** Passwords of cameras, by camera. */
  readonly cameraPasswords: ReadonlyMap<string, string>;
  /** SHA-256 of the keys that may read the metrics. */
  readonly metricsKeyHashes: readonly string[];
}

const LARGEST_SECRET_BYTES = 16_384;

/** Reads every secret that the configuration names; a file that cannot be used is an issue at its setting. Paths must be absolute. */
export function readSecrets(config: StoreConfig): {
  readonly secrets: Secrets;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
} {
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const read = (file: string | undefined, path: readonly PropertyKey[]): string | undefined => {
    if (file === undefined) return undefined;
    const answer = readSecretFile(file);
    if (answer.kind === 'unusable') issues.push({ path, message: `${formatPath(path)}: ${answer.reason}` });
    if (answer.kind === 'secret' && answer.readableByAll) {
      warnings.push({ path, message: `${formatPath(path)}: every user of this machine can read the file`, hint: `chmod 600 ${file}` });
    }
    return answer.kind === 'secret' ? answer.value : undefined;
  };
  const hashed = (key: { readonly keyHash?: string | undefined; readonly keyFile?: string | undefined }, path: readonly PropertyKey[]) =>
    key.keyHash?.slice('sha256:'.length) ?? sha256(read(key.keyFile, [...path, 'keyFile']) ?? '');
  const secrets: Secrets = {
    mqttPassword: read(config.mqtt.passwordFile, ['mqtt', 'passwordFile']),
    hubKey: read(config.sync.keyFile, ['sync', 'keyFile']),
    tillKeyHashes: new Map(config.http.tillKeys.map((key, index) => [key.till, hashed(key, ['http', 'tillKeys', index])])),
    bindKeys: new Map(
      config.bluetooth.keys.flatMap(({ device, keyFile }, index) => {
        const path = ['bluetooth', 'keys', index, 'keyFile'];
        const key = read(keyFile, path)?.trim();
        if (key === undefined) return [];
        if (/^[0-9a-f]{32}$/i.test(key)) return [[device, key] as const];
        issues.push({ path, message: `${formatPath(path)}: expected 32 hexadecimal digits in "${keyFile}"` });
        return [];
      }),
    ),
    cameraPasswords: new Map(
      config.cameras.flatMap(({ id, passwordFile }, index) => {
        const password = read(passwordFile, ['cameras', index, 'passwordFile']);
        return password === undefined ? [] : [[id, password] as const];
      }),
    ),
    metricsKeyHashes: config.http.metrics.keys.map((key, index) => hashed(key, ['http', 'metrics', 'keys', index])),
  };
  return { secrets, issues, warnings };
}

function sha256(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

type SecretFile =
  | { readonly kind: 'secret'; readonly value: string; readonly readableByAll: boolean }
  | { readonly kind: 'unusable'; readonly reason: string };

/** The text of a secret file without the line break at its end; at most 16 kB. */
function readSecretFile(file: string): SecretFile {
  try {
    const { size, mode } = statSync(file);
    if (size > LARGEST_SECRET_BYTES) return { kind: 'unusable', reason: `"${file}" is larger than ${LARGEST_SECRET_BYTES} bytes` };
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (value === '') return { kind: 'unusable', reason: `"${file}" is empty` };
    return { kind: 'secret', value, readableByAll: (mode & 0o004) !== 0 };
  } catch (error) {
    return { kind: 'unusable', reason: `cannot read "${file}": ${reasonOf(error)}` };
  }
}

/** What the system said, in words: `no such file`, `permission denied`, ... */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
  };
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
