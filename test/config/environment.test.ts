import { describe, expect, it } from 'vitest';
import { listSettings } from '../../config/settings.ts';
import { loaded, problemsOf, SMALL_STORE } from './small-store.ts';

describe('every setting can be overridden by the environment', () => {
  it.each([
    ['a number', { ENDCAP_HTTP_PORT: '9090' }, (config: Config) => config.http.port, 9090],
    ['another number', { ENDCAP_MQTT_PORT: '0' }, (config: Config) => config.mqtt.port, 0],
    ['text', { ENDCAP_STORE_NAME: 'Other' }, (config: Config) => config.store.name, 'Other'],
    ['text that looks like a number', { ENDCAP_STORE_ID: '42' }, (config: Config) => config.store.id, '42'],
    ['a duration', { ENDCAP_POLICY_VISIT_IDLE: '30 min' }, (config: Config) => config.policy.visitIdle, 1_800_000],
    ['a share', { ENDCAP_POLICY_HOLDOUT_SHARE: '20%' }, (config: Config) => config.policy.holdoutShare, 0.2],
    ['a size', { ENDCAP_DATA_QUOTA: '500MB' }, (config: Config) => config.data.quota, 500_000_000],
    ['a switch', { ENDCAP_SIMULATOR_ENABLED: 'yes' }, (config: Config) => config.simulator.enabled, true],
    [
      'a list of words',
      { ENDCAP_HTTP_ALLOWED_HOSTS: 'a.example, b.example' },
      (config: Config) => config.http.allowedHosts,
      ['a.example', 'b.example'],
    ],
    ['a setting of a section of a section', { ENDCAP_MQTT_LIMITS_BURST: '7' }, (config: Config) => config.mqtt.limits.burst, 7],
    ['a folder, from the working directory', { ENDCAP_DATA_DIR: 'here' }, (config: Config) => config.data.dir, '/srv/shop/here'],
    ['nothing, for an empty value', { ENDCAP_HTTP_PORT: '' }, (config: Config) => config.http.port, 8080],
  ])('%s', (_name, environment, read, value) => {
    expect(read(loaded(SMALL_STORE, environment as Readonly<Record<string, string>>).config)).toEqual(value);
  });

  it('the environment wins over the file', () => {
    expect(loaded(`${SMALL_STORE}http: { port: 1000 }\n`, { ENDCAP_HTTP_PORT: '2000' }).config.http.port).toBe(2000);
  });

  it.each([
    [
      'an unknown name, with what was meant',
      { ENDCAP_HTTP_PROT: '1' },
      'ENDCAP_HTTP_PROT: unknown setting "ENDCAP_HTTP_PROT" (did you mean "ENDCAP_HTTP_PORT"?)',
    ],
    ['a word for a number', { ENDCAP_HTTP_PORT: 'http' }, 'ENDCAP_HTTP_PORT: expected a number, got "http"'],
    ['a number for a switch', { ENDCAP_SIMULATOR_ENABLED: '2' }, 'ENDCAP_SIMULATOR_ENABLED: expected "true" or "false", got "2"'],
    ['a value that the schema refuses', { ENDCAP_MQTT_PORT: '70000' }, 'ENDCAP_MQTT_PORT: mqtt.port: expected at most 65535, got 70000'],
    [
      'a value that makes no sense here',
      { ENDCAP_MQTT_USERNAME: 'me' },
      'ENDCAP_MQTT_USERNAME: mqtt.username: is for an external broker (set mqtt.url too)',
    ],
  ])('%s is a problem of the variable', (_name, environment, problem) => {
    expect(problemsOf(SMALL_STORE, environment as Readonly<Record<string, string>>)).toEqual([problem]);
  });

  it('names of tests and of the file itself pass', () => {
    expect(problemsOf(SMALL_STORE, { ENDCAP_CONFIG: 'x', ENDCAP_TEST_REQUIRE_ALL: '1', PATH: '/bin' })).toEqual([]);
  });

  it('no two settings have the same variable, and each one says what it means', () => {
    const settings = listSettings();
    expect(new Set(settings.map((setting) => setting.variable)).size).toBe(settings.length);
    expect(settings.filter((setting) => setting.description === '')).toEqual([]);
  });
});

type Config = ReturnType<typeof loaded>['config'];
