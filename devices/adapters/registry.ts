import type { StoreId, TagId } from '../../agent/core/ids.ts';
import type { CompiledMapping } from '../mapping/compile-mapping.ts';
import { compileMapping } from '../mapping/compile-mapping.ts';
import { HCBG, KGATEWAY, RAW_ADVERTISEMENTS } from '../mapping/families/advertisements.ts';
import { APRIL_BROTHER, CASSIA, KONTAKT, MOKO } from '../mapping/families/beacon-gateways.ts';
import { BLE2MQTT } from '../mapping/families/ble2mqtt.ts';
import { DECONZ } from '../mapping/families/deconz.ts';
import { DENSITY } from '../mapping/families/density.ts';
import { DISRUPTIVE } from '../mapping/families/disruptive.ts';
import { EPCIS } from '../mapping/families/epcis.ts';
import { ESPHOME } from '../mapping/families/esphome.ts';
import type { MappingFamily } from '../mapping/families/family.ts';
import { HOME_ASSISTANT } from '../mapping/families/home-assistant.ts';
import { HOMIE } from '../mapping/families/homie.ts';
import { IMPINJ } from '../mapping/families/impinj.ts';
import { LORAWAN } from '../mapping/families/lorawan.ts';
import { MERAKI } from '../mapping/families/meraki.ts';
import { MQTT_ROOM } from '../mapping/families/mqtt-room.ts';
import { RTL_433 } from '../mapping/families/rtl433.ts';
import { SHELLY_BLU } from '../mapping/families/shelly-blu.ts';
import { SHELLY_GEN1 } from '../mapping/families/shelly-gen1.ts';
import { TILL } from '../mapping/families/till.ts';
import { VISERON } from '../mapping/families/viseron.ts';
import { WIREN_BOARD } from '../mapping/families/wirenboard.ts';
import { ZEBRA } from '../mapping/families/zebra.ts';
import { ZIGBEE2MQTT } from '../mapping/families/zigbee2mqtt.ts';
import { ZWAVE_JS } from '../mapping/families/zwave-js.ts';
import { createMappingAdapter } from '../mapping/mapping-adapter.ts';
import type { MappingForm } from '../mapping/mapping-form.ts';
import { mappingSchema } from '../mapping/mapping-schema.ts';
import { filterMatches } from '../transports/topic-filter.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { createAxisAdapter } from './axis.ts';
import { createBluetoothAdapter } from './bluetooth.ts';
import { ignored } from './decoded.ts';
import { createEspresenseAdapter } from './espresense.ts';
import { isNothing, shortText } from './foreign-values.ts';
import { createFrigateAdapter } from './frigate.ts';
import { createIngicsAdapter } from './ingics.ts';
import { createMinewAdapter } from './minew.ts';
import { createNativeAdapter } from './native.ts';
import { formOf, reasonOf } from './not-for-us.ts';
import { createOnvifAdapter } from './onvif.ts';
import { createOpenMqttGatewayAdapter } from './openmqttgateway.ts';
import { createPeopleCountersAdapter } from './people-counters.ts';
import { type PlacedSource, Placements, type TokenForms } from './placements.ts';
import { createRoomAssistantAdapter } from './room-assistant.ts';
import { createRuuviAdapter } from './ruuvi.ts';
import { createScenescapeAdapter } from './scenescape.ts';
import { createShellyAdapter } from './shelly.ts';
import { createSparkplugAdapter } from './sparkplug.ts';
import { createTasmotaAdapter } from './tasmota.ts';
import { createVideoPipelinesAdapter } from './video-pipelines.ts';

/** What adapters are made from. */
export interface AdapterSettings {
  readonly store: StoreId;
  /** The devices of the store: by which name their messages know them. None by default. */
  readonly devices?: readonly PlacedSource[];
  /** The store's own beacons, as configured. None by default. */
  readonly tags?: readonly TagId[];
  /** How opted-in phones send their rotating tokens. In no way by default. */
  readonly tokens?: TokenForms;
  /** Families that this store describes itself; they come before those below. */
  readonly mappings?: readonly MappingForm[];
}

/** Every device family we speak. A new one is its file and one line here; families with topics of their own come before those with loose ones. */
const FAMILIES: readonly (((context: AdapterContext) => Adapter) | MappingFamily)[] = [
  createBluetoothAdapter,
  createEspresenseAdapter,
  ZIGBEE2MQTT,
  createFrigateAdapter,
  SHELLY_GEN1,
  SHELLY_BLU,
  createScenescapeAdapter,
  createVideoPipelinesAdapter,
  createSparkplugAdapter,
  createRoomAssistantAdapter,
  MQTT_ROOM,
  createMinewAdapter,
  createIngicsAdapter,
  createRuuviAdapter,
  MOKO,
  CASSIA,
  KONTAKT,
  APRIL_BROTHER,
  KGATEWAY,
  HCBG,
  RAW_ADVERTISEMENTS,
  IMPINJ,
  ZEBRA,
  EPCIS,
  MERAKI,
  LORAWAN,
  DISRUPTIVE,
  HOMIE,
  HOME_ASSISTANT,
  WIREN_BOARD,
  ZWAVE_JS,
  DECONZ,
  BLE2MQTT,
  VISERON,
  RTL_433,
  DENSITY,
  createPeopleCountersAdapter,
  TILL,
  createAxisAdapter,
  createOnvifAdapter,
  createTasmotaAdapter,
  createShellyAdapter,
  createOpenMqttGatewayAdapter,
  ESPHOME,
];

/** A family of ours that is a mapping, for whoever wants to see step by step how it reads; `undefined` for one in code, or for none. */
export function familyMapping(name: string): { readonly mapping: CompiledMapping; readonly extras: MappingFamily['extras'] } | undefined {
  const family = FAMILIES.find((candidate): candidate is MappingFamily => typeof candidate !== 'function' && candidate.spec.name === name);
  return family === undefined ? undefined : { mapping: compiled(mappingSchema.parse(family.spec)), extras: family.extras };
}

/** The adapters of one store, asked in order. */
export interface AdapterRegistry {
  readonly adapters: readonly Adapter[];
  /** Whose words are whose; for a radio that must know what is the store's own before it says anything. */
  readonly placements: Placements;
  /** The answer of the first adapter that knows the topic, or the form; `ignored` with `unknown-topic` when none does. Never throws. */
  decode(message: DeviceMessage): Decoded;
  /** The adapter that reads this topic, or would read this text; for devices that are not placed yet. */
  adapterFor(topic: string, text?: string): Adapter | undefined;
  /** What an unplaced device of a reading calls itself; `undefined` for a hardware address. */
  foreignName(device: string): string | undefined;
  /** MQTT filters that cover everything these adapters read, for a subscription on an external broker. */
  readonly subscriptions: readonly string[];
  /** What a placed device may write; an empty list for one that is not placed. */
  topicsOf(device: string): readonly string[];
  /** What a placed device may also subscribe to. */
  readsOf(device: string): readonly string[];
}

/** Topics whose adapter is remembered; when it is reached all are forgotten, which costs one search a topic. */
const MAX_REMEMBERED = 10_000;

/** Builds the adapters for one store. Throws when a mapping does not compile: configuration checks that before. */
export function createAdapterRegistry(settings: AdapterSettings): AdapterRegistry {
  const devices = settings.devices ?? [];
  const placements = new Placements(devices, settings.tags ?? [], settings.tokens);
  const context: AdapterContext = { store: settings.store, placements };
  const adapters: readonly Adapter[] = [
    createNativeAdapter(settings),
    ...(settings.mappings ?? []).map((mapping) => createMappingAdapter(compiled(mapping), { placements })),
    ...FAMILIES.map((family) =>
      typeof family === 'function'
        ? family(context)
        : createMappingAdapter(compiled(mappingSchema.parse(family.spec)), { placements, extras: family.extras }),
    ),
  ];
  const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
  const fixed = devices.flatMap(({ id, adapter, topic }) => {
    const family = byName.get(adapter);
    return topic === undefined || family === undefined ? [] : [{ id, topic, adapter: family }];
  });
  const remembered = new Map<string, { readonly adapter: Adapter; readonly as: string | undefined }>();

  function route(topic: string): { readonly adapter: Adapter; readonly as: string | undefined } | undefined {
    const known = remembered.get(topic);
    if (known !== undefined) return known;
    const own = fixed.find((device) => filterMatches(device.topic, topic));
    const adapter = own?.adapter ?? adapters.find((candidate) => candidate.matches(topic));
    if (adapter === undefined) return undefined;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const found = { adapter, as: own?.id };
    remembered.set(topic, found);
    return found;
  }

  function recognise(text: string | undefined): Adapter | undefined {
    return text === undefined ? undefined : adapters.find((adapter) => adapter.recognises?.(text) === true);
  }

  return {
    adapters,
    placements,
    subscriptions: [
      ...new Set([
        ...adapters.flatMap((adapter) => adapter.topics.map((topic) => fillTopic(topic, { store: settings.store, device: '+' }))),
        ...devices.flatMap((device) => topicsOfDevice(device, byName, settings.store)),
      ]),
    ],
    topicsOf(id) {
      const device = devices.find((candidate) => candidate.id === id);
      return device === undefined ? [] : topicsOfDevice(device, byName, settings.store);
    },
    readsOf(id) {
      const device = devices.find((candidate) => candidate.id === id);
      const reads = device === undefined ? undefined : byName.get(device.adapter)?.reads;
      return (reads ?? []).map((topic) => fillTopic(topic, { store: settings.store, device: device?.knownAs ?? id }));
    },
    foreignName: (device) => placements.foreignName(device),
    adapterFor: (topic, text) => route(topic)?.adapter ?? recognise(text),
    decode(message) {
      const found = route(message.topic);
      const text = found === undefined ? shortText(message.payload, MAX_SNIFFED) : undefined;
      const adapter = found?.adapter ?? recognise(text);
      if (adapter === undefined) return ignored(reasonOf(message.topic, text) ?? formOf(message.payload) ?? 'unknown-topic');
      if (message.payload.length <= LONGEST_NOTHING && message.payload.length > 0 && isNothing(shortText(message.payload) ?? 'no text'))
        return ignored('unavailable');
      const decoded = adapter.decode(found?.as === undefined ? message : { ...message, as: found.as });
      return message.retain && adapter.name !== 'native' ? withoutOld(decoded) : decoded;
    },
  };
}

/** `unavailable` has 11 letters. */
const LONGEST_NOTHING = 11;

/** A payload on a topic that nobody knows is looked at up to this size. */
const MAX_SNIFFED = 8_192;

/** A broker repeats what it retains to every new listener: that a device is there still holds, that somebody pressed a button does not. */
function withoutOld(decoded: Decoded): Decoded {
  if (decoded.kind !== 'readings') return decoded;
  const readings = decoded.readings.filter((reading) => reading.kind === 'device.status');
  return readings.length === 0 ? ignored('retained') : { kind: 'readings', readings };
}

function compiled(form: MappingForm): CompiledMapping {
  const mapping = compileMapping(form);
  if (mapping.ok) return mapping.value;
  throw new Error(`Cannot use mapping "${form.name}": ${mapping.error.map(({ message }) => message).join('; ')}`);
}

function topicsOfDevice(device: PlacedSource, byName: ReadonlyMap<string, Adapter>, store: StoreId): readonly string[] {
  const adapter = byName.get(device.adapter);
  if (adapter === undefined) return [];
  const own = device.topic === undefined ? [] : [device.topic];
  const name = device.knownAs ?? device.id;
  const usual = adapter.topics.map((topic) => fillTopic(topic, { store, device: name }));
  return [...own, ...usual, ...(device.bridge === true ? (adapter.bridgeTopics ?? []) : [])];
}

/** The topics of a family with its placeholders filled in: `+` as the device for a subscription, a device id for what that device may write. */
export function fillTopic(topic: string, names: { readonly store: string; readonly device: string }): string {
  // Functions, because a plain replacement text would give `$&` in a name a meaning.
  return topic.replace('{store}', () => names.store).replace('{device}', () => names.device);
}

/** The device families as a Markdown table, for the documentation. */
export function describeAdapters(adapters: readonly Adapter[]): string {
  const rows = adapters.map(({ name, title, topics, description, form }) => {
    const cells = [`\`${name}\``, title, topics.map((topic) => `\`${topic}\``).join('<br>'), description, form];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| adapter | devices | topics | what is read | form |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

/** The same, in short: which families there are and what is read from them. */
export function listFamilies(adapters: readonly Adapter[]): string {
  const rows = adapters.map(({ name, title, description, form }) => `| ${title} | ${description} | \`${name}\` | ${form} |`);
  return ['| Devices | What is read, and by which name they are known | Adapter | Form |', '|---|---|---|---|', ...rows, ''].join('\n');
}
