import type { CameraFrame, VisionStatus } from './supervisor.ts';

/** A process that looks at pictures, as the pool needs it: a `VisionSupervisor`. */
export interface Looker {
  start(): void;
  offer(camera: string, frame: CameraFrame): boolean;
  status(): VisionStatus;
  stop(): void;
}

/** What looks at some cameras. */
export interface PoolStatus extends VisionStatus {
  /** The model that was asked for: its manifest, or the name of a shipped one. */
  readonly asked: string;
  readonly cameras: readonly string[];
}

/**
 * One process for every model that cameras ask for, so that a model that fails takes no camera of another with it. Cameras that ask for the
 * same model share a process, and all processes share one budget.
 */
export class VisionPool {
  readonly #lookers: ReadonlyMap<string, Looker>;
  readonly #modelOf: ReadonlyMap<string, string>;

  /** `cameras`: which model each camera asks for. `make` gets the share of the whole budget, above 0 and at most 1. */
  constructor(cameras: ReadonlyMap<string, string>, make: (model: string, share: number) => Looker) {
    const models = [...new Set(cameras.values())];
    this.#modelOf = cameras;
    this.#lookers = new Map(
      models.map((model) => {
        const own = [...cameras.values()].filter((other) => other === model).length;
        return [model, make(model, own / cameras.size)];
      }),
    );
  }

  start(): void {
    for (const looker of this.#lookers.values()) looker.start();
  }

  /** Takes a picture to look at; of every camera only the newest waits. Says whether an older one was dropped for it. */
  offer(camera: string, frame: CameraFrame): boolean {
    return this.#lookers.get(this.#modelOf.get(camera) ?? '')?.offer(camera, frame) ?? false;
  }

  status(): readonly PoolStatus[] {
    return [...this.#lookers].map(([asked, looker]) => ({
      ...looker.status(),
      asked,
      cameras: [...this.#modelOf].filter(([, model]) => model === asked).map(([camera]) => camera),
    }));
  }

  stop(): void {
    for (const looker of this.#lookers.values()) looker.stop();
  }
}
