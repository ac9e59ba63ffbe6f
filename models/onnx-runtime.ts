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

/** For whoever loads the library by another way. */
export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
