/** What one look at the machine found, in words. `hint` says what to do and is there whenever the status is not `ok`. */
export interface Finding {
  readonly check: CheckName;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly sentence: string;
  readonly hint?: string;
}

/** What `doctor` looks at, in the order of its report. */
export type CheckName = 'config' | 'runtime' | 'clock' | 'disk' | 'database' | 'model' | 'broker' | 'http' | 'cloud' | 'bluetooth';
