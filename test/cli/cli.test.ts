import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreDatabase } from '../../agent/store/database.ts';
import { DeviceCredentials } from '../../agent/store/devices.ts';
import { SMALL_STORE } from '../config/small-store.ts';
import { CliRig, takePort } from './cli-rig.ts';

let rig: CliRig;

beforeAll(() => {
  rig = new CliRig();
  writeFileSync(join(rig.folder, 'store.yaml'), SMALL_STORE);
  writeFileSync(join(rig.folder, 'broken.yaml'), SMALL_STORE.replace('sku: TEA }]', 'sku: TAE }]').replace('price: 2.99', 'price: free'));
});

afterAll(() => {
  rig[Symbol.dispose]();
});

describe('exit codes', { timeout: 120_000 }, () => {
  it.each([
    ['help', ['--help'], 0],
    ['the version', ['--version'], 0],
    ['a sound configuration', ['config', 'check', 'store.yaml'], 0],
    ['the sample store', ['config', 'check'], 0],
    ['a configuration with problems', ['config', 'check', 'broken.yaml'], 78],
    ['a configuration that is not there', ['config', 'check', 'nowhere.yaml'], 78],
    ['a start with problems in the configuration', ['start', '--config', 'broken.yaml'], 78],
    ['an unknown command', ['strat'], 64],
    ['an unknown option', ['start', '--confg', 'x'], 64],
    ['a missing argument', ['device', 'add'], 64],
    ['no command at all', [], 64],
  ])('%s', async (_name, words, code) => {
    expect((await rig.run(words)).code).toBe(code);
  });
});

describe('errors', { timeout: 120_000 }, () => {
  it('are a line each, with place and hint, and no stack', async () => {
    const { stderr, stdout } = await rig.run(['config', 'check', 'broken.yaml']);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toEqual([
      'broken.yaml:10:81: fixtures[0].slots[0].sku: there is no product "TAE" (did you mean "TEA"?)',
      'broken.yaml:12:50: products[0].price: expected an amount with at most two decimals, like 4.99, got "free"',
      'endcap: Cannot use the configuration "broken.yaml": it has 2 problems',
      '',
    ]);
  });

  it('show the stack with --verbose', async () => {
    expect((await rig.run(['config', 'check', 'broken.yaml', '--verbose'])).stderr).toContain('    at ');
  });

  it('a misspelt command says what was meant', async () => {
    expect((await rig.run(['doctr'])).stderr).toBe("endcap: unknown command 'doctr' (Did you mean doctor?)\n");
  });

  it('a misspelt variable is named', async () => {
    const { code, stderr } = await rig.run(['config', 'check', 'store.yaml'], { ENDCAP_HTTP_PROT: '1' });
    expect([code, stderr.split('\n')[0]]).toEqual([
      78,
      'ENDCAP_HTTP_PROT: unknown setting "ENDCAP_HTTP_PROT" (did you mean "ENDCAP_HTTP_PORT"?)',
    ]);
  });
});

describe('endcap config', { timeout: 120_000 }, () => {
  it('ENDCAP_CONFIG names the file where the command line does not', async () => {
    expect((await rig.run(['config', 'check'], { ENDCAP_CONFIG: 'store.yaml' })).stdout).toContain('OK store.yaml: store "corner"');
  });

  it('what it prints is a configuration, the environment filled in', async () => {
    const printed = await rig.run(['config', 'print', 'store.yaml'], { ENDCAP_HTTP_PORT: '9191' });
    writeFileSync(join(rig.folder, 'printed.yaml'), printed.stdout);
    expect(printed.stdout).toContain('port: 9191');
    expect((await rig.run(['config', 'print', 'printed.yaml'], { ENDCAP_HTTP_PORT: '9191' })).stdout).toBe(printed.stdout);
  });

  it('prints the schema that is committed, and a table of settings', async () => {
    const schema: unknown = JSON.parse((await rig.run(['config', 'schema'])).stdout);
    expect(schema).toEqual(JSON.parse(readFileSync('config/store.schema.json', 'utf8')));
    expect((await rig.run(['config', 'reference'])).stdout).toContain('| `http.port` | `ENDCAP_HTTP_PORT` | `8080` |');
  });

  it('colours nothing that is not a terminal', async () => {
    expect((await rig.run(['config', 'check', 'store.yaml'])).stdout).not.toContain('\u001b');
  });
});

describe('endcap device', { timeout: 120_000 }, () => {
  it('adds, lists and removes credentials; only a hash is stored', async () => {
    const environment = { ENDCAP_DATA_DIR: 'devices' };
    const added = await rig.run(['device', 'add', 'shelf-1', '--json', '-c', 'store.yaml'], environment);
    const { username, password } = JSON.parse(added.stdout) as { readonly username: string; readonly password: string };
    expect(added.code).toBe(0);
    const dir = join(rig.folder, 'devices');
    expect(readFileSync(join(dir, 'core.db')).includes(password)).toBe(false);
    const database = CoreDatabase.open({ dir, quotaBytes: 64_000_000 });
    expect(new DeviceCredentials(database.sqlite).verify(username, password)).toBe(true);
    expect(new DeviceCredentials(database.sqlite).verify(username, `${password}x`)).toBe(false);
    database.close();

    expect((await rig.run(['device', 'list', '-c', 'store.yaml'], environment)).stdout).toMatch(/^shelf-1 {2}sensor {4}since \d{4}-/);
    expect((await rig.run(['device', 'remove', 'shelf-1', '-c', 'store.yaml'], environment)).code).toBe(0);
    expect((await rig.run(['device', 'remove', 'shelf-1', '-c', 'store.yaml'], environment)).code).toBe(1);
    expect((await rig.run(['device', 'list', '-c', 'store.yaml'], environment)).stdout).toContain('no credentials');
  });

  it('prints a ready line to try it with', async () => {
    const { stdout } = await rig.run(['device', 'add', 'shelf-1', '-c', 'store.yaml'], {
      ENDCAP_DATA_DIR: 'devices',
      ENDCAP_MQTT_PORT: '1883',
    });
    expect(stdout).toMatch(
      /mosquitto_pub -h 127\.0\.0\.1 -p 1883 -u shelf-1 -P '?[\w-]{43}'? -q 1 -t endcap\/v1\/corner\/shelf-1\/event -m '.*"kind":"shelf.pick","slot":"1-1","count":1}'/,
    );
  });

  it('a device that is not in the configuration is refused, with what was meant', async () => {
    const { code, stderr } = await rig.run(['device', 'add', 'shelf1', '-c', 'store.yaml']);
    expect([code, stderr]).toEqual([64, 'endcap: Cannot add device "shelf1": it is not in the configuration (did you mean "shelf-1"?)\n']);
  });
});

describe('endcap doctor', { timeout: 120_000 }, () => {
  it('is content with an empty machine, and changes nothing on it', async () => {
    const { code, stdout } = await rig.run(['doctor', '--json', '-c', 'store.yaml'], { ENDCAP_DATA_DIR: 'untouched' });
    const report = JSON.parse(stdout) as Report;
    expect([code, report.healthy]).toEqual([0, true]);
    expect(new Set(report.findings.map((finding) => finding.check))).toEqual(
      new Set(['config', 'runtime', 'bluetooth', 'clock', 'disk', 'database', 'model', 'broker', 'http', 'cloud']),
    );
    expect(() => readFileSync(join(rig.folder, 'untouched'))).toThrow('ENOENT');
  });

  it('says OK, WARN or FAIL and what to do', async () => {
    await using taken = await takePort();
    const { code, stdout } = await rig.run(['doctor', '-c', 'store.yaml'], {
      ENDCAP_MQTT_PORT: String(taken.port),
      ENDCAP_HTTP_HOST: '0.0.0.0',
    });
    expect(code).toBe(1);
    expect(stdout).toContain(
      `FAIL broker    Another program uses 127.0.0.1:${taken.port}\n               -> stop it, or set mqtt.port (ENDCAP_MQTT_PORT)\n`,
    );
    expect(stdout).toMatch(/WARN config {4}ENDCAP_HTTP_HOST: http.host: the pages are served unencrypted/);
    expect(stdout).toMatch(/OK {3}database /);
  });

  it.each([
    [
      'a port of the pages that is taken',
      'http',
      'fail',
      async () => {
        const taken = await takePort();
        return { environment: { ENDCAP_HTTP_PORT: String(taken.port) }, taken };
      },
    ],
    [
      'an external broker that is away',
      'broker',
      'fail',
      async () => ({ environment: { ENDCAP_MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` } }),
    ],
    [
      'a hub that is away',
      'cloud',
      'warn',
      async () => {
        writeFileSync(join(rig.folder, 'hub.key'), 'secret', { mode: 0o600 });
        return { environment: { ENDCAP_SYNC_URL: `http://127.0.0.1:${await freePort()}`, ENDCAP_SYNC_KEY_FILE: 'hub.key' } };
      },
    ],
    ['a model that is not there', 'model', 'warn', async () => ({ environment: { ENDCAP_MODEL_MANIFEST_FILE: 'nowhere.json' } })],
    ['a data folder below a file', 'disk', 'fail', async () => ({ environment: { ENDCAP_DATA_DIR: '/proc/endcap' } })],
    [
      'a damaged database',
      'database',
      'fail',
      async () => {
        mkdirSync(join(rig.folder, 'damaged'), { recursive: true });
        writeFileSync(join(rig.folder, 'damaged', 'core.db'), Buffer.alloc(40_960, 'noise '));
        return { environment: { ENDCAP_DATA_DIR: 'damaged' } };
      },
    ],
    [
      'a clock behind the last write',
      'clock',
      'fail',
      async () => {
        mkdirSync(join(rig.folder, 'future'), { recursive: true });
        writeFileSync(join(rig.folder, 'future', 'core.db.ballast'), '');
        const later = new Date(Date.now() + 86_400_000);
        utimesSync(join(rig.folder, 'future', 'core.db.ballast'), later, later);
        return { environment: { ENDCAP_DATA_DIR: 'future' } };
      },
    ],
    ['a quota larger than the disk', 'disk', 'warn', async () => ({ environment: { ENDCAP_DATA_QUOTA: '9000TB' } })],
  ] as readonly Trouble[])('%s', async (_name, check, status, prepare) => {
    const { environment, taken } = await prepare();
    const { stdout, code } = await rig.run(['doctor', '--json', '-c', 'store.yaml'], environment);
    await taken?.[Symbol.asyncDispose]();
    const findings = (JSON.parse(stdout) as Report).findings.filter((finding) => finding.check === check);
    expect(findings).toContainEqual(expect.objectContaining({ status, hint: expect.any(String) as string }));
    expect(code).toBe(status === 'fail' ? 1 : 0);
  });

  it('lists the problems of a configuration and still looks at the machine', async () => {
    const { code, stdout } = await rig.run(['doctor', '-c', 'broken.yaml']);
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL config    broken.yaml:12:50: ');
    expect(stdout).toMatch(/OK {3}runtime {3}Node /);
  });
});

interface Report {
  readonly healthy: boolean;
  readonly findings: readonly { readonly check: string; readonly status: string; readonly sentence: string; readonly hint?: string }[];
}

type Trouble = readonly [
  name: string,
  check: string,
  status: 'warn' | 'fail',
  prepare: () => Promise<{ readonly environment: Readonly<Record<string, string>>; readonly taken?: AsyncDisposable }>,
];

async function freePort(): Promise<number> {
  const taken = await takePort();
  await taken[Symbol.asyncDispose]();
  return taken.port;
}
