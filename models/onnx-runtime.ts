import type { InferenceSession } from 'onnxruntime-node';

/** The native library that runs models. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Loads the native library, with its telemetry off: on Linux it otherwise makes up a device id, keeps events in a database in the home folder
 * and sends them to its maker. The setting is read once, when the library is loaded, so nothing else may load it. Throws where it is missing.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  forbidTelemetry();
  return import('onnxruntime-node');
}

/** How every model is opened: on the thread that calls, and without words on the console. */
export const ONE_THREAD = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
} as const satisfies InferenceSession.SessionOptions;

/** For whoever loads the library by another way. */
export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
