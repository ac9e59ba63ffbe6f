import type { StoreId } from '../../agent/core/ids.ts';
import { nativeTopic } from '../topics.ts';
import type { DeviceIdentity } from './device-authenticator.ts';
import { filterCovers, filterMatches } from './topic-filter.ts';

/** What one authenticated device may write and read. */
export class DeviceAccess {
  readonly #ownPrefix: string;
  readonly #setTopic: string;
  readonly #underSetTopic: string;
  readonly #reads: readonly string[];
  readonly #familyTopics: readonly string[];
  readonly #isGuest: boolean;

  constructor(store: StoreId, identity: DeviceIdentity) {
    this.#ownPrefix = nativeTopic(store, identity.device, '');
    this.#setTopic = `${this.#ownPrefix}set`;
    this.#underSetTopic = `${this.#setTopic}/`;
    this.#isGuest = identity.guest !== undefined;
    this.#reads = this.#isGuest ? [] : [this.#setTopic, nativeTopic(store, 'agent', '#'), ...(identity.reads ?? [])];
    this.#familyTopics = identity.topics;
  }

  /** Its own native topics, except what is meant for it, and those of its family. */
  mayWrite(topic: string): boolean {
    if (topic.startsWith(this.#ownPrefix)) {
      return !this.#isGuest && topic !== this.#setTopic && !topic.startsWith(this.#underSetTopic) && topic.length > this.#ownPrefix.length;
    }
    return this.#familyTopics.some((filter) => filterMatches(filter, topic));
  }

  /** Retained are a device's state and availability and nothing else, so a device holds at most two messages in the broker's memory. */
  mayRetain(topic: string): boolean {
    if (this.#isGuest) return false;
    return topic === `${this.#ownPrefix}state` || topic === `${this.#ownPrefix}availability`;
  }

  /** Only filters that lie wholly inside what it may read. */
  maySubscribe(filter: string): boolean {
    return this.#reads.some((allowed) => filterCovers(allowed, filter));
  }

  /** Checked again for every message handed out: a subscription is not a permission. */
  mayRead(topic: string): boolean {
    return this.#reads.some((allowed) => filterMatches(allowed, topic));
  }
}

/** Whether a client id is safe to be a key, a log field and a part of a sentence: 1 to 128 plain characters, and no name of `Object.prototype`. */
export function isSaneClientId(clientId: string): boolean {
  return CLIENT_ID.test(clientId) && !(clientId in Object.prototype);
}

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9_.:@+=-]{0,127}$/;
