import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loaded } from './config/small-store.ts';
import { requirePeer } from './support/peers.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly bin: { readonly endcap: string } };

describe('the image', () => {
  const lines = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ').split('\n');

  it('runs without root, writes to one volume and starts the program of the package', () => {
    expect(lines).toContain('USER node');
    expect(lines).toContain('VOLUME /data');
    expect(lines).toContain(`ENTRYPOINT ["node", "/app/${manifest.bin.endcap}"]`);
  });

  it('copies only what is in the repository or made by the build', () => {
    const sources = lines
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
      .filter((word) => !word.startsWith('--'))
      .map((word) => word.replace(/^\/app\//, ''))
      .filter((word) => !['.', 'dist', 'empty', 'node_modules'].includes(word));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });

  it('sets variables that are settings', () => {
    const environment = Object.fromEntries(
      [...lines.join('\n').matchAll(/\b(ENDCAP_\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
    );
    delete environment['ENDCAP_CONFIG'];
    expect(Object.keys(environment).length).toBeGreaterThan(2);
    expect(loaded(readFileSync('config/store.example.yaml', 'utf8'), environment).config.data.dir).toBe('/data');
  });

  it('asks a health probe that is a program', () => {
    const probe = /CMD (\["node", "-e".*\])$/.exec(lines.find((line) => line.startsWith('HEALTHCHECK')) ?? '')?.[1];
    const [, , script] = JSON.parse(probe ?? '[]') as readonly string[];
    const run = spawnSync(process.execPath, ['-e', script ?? ''], { env: { ENDCAP_HTTP_PORT: '1' }, timeout: 10_000 });
    expect([run.status, run.stderr.toString()]).toEqual([1, '']);
  });
});

describe('the systemd unit', () => {
  const unit = readFileSync('config/endcap.service', 'utf8');

  it('starts the program of the package and leaves a wrong configuration alone', () => {
    expect(unit).toContain(`ExecStart=/usr/bin/node /opt/endcap/${manifest.bin.endcap} start --config /etc/endcap/store.yaml\n`);
    expect(unit).toContain('RestartPreventExitStatus=64 78\n');
  });

  it.each([
    'DynamicUser=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'SystemCallFilter=@system-service',
    'StateDirectory=endcap',
    'Restart=always',
    'LimitCORE=0',
  ])('says %s', (line) => {
    expect(unit.split('\n')).toContain(line);
  });

  it('holds nothing that breaks the JavaScript engine', () => {
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m);
  });
});

describe('the CI entry', () => {
  it('is executable and a bash script that reads', () => {
    expect(statSync('.ci/run').mode & 0o111).not.toBe(0);
    execFileSync('bash', ['-n', '.ci/run']);
  });
});

describe('the mosquitto example', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'endcap-mosquitto-'));
    // mosquitto gives up root, and must still reach its files.
    chmodSync(folder, 0o777);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('starts, and lets a device write its own topics and no others', async () => {
    const program = requirePeer('mosquitto');
    const publish = requirePeer('mosquitto_pub');
    const port = await freePort();
    const passwords = join(folder, 'passwd');
    writeFileSync(passwords, '');
    for (const user of ['endcap', 'shelf-03']) execFileSync('mosquitto_passwd', ['-b', passwords, user, 'secret-of-a-test']);
    chmodSync(passwords, 0o644);
    const config = readFileSync('config/mosquitto.conf', 'utf8')
      .replace(/^(certfile|keyfile|tls_version) .*\n/gm, '')
      .replace('listener 8883', `listener ${port} 127.0.0.1`)
      .replaceAll('/etc/mosquitto/endcap.passwd', passwords)
      .replaceAll('/etc/mosquitto/endcap.acl', join(process.cwd(), 'config/mosquitto.acl'))
      .replaceAll('/var/lib/mosquitto/', `${folder}/`);
    const file = join(folder, 'mosquitto.conf');
    writeFileSync(file, `user root\n${config}`);
    const broker = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const closed = once(broker, 'close');
    let said = '';
    broker.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    try {
      await listening(port, () => said);
      const send = (topic: string, password = 'secret-of-a-test') =>
        spawnSync(publish, [
          '-V',
          '5',
          '-h',
          '127.0.0.1',
          '-p',
          String(port),
          '-u',
          'shelf-03',
          '-P',
          password,
          '-q',
          '1',
          '-t',
          topic,
          '-m',
          '{}',
        ]);
      expect(send('endcap/v1/demo/shelf-03/event')).toMatchObject({ status: 0 });
      expect(send('endcap/v1/demo/shelf-04/event').stderr.toString()).toContain('Not authorized');
      expect(send('endcap/v1/demo/shelf-03/set').stderr.toString()).toContain('Not authorized');
      expect(send('endcap/v1/demo/shelf-03/event', 'wrong').status).not.toBe(0);
    } finally {
      broker.kill();
      await closed;
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Polls until somebody listens on the port. */
async function listening(port: number, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot reach mosquitto: ${said()}`);
}
