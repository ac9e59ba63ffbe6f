/** Timers that belong together: started one by one, stopped at once, none of them keeps the process alive. */
export class Timers {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #onError: (name: string, error: unknown) => void;

  /** `onError` hears what a timer's work threw; the timer goes on. */
  constructor(onError: (name: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** Runs `work` every `everyMs`; a run that is still going on is not started again. */
  every(everyMs: number, name: string, work: () => unknown): void {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      void (async () => work())()
        .catch((error: unknown) => this.#onError(name, error))
        .finally(() => {
          running = false;
        });
    }, everyMs);
    timer.unref();
    this.#timers.push(timer);
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }
}
