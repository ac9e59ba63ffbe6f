import type { LockedChild, LockedChildEvents } from '../locked-child.ts';
import {
  type ChildMessage,
  childMessageSchema,
  encodeMessage,
  type FrameJob,
  type FrameView,
  MAX_CHILD_MESSAGE,
  MessageReader,
} from './wire.ts';

/** A picture of one camera, and how it is to be looked at. */
export interface CameraFrame extends FrameView {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** What became of a picture. */
export type FrameOutcome =
  | Extract<ChildMessage, { readonly kind: 'seen' | 'unreadable' }>
  | { readonly kind: 'lost'; readonly sentence: string };

export interface SupervisorSettings {
  /** Longest wait for the answer to one picture, and for a new process to be ready. */
  readonly deadlineMs: number;
  readonly readyMs: number;
  /** Most memory of the process. */
  readonly maxRssBytes: number;
  /** Share of one core that pictures may take, above 0 and at most 1. */
  readonly share: number;
  /** First and longest wait before a restart. */
  readonly backoffMs: readonly [first: number, longest: number];
  /** How often a detector may fail before it was ready, until the next one is tried. */
  readonly tries: number;
}

export const DEFAULT_SUPERVISOR: SupervisorSettings = {
  deadlineMs: 2_000,
  readyMs: 20_000,
  maxRssBytes: 512 * 1024 * 1024,
  share: 0.5,
  backoffMs: [500, 30_000],
  tries: 3,
};

export interface SupervisorParts {
  /** Starts a process with one of the detectors. */
  readonly start: (manifestPath: string, events: LockedChildEvents) => LockedChild;
  /** Detectors in the order of preference: the configured one, then the shipped one. */
  readonly manifestPaths: readonly [string, ...string[]];
  readonly monotonicMs: () => number;
  /** Calls back after a while; the answer cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  readonly answered: (camera: string, frame: Omit<CameraFrame, 'bytes'>, outcome: FrameOutcome) => void;
  /** Told once for every process whose model has looked at enough pictures to be trusted with the next day. */
  readonly proven?: (manifestPath: string) => void;
}

/** Pictures after which a model is trusted. */
const PROVEN_AFTER = 50;

export interface VisionStatus {
  readonly state: 'starting' | 'ready' | 'waiting' | 'stopped';
  /** For people: what is going on and, when something is wrong, why. */
  readonly sentence: string;
  /** Another detector looks in place of the configured one. */
  readonly isFallback: boolean;
  readonly model: string | undefined;
  readonly restarts: number;
  /** Pictures that a newer one of the same camera took the place of. */
  readonly dropped: number;
}

/**
 * Keeps the process that looks at pictures alive, and pictures from piling up: of every camera only the newest waits, cameras take turns, one
 * picture is looked at a time, and the process rests in between so that it keeps to its share of a core.
 */
export class VisionSupervisor {
  readonly #parts: SupervisorParts;
  readonly #settings: SupervisorSettings;
  /** In the order of turns: a camera that was served goes to the end by being set anew. */
  readonly #waiting = new Map<string, CameraFrame>();
  #child: LockedChild | undefined;
  #generation = 0;
  #state: VisionStatus['state'] = 'stopped';
  #model: string | undefined;
  #looks = 0;
  #job: { readonly id: number; readonly camera: string; readonly frame: Omit<CameraFrame, 'bytes'> } | undefined;
  #jobs = 0;
  #restUntilMs = 0;
  #jobSinceMs = 0;
  #cancelTimer: () => void = () => undefined;
  #cancelRest: (() => void) | undefined;
  #failures = 0;
  #detector = 0;
  #reason = '';
  /** Why the configured detector is not used. */
  #refusal = '';
  #restarts = 0;
  #dropped = 0;

  constructor(parts: SupervisorParts, settings: SupervisorSettings = DEFAULT_SUPERVISOR) {
    this.#parts = parts;
    this.#settings = settings;
  }

  start(): void {
    if (this.#state === 'stopped') this.#launch();
  }

  /** Takes a picture to look at as soon as it is this camera's turn; one that still waits is dropped for it. Says whether one was. */
  offer(camera: string, frame: CameraFrame): boolean {
    if (this.#state === 'stopped') return false;
    const isDropping = this.#waiting.delete(camera);
    if (isDropping) this.#dropped += 1;
    this.#waiting.set(camera, frame);
    this.#next();
    return isDropping;
  }

  status(): VisionStatus {
    const fallback = this.#detector > 0 ? `, ${this.#model ?? 'another detector'} in place of the configured one: ${this.#refusal}` : '';
    const sentences = {
      starting: 'The detector is starting',
      ready: `Cameras are looked at${fallback}`,
      waiting: `The detector stopped and will be started again: ${this.#reason}`,
      stopped: 'Cameras are not looked at',
    };
    const [state, model] = [this.#state, this.#model];
    return { state, sentence: sentences[state], isFallback: this.#detector > 0, model, restarts: this.#restarts, dropped: this.#dropped };
  }

  stop(): void {
    this.#state = 'stopped';
    this.#generation += 1;
    this.#cancelTimer();
    this.#cancelRest?.();
    this.#waiting.clear();
    this.#job = undefined;
    this.#child?.kill();
    this.#child = undefined;
  }

  #launch(): void {
    const generation = ++this.#generation;
    const reader = new MessageReader(MAX_CHILD_MESSAGE);
    this.#state = 'starting';
    this.#looks = 0;
    this.#child = this.#parts.start(this.#manifestPath(), {
      data: (chunk) => {
        if (generation !== this.#generation) return;
        try {
          for (const { words } of reader.push(chunk)) this.#hear(childMessageSchema.parse(words));
        } catch (error) {
          this.#fail(`it said something that is not understood (${error instanceof Error ? error.message.slice(0, 80) : ''})`);
        }
      },
      gone: (detail) => {
        if (generation === this.#generation) this.#fail(detail);
      },
    });
    this.#cancelTimer = this.#parts.after(this.#settings.readyMs, () => this.#fail('it was not ready in time'));
  }

  #manifestPath(): string {
    return this.#parts.manifestPaths[this.#detector] ?? this.#parts.manifestPaths[0];
  }

  #hear(message: ChildMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#cancelTimer();
        this.#state = 'ready';
        this.#model = message.model;
        return this.#next();
      case 'refused':
        return this.#fail(message.sentence);
      case 'seen':
      case 'unreadable':
        return this.#answered(message);
    }
  }

  #answered(message: Extract<ChildMessage, { readonly kind: 'seen' | 'unreadable' }>): void {
    const job = this.#job;
    // An answer to a question that was not asked comes from a process out of step.
    if (job?.id !== message.id) return this.#fail('it answered out of turn');
    this.#cancelTimer();
    this.#job = undefined;
    this.#failures = 0;
    this.#looks += 1;
    if (this.#looks === PROVEN_AFTER) this.#parts.proven?.(this.#manifestPath());
    const { share, maxRssBytes } = this.#settings;
    this.#restUntilMs = this.#jobSinceMs + message.busyMs / share;
    this.#parts.answered(job.camera, job.frame, message);
    if (message.rssBytes > maxRssBytes) return this.#fail(`it took ${Math.round(message.rssBytes / 1e6)} MB of memory`);
    this.#next();
  }

  #next(): void {
    if (this.#state !== 'ready' || this.#job !== undefined || this.#cancelRest !== undefined) return;
    const first = this.#waiting.entries().next();
    if (first.done === true) return;
    const restMs = this.#restUntilMs - this.#parts.monotonicMs();
    if (restMs > 0) {
      this.#cancelRest = this.#parts.after(restMs, () => {
        this.#cancelRest = undefined;
        this.#next();
      });
      return;
    }
    const [camera, { bytes, ...frame }] = first.value;
    this.#waiting.delete(camera);
    this.#job = { id: ++this.#jobs, camera, frame };
    this.#jobSinceMs = this.#parts.monotonicMs();
    this.#cancelTimer = this.#parts.after(this.#settings.deadlineMs, () => this.#fail('a picture took too long'));
    this.#child?.send(encodeMessage({ ...frame, id: this.#jobs, camera } satisfies FrameJob, bytes));
  }

  /** Ends the process and starts another one after a while; what it was looking at is lost. */
  #fail(reason: string): void {
    const wasReady = this.#state === 'ready';
    this.#generation += 1;
    this.#cancelTimer();
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#child?.kill();
    this.#child = undefined;
    this.#state = 'waiting';
    this.#reason = reason;
    this.#restarts += 1;
    this.#failures += 1;
    const job = this.#job;
    this.#job = undefined;
    const { tries, backoffMs } = this.#settings;
    if (!wasReady && this.#failures >= tries && this.#detector + 1 < this.#parts.manifestPaths.length) {
      if (this.#detector === 0) this.#refusal = reason;
      this.#detector += 1;
      this.#failures = 0;
    }
    const [first, longest] = backoffMs;
    const waitMs = Math.min(longest, first * 2 ** Math.max(0, this.#failures - 1));
    this.#cancelTimer = this.#parts.after(waitMs, () => this.#launch());
    if (job !== undefined) this.#parts.answered(job.camera, job.frame, { kind: 'lost', sentence: reason });
  }
}
