/** Where a camera's pictures go: bytes as they came, one picture a call. Nothing is kept here. */
export interface FrameSink {
  frame(bytes: Uint8Array): void;
  /** Why there are no pictures just now, in words; empty when there are again. */
  trouble(sentence: string): void;
}

/** A way to a camera's pictures. It tries again by itself, for ever; what it cannot keep up with it leaves out. */
export interface FrameSource {
  start(sink: FrameSink): void;
  stop(): void;
}

/** Who one is to a camera. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Longest picture that is taken from a camera. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** Wait before the next try, doubling from one second to half a minute. */
export function backoffMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(5, Math.max(0, failures - 1)));
}
