import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import { SMALL_STORE } from './small-store.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endcap-config-'));
  mkdirSync(join(folder, 'etc'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(extra: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'etc', 'store.yaml'), `${SMALL_STORE}${extra}`);
  return loadConfig({ file: 'etc/store.yaml', environment, workingDirectory: folder });
}

function loadWell(extra: string) {
  const outcome = load(extra);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.loaded;
}

describe('loading a configuration', () => {
  it('paths in the file start at its folder, the default data folder at the working directory', () => {
    const { config, file } = loadWell('model: { manifestFile: intent.json }\n');
    expect(file).toBe(join(folder, 'etc', 'store.yaml'));
    expect(config.model.manifestFile).toBe(join(folder, 'etc', 'intent.json'));
    expect(config.data.dir).toBe(join(folder, 'data'));
    expect(loadWell('data: { dir: here }\n').config.data.dir).toBe(join(folder, 'etc', 'here'));
  });

  it('a section without lines is the same as none', () => {
    expect(loadWell('http:\n  # port: 1\ndata:\n').config.http.port).toBe(8080);
  });

  it('secrets come from files, without the line break at their end', () => {
    writeFileSync(join(folder, 'etc', 'password'), 'open sesame\n', { mode: 0o600 });
    writeFileSync(join(folder, 'etc', 'till'), 'till-secret', { mode: 0o600 });
    const hash = createHash('sha256').update('other').digest('hex');
    const { secrets, warnings } = loadWell(
      `mqtt: { url: "mqtts://broker", username: me, passwordFile: password }\nhttp: { tillKeys: [{ till: a, keyFile: till }, { till: b, keyHash: "sha256:${hash}" }] }\n`,
    );
    expect(secrets.mqttPassword).toBe('open sesame');
    expect([...secrets.tillKeyHashes]).toEqual([
      ['a', createHash('sha256').update('till-secret').digest('hex')],
      ['b', hash],
    ]);
    expect(warnings).toEqual([]);
  });

  it('a secret that everybody can read is a warning that does not tell it', () => {
    writeFileSync(join(folder, 'etc', 'password'), 'open sesame');
    chmodSync(join(folder, 'etc', 'password'), 0o644);
    const { warnings } = loadWell('mqtt: { url: "mqtts://broker", passwordFile: password }\n');
    expect(warnings.map(formatProblem)).toEqual([
      `etc/store.yaml:24:46: mqtt.passwordFile: every user of this machine can read the file (chmod 600 ${folder}/etc/password)`,
    ]);
  });

  it.each([
    ['an empty secret', '', 'is empty'],
    ['a huge secret', 'x'.repeat(20_000), 'is larger than 16384 bytes'],
  ])('%s is a problem', (_name, content, reason) => {
    writeFileSync(join(folder, 'etc', 'password'), content, { mode: 0o600 });
    const outcome = load('mqtt: { url: "mqtts://broker", passwordFile: password }\n');
    expect(outcome.kind === 'invalid' && outcome.problems.map((problem) => problem.message)).toEqual([
      `mqtt.passwordFile: "${folder}/etc/password" ${reason}`,
    ]);
  });

  it('a file that is not there is one problem', () => {
    const outcome = loadConfig({ file: 'nowhere.yaml', environment: {}, workingDirectory: folder });
    expect(outcome.kind === 'invalid' && outcome.problems.map(formatProblem)).toEqual(['nowhere.yaml: cannot be read: no such file']);
  });

  it.each([
    ['http: { host: 0.0.0.0 }', 'http.host: the pages are served unencrypted on 0.0.0.0'],
    ['mqtt: { host: 192.168.1.5 }', 'mqtt.host: devices sign in unencrypted on 192.168.1.5'],
    ['mqtt: { url: "mqtt://broker" }', 'mqtt.url: the broker is spoken to unencrypted'],
  ])('%s works with a warning', (line, message) => {
    expect(loadWell(`${line}\n`).warnings.map((warning) => warning.message)).toEqual([message]);
  });
});
