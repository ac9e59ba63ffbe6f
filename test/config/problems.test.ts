import { describe, expect, it } from 'vitest';
import { problemsOf, SMALL_STORE } from './small-store.ts';

/** A change to the small store and the one line that a person reads about it. */
const TABLE: readonly (readonly [name: string, from: string, to: string, problem: string])[] = [
  [
    'an unknown key, with what was meant',
    'currency: EUR',
    'curency: EUR',
    'store.yaml:4:3: unknown setting "curency" in store (did you mean "currency"?)',
  ],
  ['an unknown section', 'tags:', 'tgas:', 'store.yaml:15:1: unknown setting "tgas" (did you mean "tags"?)'],
  [
    'an unknown key in a list',
    'cost: 1.50',
    'cost: 1.50, colour: red',
    'store.yaml:12:68: unknown setting "colour" in products[0] (known here: sku, name, category, price, cost, unitGrams, unitSpreadGrams)',
  ],
  ['a missing value, at its section', '  name: Corner\n', '', 'store.yaml:2:3: store.name is missing'],
  [
    'a section that is text',
    '  plan: { widthM: 10, depthM: 8 }',
    '  plan: big',
    'store.yaml:6:9: store.plan: expected a section with settings, got "big"',
  ],
  ['a value left out after its key', 'name: Corner\n', 'name:\n', 'store.yaml:3:8: store.name: expected text, got nothing'],
  [
    'a list that is a section',
    'tags:\n  - { id: cart-1, name: Cart 1 }',
    'tags:\n  id: cart-1',
    'store.yaml:16:3: tags: expected a list, got a section',
  ],
  [
    'a price with three decimals',
    'price: 2.99',
    'price: 2.999',
    'store.yaml:12:50: products[0].price: expected an amount with at most two decimals, like 4.99, got 2.999',
  ],
  ['a free product', 'price: 2.99', 'price: 0', 'store.yaml:12:50: products[0].price: expected 0.01 or more, got 0'],
  [
    'a negative cost',
    'cost: 1.50',
    'cost: -1',
    'store.yaml:12:62: products[0].cost: expected an amount with at most two decimals, like 4.99, got -1',
  ],
  [
    'an article number without quotes',
    'sku: TEA, name: Tea',
    'sku: 4001234567890, name: Tea',
    'store.yaml:12:12: products[0].sku: expected text, got the number 4001234567890: put it in quotes',
  ],
  [
    'an id that is unsafe in topics',
    'id: corner',
    'id: a/+/#',
    'store.yaml:2:7: store.id: expected 1 to 64 letters, digits, "_", ".", ":" or "-", starting with a letter or digit, got "a/+/#"',
  ],
  [
    'a currency without cents',
    'EUR',
    'JPY',
    'store.yaml:4:13: store.currency: expected a currency with two decimals: amounts are kept in hundredths, got "JPY"',
  ],
  [
    'a time zone that is none',
    'Europe/Berlin',
    'Europe/Bonn',
    'store.yaml:5:13: store.timeZone: expected a time zone like Europe/Berlin, got "Europe/Bonn"',
  ],
  ['a shape with two corners', ', [10, 8]]', ']', 'store.yaml:8:38: zones[0].outline: expected at least 3 entries, got a list of 2'],
  ['a point with one number', '[10, 8]', '[10]', 'store.yaml:8:56: zones[0].outline[2]: expected at least 2 entries, got a list of 1'],
  ['a corner outside the plan', '[10, 8]', '[10, 9]', 'store.yaml:8:56: zones[0].outline[2]: [10, 9] is outside the plan of 10 m by 8 m'],
  [
    'a choice that is none',
    'role: sensor',
    'role: senzor',
    'store.yaml:14:46: devices[0].role: expected one of sensor, scanner, camera, till, display, door, got "senzor" (did you mean "sensor"?)',
  ],
  [
    'a slot with an unknown product',
    'sku: TEA }]',
    'sku: TAE }]',
    'store.yaml:10:81: fixtures[0].slots[0].sku: there is no product "TAE" (did you mean "TEA"?)',
  ],
  [
    'a fixture in no zone',
    'zone: hall, at',
    'zone: hal, at',
    'store.yaml:10:39: fixtures[0].zone: there is no zone "hal" (did you mean "hall"?)',
  ],
  [
    'a fixture with an unknown display',
    'at: [2, 3]',
    'at: [2, 3], display: lobby',
    'store.yaml:10:66: fixtures[0].display: there is no device "lobby"',
  ],
  [
    'a display that is a sensor',
    'at: [2, 3]',
    'at: [2, 3], display: shelf-1',
    'store.yaml:10:66: fixtures[0].display: device "shelf-1" is a sensor, not a display',
  ],
  [
    'a device at an unknown fixture',
    'fixture: shelf-1',
    'fixture: shelf-2',
    'store.yaml:14:63: devices[0].fixture: there is no fixture "shelf-2" (did you mean "shelf-1"?)',
  ],
  [
    'a device of an unknown family',
    'fixture: shelf-1',
    'adapter: nativ',
    'store.yaml:14:63: devices[0].adapter: there is no adapter "nativ" (did you mean "native"?)',
  ],
  [
    'a campaign for an unknown product',
    'skus: [TEA]',
    'skus: [TEE]',
    'store.yaml:20:12: campaigns[0].skus[0]: there is no product "TEE" (did you mean "TEA"?)',
  ],
  [
    'a campaign for an unknown category',
    'skus: [TEA]',
    'categories: [tee]',
    'store.yaml:20:18: campaigns[0].categories[0]: there is no category "tee" (did you mean "tea"?)',
  ],
  ['a campaign for nothing', '    skus: [TEA]\n', '', 'store.yaml:18:5: campaigns[0]: is for nothing (name skus or categories)'],
  [
    'a discount that leaves no margin',
    'discount: 10%',
    'discount: 1.49',
    'store.yaml:21:15: campaigns[0].discount: leaves no product of the campaign the margin of policy.marginFloor 0.05 (for example TEA: price 2.99, cost 1.50)',
  ],
  [
    'a discount of everything',
    'discount: 10%',
    'discount: 100%',
    'store.yaml:21:15: campaigns[0].discount: expected a discount like "15%" or an amount like 0.50, got "100%"',
  ],
  [
    'a campaign that ends before it starts',
    'budget: 20',
    'budget: 20\n    startsAt: 2026-05-02\n    endsAt: 2026-05-01',
    'store.yaml:24:13: campaigns[0].endsAt: is not after startsAt 2026-05-02',
  ],
  [
    'a day that no calendar has',
    'budget: 20',
    'budget: 20\n    startsAt: 2026-02-30',
    'store.yaml:23:15: campaigns[0].startsAt: there is no 2026-02-30',
  ],
  [
    'intent limits the wrong way round',
    'budget: 20',
    'budget: 20\n    minIntent: 90%',
    'store.yaml:18:5: campaigns[0].maxIntent: expected more than minIntent 0.9',
  ],
  [
    'a tag given twice',
    '  - { id: cart-1, name: Cart 1 }',
    '  - { id: cart-1, name: Cart 1 }\n  - { id: cart-1, name: Cart 2 }',
    'store.yaml:17:11: tag "cart-1" is given twice (it is tags[0] already)',
  ],
  [
    'a key given twice',
    '  name: Corner\n',
    '  name: Corner\n  name: Other\n',
    'store.yaml:4:3: not readable as YAML: Map keys must be unique (keep one of the two)',
  ],
  [
    'a prototype as a key',
    '  name: Corner\n',
    '  name: Corner\n  __proto__: {}\n',
    'store.yaml:4:3: unknown setting "__proto__" in store (known here: id, name, currency, timeZone, contact, plan)',
  ],
  [
    'a device with a name of our own',
    'id: shelf-1, name: Shelf sensor',
    'id: agent, name: Shelf sensor',
    'store.yaml:14:11: devices[0].id: "agent" is a name of the agent\'s own topics',
  ],
];

/** A line appended to the small store, as its line 24 and on. */
const APPENDED: readonly (readonly [name: string, lines: string, problem: string])[] = [
  [
    'a duration without unit',
    'policy: { visitIdle: 15 }',
    'store.yaml:24:22: policy.visitIdle: expected a time with its unit, like "250ms", "30s", "15m", "2h" or "7d", got 15',
  ],
  ['a duration out of range', 'policy: { visitIdle: 2d }', 'store.yaml:24:22: policy.visitIdle: expected 10s to 1d, got "2d"'],
  [
    'a share above one',
    'policy: { holdoutShare: 10 }',
    'store.yaml:24:25: policy.holdoutShare: expected a share from 0 to 1, like 0.1 or "10%", got 10',
  ],
  [
    'quiet hours without a minute',
    'policy: { quietHours: [{ from: "21", to: "08:00" }] }',
    'store.yaml:24:32: policy.quietHours[0].from: expected a time of day in quotes, like "20:30", got "21"',
  ],
  [
    'quiet hours of no length',
    'policy: { quietHours: [{ from: "08:00", to: "08:00" }] }',
    'store.yaml:24:45: policy.quietHours[0]: begins and ends at 08:00',
  ],
  ['a port out of range', 'http: { port: 99999 }', 'store.yaml:24:15: http.port: expected at most 65535, got 99999'],
  ['a port with a fraction', 'http: { port: 80.5 }', 'store.yaml:24:15: http.port: expected a whole number, got 80.5'],
  [
    'a size without unit',
    'data: { quota: 4000 }',
    'store.yaml:24:16: data.quota: expected a size with its unit, like "64kB", "500MB" or "4GB", got 4000',
  ],
  [
    'a broker that speaks something else',
    'mqtt: { url: "http://broker" }',
    'store.yaml:24:14: mqtt.url: expected a broker address like mqtts://broker.example:8883, got "http://broker"',
  ],
  [
    'a broker password in the open',
    'mqtt: { url: "mqtts://me:secret@broker" }',
    'store.yaml:24:14: mqtt.url: holds a password (use mqtt.username and mqtt.passwordFile)',
  ],
  [
    'an account without a broker',
    'mqtt: { username: me }',
    'store.yaml:24:19: mqtt.username: is for an external broker (set mqtt.url too)',
  ],
  [
    'a hub without encryption',
    'sync: { url: "http://hub.example" }',
    'store.yaml:24:14: sync.url: is not encrypted and leaves this machine (use https)',
  ],
  [
    'a till key in two ways',
    `http: { tillKeys: [{ till: t, keyFile: k, keyHash: "sha256:${'0'.repeat(64)}" }] }`,
    'store.yaml:24:20: http.tillKeys[0]: expected either keyHash or keyFile, got a section',
  ],
  [
    'a secret file that is not there',
    'mqtt: { url: "mqtts://broker", passwordFile: nowhere/pw }',
    'store.yaml:24:46: mqtt.passwordFile: cannot read "/srv/shop/nowhere/pw": no such file',
  ],
  [
    'a tab as indent',
    'http:\n\tport: 1',
    'store.yaml:25:1: not readable as YAML: Tabs are not allowed as indentation (indent with spaces)',
  ],
];

describe('a problem of a configuration is one line with file, line and column', () => {
  it('none for the small store', () => {
    expect(problemsOf(SMALL_STORE)).toEqual([]);
  });

  it.each(TABLE)('%s', (_name, from, to, problem) => {
    expect(SMALL_STORE).toContain(from);
    expect(problemsOf(SMALL_STORE.replace(from, () => to))).toContain(problem);
  });

  it.each(APPENDED)('%s', (_name, lines, problem) => {
    expect(problemsOf(`${SMALL_STORE}${lines}\n`)).toContain(problem);
  });

  it('a misspelt key is one problem, not two', () => {
    expect(problemsOf(SMALL_STORE.replace('currency: EUR', 'curency: EUR'))).toHaveLength(1);
  });

  it('a password in a wrong address is not repeated', () => {
    const [problem] = problemsOf(`${SMALL_STORE}sync: { url: "htp://me:hunter2@hub" }\n`);
    expect(problem).toContain('"htp://...@hub"');
    expect(problem).not.toContain('hunter2');
  });

  it('many are reported at once, in the order of the file', () => {
    const text = SMALL_STORE.replace('id: corner', 'id: 7')
      .replace('zone: hall, at', 'zone: hal, at')
      .replace('price: 2.99', 'price: x')
      .concat('htpp: {}\n');
    const problems = problemsOf(text, { ENDCAP_HTTP_PROT: '1', ENDCAP_MQTT_PORT: 'x' });
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
      'store.yaml:2:7',
      'store.yaml:10:39',
      'store.yaml:12:50',
      'store.yaml:24:1',
      'ENDCAP_HTTP_PROT',
      'ENDCAP_MQTT_PORT',
    ]);
  });

  it.each([
    ['an empty file', ''],
    ['a lone word', 'hello'],
    ['a list', '- 1'],
    ['control characters', '\u0000\u0001'],
    ['deep nesting', '['.repeat(5_000)],
    ['an alias that refers to itself', 'a: &a [*a]'],
    [
      'a bomb of aliases',
      `a: &a [x, x]\n${Array.from({ length: 24 }, (_, n) => `${String.fromCharCode(98 + n)}: &${String.fromCharCode(98 + n)} [*${String.fromCharCode(97 + n)}, *${String.fromCharCode(97 + n)}]`).join('\n')}`,
    ],
  ])('%s is a problem and no crash', (_name, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});
