import { steadyCreep } from '../core/health/creep.ts';
import { flapsLastHour } from '../core/health/flapping.ts';
import type { DeviceHealth } from '../core/health/health-state.ts';
import { dayKindOf } from '../core/health/round.ts';
import { isResting } from '../core/health/stale.ts';
import { lastHour, type Watch } from '../core/health/usual.ts';
import type { DeviceTrack, State } from '../core/state.ts';
import type { PlacedDevice } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import { clockFinding } from './clock-findings.ts';
import type { Finding } from './problems.ts';

/** What is looked at. */
export interface HealthSubjects {
  readonly state: Readonly<State>;
  readonly nowMs: TimestampMs;
  readonly startedAtMs: TimestampMs;
}

/** A device is allowed this long after a start before its silence counts. */
const GRACE_MS = 2 * 60_000;
const LOW_BATTERY_PERCENT = 10;
/** A plate that creeps a unit in less than so many days miscounts in the end. */
const CREEP_DAYS = 28;
/** More of the same kind at once have one cause, and are one problem. */
const MOST_EACH = 10;
const MOST_NAMED = 3;

/** What is wrong with devices and zones now: one finding for each, in plain words, gone by itself when it is mended. */
export function healthFindings(subjects: HealthSubjects): readonly Finding[] {
  const quiet: Finding[] = [];
  const low = new Map<string, Finding>();
  const others: Finding[] = [];
  for (const device of subjects.state.store?.map.devices ?? []) {
    const silence = silenceOf(subjects, device);
    if (silence !== undefined) quiet.push(silence);
    else {
      const slow = rateOf(subjects, device);
      if (slow !== undefined) low.set(slow.id, slow);
      else others.push(...conditionOf(subjects, device));
    }
  }
  for (const zone of zonesLow(subjects)) if (!low.has(zone.id)) low.set(zone.id, zone);
  return [
    ...together(quiet, {
      id: 'devices-quiet',
      what: 'devices are silent',
      hint: 'So many at once have one cause: check the network, the access point and the power',
    }),
    ...together([...low.values()], {
      id: 'rates-low',
      what: 'parts of the store report far less than usual',
      hint: 'So many at once have one cause: check the network, a gateway that they share, and the batteries of the tags',
    }),
    ...others,
  ];
}

function silenceOf({ state, nowMs, startedAtMs }: HealthSubjects, device: PlacedDevice): Finding | undefined {
  const track = state.devices.get(device.id);
  if (device.role === 'display' && track === undefined) return undefined;
  const id = `device:${device.id}`;
  const sinceMs = nowMs - Math.max(track?.lastSeenAtMs ?? 0, startedAtMs);
  if (sinceMs > Math.max(device.quietAfterMs, GRACE_MS) && !isResting(state, device, nowMs)) {
    const what =
      track === undefined
        ? 'has not been heard since the start'
        : `has been quiet for ${Math.round((nowMs - track.lastSeenAtMs) / 60_000)} min`;
    const hint = `Check its power and network; until then ${lost(state, device)}`;
    return { id, severity: 'warning', sentence: `${device.name} ${what}`, hint };
  }
  if (track?.online !== false) return undefined;
  const hint = `Check its power and network; until then ${lost(state, device)}`;
  return { id, severity: 'warning', sentence: `${device.name} says it is offline`, hint };
}

/** What is not known while a device is silent. */
function lost(state: Readonly<State>, device: PlacedDevice): string {
  const slots = [...state.health.slotSources].flatMap(([slot, source]) => (source === device.id ? [slot] : []));
  if (slots.length > 0) return `the stock of ${slots.length === 1 ? 'slot' : 'slots'} ${named(slots)} is not known`;
  const zones = [...state.health.peopleSources].flatMap(([zone, source]) =>
    source === device.id ? [state.store?.zones.get(zone)?.name ?? zone] : [],
  );
  return zones.length > 0 ? `nobody counts the people in ${named(zones)}` : 'what it would see is missing';
}

/** A device that reports far less than it usually does. Scanners speak for their zone, so that one fault is one problem. */
function rateOf(subjects: HealthSubjects, device: PlacedDevice): Finding | undefined {
  const { state } = subjects;
  const watch = state.health.devices.get(device.id)?.watch;
  if (watch?.lowSinceMs === undefined) return undefined;
  if (device.role === 'scanner' && device.zone !== undefined) return zoneLow(subjects, { zone: device.zone, watch, culprit: device });
  const seconds = device.everyMs === undefined ? undefined : Math.round(device.everyMs / 1_000);
  const sentence =
    seconds === undefined
      ? `${device.name} ${comparison(subjects, watch, NOUNS[device.role])}`
      : `${device.name} should report every ${seconds} s, and ${percentLost(watch)} of its messages are missing`;
  return {
    id: `rate:device:${device.id}`,
    severity: 'warning',
    sentence,
    hint: 'Check its signal, its power and whether something covers it',
  };
}

const NOUNS: Readonly<Record<PlacedDevice['role'], string>> = {
  scanner: 'sightings',
  door: 'passages',
  till: 'receipts',
  camera: 'counts',
  sensor: 'readings',
  display: 'readings',
};

function zonesLow(subjects: HealthSubjects): readonly Finding[] {
  const { state } = subjects;
  return [...state.health.zones].flatMap(([zone, watch]) => {
    if (watch.lowSinceMs === undefined) return [];
    const scanners = (state.store?.scannersByZone.get(zone) ?? []).flatMap((id) => state.store?.devices.get(id) ?? []);
    // A scanner that is silent has its own problem, and explains its zone.
    if (scanners.some((device) => silenceOf(subjects, device) !== undefined)) return [];
    const culprit = scanners.toSorted((a, b) => shareOf(state, a.id) - shareOf(state, b.id))[0];
    return [zoneLow(subjects, { zone, watch, culprit })];
  });
}

function zoneLow(
  subjects: HealthSubjects,
  { zone, watch, culprit }: { readonly zone: string; readonly watch: Watch; readonly culprit: PlacedDevice | undefined },
): Finding {
  const { store } = subjects.state;
  const scanners = store?.scannersByZone.get(zone)?.length ?? 0;
  const name = store?.zones.get(zone)?.name ?? zone;
  const who = scanners > 1 && culprit !== undefined ? `${culprit.name} in zone ${name}` : `Zone ${name}`;
  const look = culprit === undefined ? '' : `: look at ${culprit.name}`;
  return {
    id: `rate:zone:${zone}`,
    severity: 'warning',
    sentence: `${who} ${comparison(subjects, watch, 'sightings')}${look}`,
    hint: 'Check its power, its antenna and whether something new stands in front of it; carts without batteries look the same',
  };
}

function comparison({ state, nowMs }: HealthSubjects, watch: Watch, noun: string): string {
  const hour = lastHour(watch);
  const day = ['weekday', 'Saturday', 'Sunday'][dayKindOf(state.store?.time.dayKey(nowMs) ?? '')];
  if (hour === undefined) return `reports far fewer ${noun} than usual`;
  return `usually reports about ${rough(hour.usual)} ${noun} an hour on a ${day} at this time, now ${hour.seen}`;
}

function percentLost(watch: Watch): string {
  const { seen, usual } = lastHour(watch) ?? { seen: 0, usual: 1 };
  return `${Math.round(100 * Math.max(0, 1 - seen / Math.max(usual, 1)))} %`;
}

function shareOf(state: Readonly<State>, id: string): number {
  const watch = state.health.devices.get(id)?.watch;
  const hour = watch === undefined ? undefined : lastHour(watch);
  return hour === undefined || hour.usual === 0 ? 1 : hour.seen / hour.usual;
}

/** What is wrong with a device that does report: the worst only, because the rest is often its consequence. */
function conditionOf({ state, nowMs }: HealthSubjects, device: PlacedDevice): readonly Finding[] {
  const track = state.devices.get(device.id);
  const health = state.health.devices.get(device.id);
  const found =
    (health && flapping(device, health)) ??
    (health && stuck(device, { health, nowMs })) ??
    (track && clockFinding(device, track, nowMs)) ??
    creeping(state, device) ??
    (track && battery(device, track));
  return found === undefined ? [] : [found];
}

function flapping(device: PlacedDevice, health: DeviceHealth): Finding | undefined {
  const drops = flapsLastHour(health);
  if (drops === undefined) return undefined;
  return {
    id: `flapping:${device.id}`,
    severity: 'warning',
    sentence: `${device.name} lost its connection ${drops} times in the last hour`,
    hint: 'Check its power supply and its distance to the access point',
  };
}

function stuck(
  device: PlacedDevice,
  { health, nowMs }: { readonly health: DeviceHealth; readonly nowMs: TimestampMs },
): Finding | undefined {
  for (const [name, { value, watch }] of health.channels) {
    if (watch.lowSinceMs === undefined) continue;
    const minutes = Math.round((nowMs - watch.lowSinceMs) / 60_000);
    return {
      id: `stuck:${device.id}`,
      severity: 'warning',
      sentence: `${device.name} has reported exactly ${value} for ${name} for ${minutes} min, where it usually moves`,
      hint: 'It still sends, but may not measure any more: check its cable and restart it',
    };
  }
  return undefined;
}

function creeping(state: Readonly<State>, device: PlacedDevice): Finding | undefined {
  for (const [slot, source] of state.health.slotSources) {
    if (source !== device.id) continue;
    const creep = state.health.creeps.get(slot);
    const steady = creep === undefined ? undefined : steadyCreep(creep);
    const sku = state.store?.slots.get(slot)?.sku;
    const unitGrams = sku === undefined ? undefined : state.store?.products.get(sku)?.unitGrams;
    if (steady === undefined || unitGrams === undefined || Math.abs(steady.gramsADay) * CREEP_DAYS < unitGrams) continue;
    return {
      id: `creep:${slot}`,
      severity: 'warning',
      sentence: `${device.name} drifts: the weight of slot ${slot} moves ${Math.abs(steady.gramsADay).toFixed(1)} g a day by itself`,
      hint: 'Set its zero anew with the slot empty; if it goes on, change the load cell',
    };
  }
  return undefined;
}

function battery(device: PlacedDevice, { batteryPercent }: DeviceTrack): Finding | undefined {
  if (batteryPercent === undefined || batteryPercent > LOW_BATTERY_PERCENT) return undefined;
  return {
    id: `battery:${device.id}`,
    severity: 'warning',
    sentence: `The battery of ${device.name} is at ${batteryPercent} %`,
    hint: 'Change the battery',
  };
}

function together(
  findings: readonly Finding[],
  one: { readonly id: string; readonly what: string; readonly hint: string },
): readonly Finding[] {
  if (findings.length <= MOST_EACH) return findings;
  const first = findings.slice(0, MOST_NAMED).map(({ sentence }) => sentence);
  const sentence = `${findings.length} ${one.what}: ${first.join('; ')} and ${findings.length - MOST_NAMED} more`;
  return [{ id: one.id, severity: 'warning', sentence, hint: one.hint }];
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** To two digits: nobody needs to know that it is usually 41.3. */
function rough(value: number): string {
  const step = value < 20 ? 1 : value < 200 ? 10 : 50;
  return String(Math.round(value / step) * step);
}
