import { type DeviceId, ID_PATTERN, type StoreId } from '../../agent/core/ids.ts';
import { NATIVE_ROOT, RESERVED_NAMES } from '../topics.ts';

/** What a native topic says; `foreign` and `own` are rightly not for us. */
export type NativeTopic =
  | { readonly kind: 'device'; readonly device: DeviceId; readonly channel: string }
  | { readonly kind: 'other-store' }
  | { readonly kind: 'own' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad-device-id' };

/** Splits native topics of one store and remembers the answers, because a device says the same topic all day. */
export class NativeTopics {
  readonly #prefix: string;
  readonly #maxRemembered: number;
  readonly #remembered = new Map<string, NativeTopic>();

  /** `maxRemembered` bounds the memory; when it is reached everything is forgotten at once, which costs one split a topic. */
  constructor(store: StoreId, maxRemembered = 10_000) {
    this.#prefix = `${NATIVE_ROOT}${store}/`;
    this.#maxRemembered = maxRemembered;
  }

  read(topic: string): NativeTopic {
    const known = this.#remembered.get(topic);
    if (known !== undefined) return known;
    const split = this.#split(topic);
    // Only topics of real devices are worth remembering; junk must not push them out.
    if (split.kind === 'device') {
      if (this.#remembered.size >= this.#maxRemembered) this.#remembered.clear();
      this.#remembered.set(topic, split);
    }
    return split;
  }

  #split(topic: string): NativeTopic {
    if (!topic.startsWith(this.#prefix)) return topic.split('/', 6).length === 5 ? { kind: 'other-store' } : { kind: 'unknown' };
    const parts = topic.slice(this.#prefix.length).split('/', 3);
    const [device, channel] = parts;
    if (parts.length !== 2 || device === undefined || channel === undefined) return { kind: 'unknown' };
    if (RESERVED_NAMES.has(device)) return { kind: 'own' };
    return ID_PATTERN.test(device) ? { kind: 'device', device, channel } : { kind: 'bad-device-id' };
  }
}
