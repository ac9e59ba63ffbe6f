import { resolve } from 'node:path';
import type { Issue } from './problem.ts';
import type { Setting } from './settings.ts';
import { listSettings } from './settings.ts';
import { suggestion } from './suggest.ts';

/** Variables that begin like ours and are no settings. */
const OTHER_VARIABLES: readonly string[] = ['ENDCAP_CONFIG'];

/** A setting given by the environment, in the form that the file would have it. */
export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: string | number | boolean | readonly string[];
}

/** A variable that cannot be used. */
export interface EnvironmentIssue extends Issue {
  readonly variable: string;
}

/**
 * Reads `ENDCAP_<SECTION>_<KEY>` for every scalar setting of the schema (`ENDCAP_HTTP_PORT` is http.port, lists of words are separated by
 * commas, an empty value counts as not set). Relative paths are relative to `folder`. Unknown `ENDCAP_` names are issues;
 * `ENDCAP_CONFIG` and `ENDCAP_TEST_*` are not settings and pass.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): { readonly overrides: readonly Override[]; readonly issues: readonly EnvironmentIssue[] } {
  const settings = new Map(listSettings().map((setting) => [setting.variable, setting]));
  const overrides: Override[] = [];
  const issues: EnvironmentIssue[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('ENDCAP_') || OTHER_VARIABLES.includes(variable) || variable.startsWith('ENDCAP_TEST_')) continue;
    const setting = settings.get(variable);
    if (setting === undefined) {
      issues.push({ variable, path: [], message: `unknown setting "${variable}"`, hint: suggestion(variable, settings.keys()) });
      continue;
    }
    if (text === undefined || text === '') continue;
    const value = readValue(setting, text, folder);
    if (value === undefined) issues.push({ variable, path: setting.path, message: `expected ${EXPECTED[setting.form]}, got "${text}"` });
    else overrides.push({ variable, path: setting.path, value });
  }
  return { overrides, issues };
}

const EXPECTED: Readonly<Record<Setting['form'], string>> = {
  text: 'text',
  number: 'a number',
  boolean: '"true" or "false"',
  words: 'words separated by commas',
};

function readValue(setting: Setting, text: string, folder: string): Override['value'] | undefined {
  switch (setting.form) {
    case 'text':
      return isPathSetting(setting.path) ? resolve(folder, text) : text;
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
    case 'boolean':
      return ({ true: true, '1': true, yes: true, false: false, '0': false, no: false } as const)[text.trim().toLowerCase()];
    case 'words':
      return text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
  }
}

/** Whether a setting names a file or folder: by its name, so that a new one cannot be forgotten. */
export function isPathSetting(path: readonly PropertyKey[]): boolean {
  return /(^|[a-z])(file|dir)$/i.test(String(path.at(-1)));
}
