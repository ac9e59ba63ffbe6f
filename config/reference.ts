import { listSettings } from './settings.ts';

/** Markdown table of every setting with its environment variable, default and meaning: the one in the documentation. */
export function settingsTable(): string {
  const rows = listSettings().map((setting) => {
    const defaultValue = setting.defaultValue === undefined ? '' : `\`${setting.defaultValue}\``;
    return `| \`${setting.path.join('.')}\` | \`${setting.variable}\` | ${defaultValue} | ${setting.description.replaceAll('|', '\\|')} |`;
  });
  return ['| Setting | Environment | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}
