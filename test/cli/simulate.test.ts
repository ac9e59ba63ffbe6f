import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliRig, written } from './cli-rig.ts';

let rig: CliRig;

beforeAll(() => {
  rig = new CliRig();
  writeFileSync(
    join(rig.folder, 'rush.yaml'),
    'name: rush\ndurationMinutes: 3\narrivals: { factor: 20, initialShoppers: 10 }\nstartsAtHour: 12\n',
  );
});

afterAll(() => {
  rig[Symbol.dispose]();
});

describe('endcap simulate', { timeout: 120_000 }, () => {
  it('fills an agent that runs alone with devices and shoppers, and writes down what really happened', async () => {
    const environment = { ENDCAP_DATA_DIR: 'store' };
    const secrets = await rig.run(['device', 'add', '--all', '--json'], environment);
    writeFileSync(join(rig.folder, 'secrets.jsonl'), secrets.stdout);
    const agent = rig.start(['start', '--no-simulator'], environment);
    const [, http] = await written(agent, /Manager page +(http:\/\/\S+)/);
    const [, mqtt] = await written(agent, /Devices +(mqtt:\/\/\S+)/);
    const words = ['--scenario', 'rush.yaml', '--credentials', 'secrets.jsonl', '--speed', '30', '--seed', '7', '--truth', 'truth.jsonl'];
    const { code, stdout, stderr } = await rig.run(['simulate', ...words, '--mqtt', mqtt!, '--http', http!]);
    agent.stop('SIGTERM');
    await agent.ended;
    expect([code, stderr]).toEqual([0, '']);
    const { messages } = JSON.parse(stdout) as { readonly messages: { readonly generated: number; readonly acknowledged: number } };
    expect(messages.acknowledged).toBeGreaterThan(10);
    const truth = readFileSync(join(rig.folder, 'truth.jsonl'), 'utf8').trim().split('\n');
    expect(truth.map((line) => (JSON.parse(line) as { readonly kind: string }).kind)).toContain('arrived');
  });

  it.each([
    ['a scenario that is not there', ['--scenario', 'nowhere.yaml'], 78, 'nowhere.yaml'],
    ['a speed beyond the limit', ['--speed', '1000'], 64, 'expected a number from 1 to 100'],
    ['credentials of another form', ['--credentials', 'rush.yaml'], 64, 'line 1 is not what "endcap device add --json" prints'],
    ['a missing file of credentials', ['--credentials', 'nowhere'], 69, 'no such file'],
  ])('%s is one line', async (_name, words, code, says) => {
    const run = await rig.run(['simulate', ...words]);
    expect([run.code, run.stdout]).toEqual([code, '']);
    expect(run.stderr).toContain(says);
    expect(run.stderr.split('\n')).toHaveLength(2);
  });
});
