import type { StoreId } from '../../agent/core/ids.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import { createNativeAdapter } from './native.ts';

/** What adapters are made from. */
export interface AdapterSettings {
  readonly store: StoreId;
}

/** Every device family we speak. A new one is its file and one line here. */
const ADAPTERS: readonly ((settings: AdapterSettings) => Adapter)[] = [createNativeAdapter];

/** The adapters of one store, asked in order. */
export interface AdapterRegistry {
  readonly adapters: readonly Adapter[];
  /** The answer of the first adapter that knows the topic; `ignored` with `unknown-topic` when none does. Never throws. */
  decode(message: DeviceMessage): Decoded;
  /** MQTT filters that cover everything these adapters read, for a subscription on an external broker. */
  readonly subscriptions: readonly string[];
}

/** Builds the adapters for one store. */
export function createAdapterRegistry(settings: AdapterSettings): AdapterRegistry {
  const adapters = ADAPTERS.map((create) => create(settings));
  const subscriptions = adapters.flatMap((adapter) =>
    adapter.topics.map((topic) => fillTopic(topic, { store: settings.store, device: '+' })),
  );
  return {
    adapters,
    subscriptions: [...new Set(subscriptions)],
    decode(message) {
      for (const adapter of adapters) if (adapter.matches(message.topic)) return adapter.decode(message);
      return { kind: 'ignored', reason: 'unknown-topic' };
    },
  };
}

/** The topics of a family with its placeholders filled in: `+` as the device for a subscription, a device id for what that device may write. */
export function fillTopic(topic: string, names: { readonly store: string; readonly device: string }): string {
  // Functions, because a plain replacement text would give `$&` in a name a meaning.
  return topic.replace('{store}', () => names.store).replace('{device}', () => names.device);
}

/** The device families as a Markdown table, for the documentation. */
export function describeAdapters(adapters: readonly Adapter[]): string {
  const rows = adapters.map(({ name, title, topics, description }) => {
    const cells = [`\`${name}\``, title, topics.map((topic) => `\`${topic}\``).join('<br>'), description];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| adapter | devices | topics | form |', '|---|---|---|---|', ...rows, ''].join('\n');
}
