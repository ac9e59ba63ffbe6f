import { experimentProblems } from '../agent/core/experiments/experiment.ts';
import { zoneGroups } from '../agent/core/locate/resolution.ts';
import { RESERVED_NAMES } from '../devices/topics.ts';
import { isLoopback } from './address.ts';
import { experimentPlans } from './experiment-plans.ts';
import { localMoment } from './local-time.ts';
import type { Issue } from './problem.ts';
import { formatPath } from './problem.ts';
import type { StoreConfig } from './schema.ts';
import { formatMoney } from './values.ts';

/** What each value allows and all of them together do not: only asked of a configuration whose single values are right. */
export function findSenseIssues(config: StoreConfig): readonly Issue[] {
  return [
    ...quietIssues(config),
    ...placeIssues(config),
    ...campaignIssues(config),
    ...experimentIssues(config),
    ...connectionIssues(config),
  ];
}

function quietIssues({ policy }: StoreConfig): Issue[] {
  return policy.quietHours.flatMap(({ from, to }, index) =>
    from === to
      ? [{ path: ['policy', 'quietHours', index, 'to'], message: `policy.quietHours[${index}]: begins and ends at ${from}` }]
      : [],
  );
}

function placeIssues({ store, zones, fixtures, devices }: StoreConfig): Issue[] {
  const { widthM, depthM } = store.plan;
  const devicesById = new Map(devices.map((device) => [device.id, device]));
  const fixturesById = new Map(fixtures.map((fixture) => [fixture.id, fixture]));
  const outside = ([x, y]: readonly [number, number]) => x > widthM || y > depthM;
  const issue = (path: readonly PropertyKey[], [x, y]: readonly [number, number]): Issue => ({
    path,
    message: `${formatPath(path)}: [${x}, ${y}] is outside the plan of ${widthM} m by ${depthM} m`,
  });
  return [
    ...zones.flatMap((zone, index) =>
      zone.outline.flatMap((corner, at) => (outside(corner) ? [issue(['zones', index, 'outline', at], corner)] : [])),
    ),
    ...fixtures.flatMap((fixture, index) => (outside(fixture.at) ? [issue(['fixtures', index, 'at'], fixture.at)] : [])),
    ...fixtures.flatMap((fixture, index) => {
      const display = fixture.display === undefined ? undefined : devicesById.get(fixture.display);
      if (display === undefined || display.role === 'display') return [];
      const message = `fixtures[${index}].display: device "${display.id}" is a ${display.role}, not a display`;
      return [{ path: ['fixtures', index, 'display'], message }];
    }),
    ...devices.flatMap((device, index) => {
      if (!RESERVED_NAMES.has(device.id)) return [];
      return [{ path: ['devices', index, 'id'], message: `devices[${index}].id: "${device.id}" is a name of the agent's own topics` }];
    }),
    ...devices.flatMap((device, index) => {
      const fixture = device.fixture === undefined ? undefined : fixturesById.get(device.fixture);
      if (fixture === undefined || device.zone === undefined || device.zone === fixture.zone) return [];
      const message = `devices[${index}].zone: fixture "${fixture.id}" stands in zone "${fixture.zone}", not "${device.zone}"`;
      return [{ path: ['devices', index, 'zone'], message, hint: 'leave zone out: the fixture says it' }];
    }),
  ];
}

function experimentIssues(config: StoreConfig): Issue[] {
  return experimentProblems(experimentPlans(config)).map((message) => ({ path: ['experiments'], message }));
}

function campaignIssues({ store, campaigns, products, policy }: StoreConfig): Issue[] {
  return campaigns.flatMap((campaign, index) => {
    const at = (key: string): PropertyKey[] => ['campaigns', index, key];
    const issues: Issue[] = [];
    if (campaign.skus.length + campaign.categories.length === 0) {
      issues.push({ path: ['campaigns', index], message: `campaigns[${index}]: is for nothing`, hint: 'name skus or categories' });
    }
    if (campaign.minIntent >= campaign.maxIntent) {
      issues.push({ path: at('maxIntent'), message: `campaigns[${index}].maxIntent: expected more than minIntent ${campaign.minIntent}` });
    }
    issues.push(...periodIssues(campaign, index, store.timeZone));
    const skus = new Set(campaign.skus);
    const categories = new Set(campaign.categories);
    const eligible = products.filter((product) => skus.has(product.sku) || categories.has(product.category));
    const affordable = eligible.some((product) => {
      const { discount } = campaign;
      const off = discount.kind === 'percent' ? Math.round((product.price * discount.percent) / 100) : discount.cents;
      return product.price - off - product.cost >= policy.marginFloor * product.price;
    });
    if (eligible.length > 0 && !affordable) {
      issues.push({
        path: at('discount'),
        message: `campaigns[${index}].discount: leaves no product of the campaign the margin of policy.marginFloor ${policy.marginFloor}`,
        hint: `for example ${eligible[0]!.sku}: price ${formatMoney(eligible[0]!.price)}, cost ${formatMoney(eligible[0]!.cost)}`,
      });
    }
    return issues;
  });
}

function periodIssues(campaign: StoreConfig['campaigns'][number], index: number, timeZone: string): Issue[] {
  const at = (key: string): PropertyKey[] => ['campaigns', index, key];
  const starts = campaign.startsAt === undefined ? Number.NEGATIVE_INFINITY : localMoment(campaign.startsAt, timeZone, 'start');
  const ends = campaign.endsAt === undefined ? Number.POSITIVE_INFINITY : localMoment(campaign.endsAt, timeZone, 'end');
  const issues: Issue[] = [];
  if (starts === undefined)
    issues.push({ path: at('startsAt'), message: `campaigns[${index}].startsAt: there is no ${campaign.startsAt}` });
  if (ends === undefined) issues.push({ path: at('endsAt'), message: `campaigns[${index}].endsAt: there is no ${campaign.endsAt}` });
  if (starts !== undefined && ends !== undefined && starts >= ends) {
    issues.push({ path: at('endsAt'), message: `campaigns[${index}].endsAt: is not after startsAt ${campaign.startsAt}` });
  }
  return issues;
}

function connectionIssues({ mqtt, sync }: StoreConfig): Issue[] {
  const issues: Issue[] = [];
  const needsUrl = ([key, value]: readonly [string, unknown]): Issue[] =>
    value === undefined ? [] : [{ path: ['mqtt', key], message: `mqtt.${key}: is for an external broker`, hint: 'set mqtt.url too' }];
  if (mqtt.url === undefined) {
    issues.push(...Object.entries({ username: mqtt.username, passwordFile: mqtt.passwordFile, caFile: mqtt.caFile }).flatMap(needsUrl));
  } else if (new URL(mqtt.url).password !== '') {
    issues.push({ path: ['mqtt', 'url'], message: 'mqtt.url: holds a password', hint: 'use mqtt.username and mqtt.passwordFile' });
  }
  if (sync.url !== undefined && new URL(sync.url).protocol === 'http:' && !isLoopback(new URL(sync.url).hostname)) {
    issues.push({ path: ['sync', 'url'], message: 'sync.url: is not encrypted and leaves this machine', hint: 'use https' });
  }
  if (sync.url !== undefined && new URL(sync.url).username + new URL(sync.url).password !== '') {
    issues.push({ path: ['sync', 'url'], message: 'sync.url: holds an account', hint: 'use sync.keyFile' });
  }
  if (sync.url !== undefined && sync.keyFile === undefined) {
    issues.push({ path: ['sync'], message: 'sync.keyFile is missing', hint: '"endcap hub add-store" makes the key' });
  }
  return issues;
}

/** Zones that are drawn smaller than the scanners can tell apart. */
function zoneWarnings({ zones, calibration }: StoreConfig): readonly Issue[] {
  if (calibration === undefined) return [];
  const drawn = zones.map((zone) => ({ ...zone, outline: zone.outline.map(([xM, yM]) => ({ xM, yM })) }));
  const { smallestZoneM, alike } = calibration;
  const law = { txPowerDbm: 0, pathLoss: 2, tagHeightM: 1, points: [] };
  const groups = zoneGroups({ zones: drawn, calibration: { ...law, alike, ...(smallestZoneM === undefined ? {} : { smallestZoneM }) } });
  return [...new Set([...groups.values()].map((group) => group.zones.join('", "')))].flatMap((ids) => {
    if (!ids.includes('", "')) return [];
    const path = ['zones', zones.findIndex(({ id }) => ids.startsWith(`${id}"`))];
    const message = `zones "${ids}": the scanners cannot tell them apart, so tags count as being in any of them`;
    return [{ path, message, hint: 'make one zone of them, or hang more scanners and survey again' }];
  });
}

/** What works and is worth a word: shown at start, by `doctor` and by `config check`. */
export function findWarnings(config: StoreConfig): readonly Issue[] {
  const { http, mqtt } = config;
  const issues: Issue[] = [...zoneWarnings(config)];
  if (!isLoopback(http.host) && http.tls === undefined) {
    issues.push({
      path: ['http', 'host'],
      message: `http.host: the pages are served unencrypted on ${http.host}`,
      hint: 'set http.tls, or put a TLS proxy in front',
    });
  }
  if (mqtt.url === undefined && !isLoopback(mqtt.host) && mqtt.tls === undefined) {
    issues.push({
      path: ['mqtt', 'host'],
      message: `mqtt.host: devices sign in unencrypted on ${mqtt.host}`,
      hint: 'set mqtt.tls, or keep devices on a network of their own',
    });
  }
  if (mqtt.url !== undefined && new URL(mqtt.url).protocol === 'mqtt:' && !isLoopback(new URL(mqtt.url).hostname)) {
    issues.push({ path: ['mqtt', 'url'], message: 'mqtt.url: the broker is spoken to unencrypted', hint: 'use mqtts' });
  }
  return issues;
}
