import type { StoreOverview } from '../../agent/core/overview.ts';
import { nativeTopic } from '../topics.ts';
import type { OutboundMessage } from '../transports/transport.ts';

/** Where Home Assistant looks for devices unless it was told otherwise. */
const PREFIX = 'homeassistant';

/** What Home Assistant needs of the store to draw a dashboard. */
export type DashboardView = Pick<
  StoreOverview,
  'store' | 'version' | 'zones' | 'fixtures' | 'devices' | 'health' | 'problems' | 'visitsNow'
>;

/**
 * One retained message that describes the whole store to Home Assistant (MQTT discovery in its device form): health, visits, people per zone, stock per
 * slot, and the connection, trouble and battery of each device. Everything becomes unavailable when the agent is away.
 */
export function homeAssistantDiscovery(view: DashboardView): OutboundMessage {
  const { store, version } = view;
  const id = `endcap_${safe(store.id)}`;
  const document = {
    dev: { ids: [id], name: store.name, mf: 'Endcap', mdl: 'Store agent', sw: version },
    o: { name: 'endcap', sw: version },
    avty_t: nativeTopic(store.id, 'agent', 'availability'),
    pl_avail: 'online',
    pl_not_avail: 'offline',
    stat_t: dashboardTopic(store.id),
    cmps: Object.fromEntries(componentsOf(view).map((component) => [component.key, described(component, id)])),
  };
  return { topic: `${PREFIX}/device/${id}/config`, payload: JSON.stringify(document), retain: true, qos: 1 };
}

/** The values for all of them, retained, as one JSON message. */
export function homeAssistantState(view: DashboardView): OutboundMessage {
  const values = Object.fromEntries(componentsOf(view).map(({ key, value }) => [key, value ?? null]));
  return { topic: dashboardTopic(view.store.id), payload: JSON.stringify(values), retain: true, qos: 1 };
}

/** Takes the store out of Home Assistant again: an empty discovery message is how that is said. */
export function homeAssistantRemoval(storeId: string): OutboundMessage {
  return { topic: `${PREFIX}/device/endcap_${safe(storeId)}/config`, payload: '', retain: true, qos: 1 };
}

function dashboardTopic(storeId: string): string {
  return nativeTopic(storeId, 'agent', 'dashboard');
}

interface Component {
  readonly key: string;
  readonly name: string;
  readonly platform: 'sensor' | 'binary_sensor';
  readonly value: string | number | boolean | undefined;
  readonly more?: Readonly<Record<string, string>>;
}

/** Bounded, because a retained message lives in the broker's memory: stores with more have a dashboard of the first ones. */
const MAX_COMPONENTS = 500;

function componentsOf({ health, problems, visitsNow, zones, fixtures, devices }: DashboardView): readonly Component[] {
  const all: Component[] = [
    { key: 'health', name: 'Health', platform: 'sensor', value: health.state, more: { dev_cla: 'enum' } },
    { key: 'problems', name: 'Problems', platform: 'sensor', value: problems.length, more: { stat_cla: 'measurement' } },
    { key: 'visits', name: 'Visits now', platform: 'sensor', value: visitsNow, more: { stat_cla: 'measurement' } },
    ...zones.flatMap((zone): Component[] => [
      {
        key: `zone_${safe(zone.id)}_visits`,
        name: `${zone.name}: visits now`,
        platform: 'sensor',
        value: zone.visitsNow,
        more: { stat_cla: 'measurement' },
      },
      {
        key: `zone_${safe(zone.id)}_people`,
        name: `${zone.name}: people`,
        platform: 'sensor',
        value: zone.peopleNow,
        more: { stat_cla: 'measurement' },
      },
    ]),
    ...fixtures.flatMap((fixture) =>
      (fixture.slots ?? []).map(
        (slot): Component => ({
          key: `slot_${safe(slot.id)}_stock`,
          name: `${slot.name} (${slot.id}): stock`,
          platform: 'sensor',
          // What a silent sensor last said is not known now.
          value: slot.staleSinceMs === undefined ? slot.stock : undefined,
          more: { stat_cla: 'measurement' },
        }),
      ),
    ),
    ...devices.flatMap((device): Component[] => [
      {
        key: `device_${safe(device.id)}`,
        name: device.name,
        platform: 'binary_sensor',
        value: device.state === 'ok' || device.state === 'degraded' ? 'ON' : 'OFF',
        more: { dev_cla: 'connectivity', ent_cat: 'diagnostic' },
      },
      {
        key: `device_${safe(device.id)}_problem`,
        name: `${device.name}: problem`,
        platform: 'binary_sensor',
        value: isTrouble(device) ? 'ON' : 'OFF',
        more: { dev_cla: 'problem', ent_cat: 'diagnostic' },
      },
      ...(device.batteryPercent === undefined
        ? []
        : [
            {
              key: `device_${safe(device.id)}_battery`,
              name: `${device.name}: battery`,
              platform: 'sensor',
              value: device.batteryPercent,
              more: { dev_cla: 'battery', unit_of_meas: '%', ent_cat: 'diagnostic' },
            } as const,
          ]),
    ]),
  ];
  return all.slice(0, MAX_COMPONENTS);
}

/** A display that never reports itself is no trouble, a low battery is. */
function isTrouble({ state, batteryPercent }: DashboardView['devices'][number]): boolean {
  return (state !== 'ok' && state !== 'never') || (batteryPercent !== undefined && batteryPercent <= LOW_BATTERY_PERCENT);
}

const LOW_BATTERY_PERCENT = 10;

function described({ key, name, platform, more }: Component, id: string): Readonly<Record<string, string>> {
  return { p: platform, name, uniq_id: `${id}_${key}`, val_tpl: `{{ value_json.${key} }}`, ...more };
}

/** Home Assistant allows letters, digits, `_` and `-`; a `-` would be a minus in a template. */
function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9_]/g, '_');
}
