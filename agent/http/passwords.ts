import { hash, verify } from '@node-rs/argon2';

/** Memory-hard on purpose: at most this many hashes at once, 19 MiB each, and as many times this waiting. */
const AT_ONCE = 2;
const MAX_WAITING = 16;

/** Argon2id with the library's defaults (19 MiB, 2 passes), off the event loop, a few at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /** The hash of a new password; `undefined` when too many are being worked on. */
  async hash(password: string): Promise<string | undefined> {
    return this.#turn(() => hash(normal(password)));
  }

  /**
   * Whether a password fits; `undefined` when too many are being worked on. Without a hash (no such account) the answer is no, after the same
   * time as a wrong password takes.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean | undefined> {
    return this.#turn(async () => {
      this.#decoy ??= hash('no account has this password');
      const isRight = await verify(passwordHash ?? (await this.#decoy), normal(password));
      return isRight && passwordHash !== undefined;
    });
  }

  async #turn<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed to the next in line, or given back.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same characters typed on different keyboards are the same password. */
function normal(password: string): string {
  return password.normalize('NFKC');
}
