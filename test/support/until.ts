/** Longest that a test waits for something that must happen; far more than it takes, so that only a defect or a very busy machine meets it. */
const DEADLINE_MS = 25_000;
const EVERY_MS = 20;

/** Polls until `look` gives something other than `undefined` or `false`; what it throws goes to the caller. */
export async function until<T>(what: string, look: () => T | Promise<T>, deadlineMs = DEADLINE_MS): Promise<Exclude<T, undefined | false>> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    // The two values that mean "not yet" are ruled out here.
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > endMs) throw new Error(`Cannot wait any longer for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
