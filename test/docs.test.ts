import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../agent/cli/commands.ts';
import { settingsTable } from '../config/reference.ts';
import { listSettings } from '../config/settings.ts';

/** Every document of the project. */
const documents = ['.', 'agent', 'models', 'devices', 'sync', 'config', 'test']
  .flatMap((folder) => readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' }).map((name) => normalize(join(folder, name))))
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
const readme = documents.find((document) => document.path === 'README.md');

describe('the documents', () => {
  it('every link to a file of the project leads to one, and every anchor to a heading', () => {
    const broken = documents.flatMap(({ path, text }) =>
      linksOf(text)
        .filter((link) => !/^[a-z][a-z+.-]*:/.test(link))
        .filter((link) => !leadsSomewhere(path, text, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('every npm script that is named exists', () => {
    const builtIn = new Set(['ci', 'install', 'i', 'test', 'start', 'run', 'sbom', 'pack', 'prune']);
    const unknown = documents.flatMap(({ path, text }) =>
      [...codeOf(text).matchAll(/\bnpm (?:run (?:--silent |-s )?)?([\w:-]+)/g)]
        .map((match) => [match[0], match[1]!] as const)
        .filter(([words, name]) => (words.startsWith('npm run') ? manifest.scripts[name] === undefined : !builtIn.has(name)))
        .map(([words]) => `${path}: ${words}`),
    );
    expect(unknown).toEqual([]);
  });

  it('every endcap command and option that is named exists', () => {
    const unknown = documents.flatMap(({ path, text }) =>
      [...codeOf(text).matchAll(/(?:^|[\s"`(])endcap ((?:[a-z-]+)(?: [^\n"`)]*)?)/gm)]
        .map((match) => match[1]!)
        .filter((words) => !isCommandLine(words))
        .map((words) => `${path}: endcap ${words}`),
    );
    expect(unknown).toEqual([]);
  });

  it('every ENDCAP_ variable that is named is a setting', () => {
    const known = new Set([...listSettings().map((setting) => setting.variable), 'ENDCAP_CONFIG', 'ENDCAP_TEST_REQUIRE_ALL']);
    const unknown = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\bENDCAP_[A-Z0-9_]*[A-Z0-9]\b/g)].filter(([name]) => !known.has(name)).map(([name]) => `${path}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('every path in backticks that looks like one of ours exists', () => {
    const unknown = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:agent|models|devices|sync|config|test)\/[\w./-]+)`/g)]
        .map((match) => match[1]!)
        .filter((file) => !existsSync(file))
        .map((file) => `${path}: ${file}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('config/settings.md', () => {
  it('holds the table of settings as the schema has it (npm run --silent endcap -- config reference prints it)', () => {
    const text = readFileSync('config/settings.md', 'utf8');
    const table = text.split('<!-- settings -->')[1]?.split('<!-- /settings -->')[0] ?? '';
    expect(cellsOf(table)).toEqual(cellsOf(settingsTable()));
  });

  it('names every list that is in the file only', () => {
    const text = readFileSync('config/settings.md', 'utf8');
    const lists = [
      'zones',
      'fixtures',
      'products',
      'devices',
      'tags',
      'campaigns',
      'policy.quietHours',
      'http.tillKeys',
      'http.metrics.keys',
    ];
    expect(lists.filter((list) => !text.includes(`\`${list}\``))).toEqual([]);
  });
});

describe.skipIf(readme === undefined)('README.md', () => {
  const text = readme?.text ?? '';

  it('holds the two commands, a line each', () => {
    expect(text.split('\n').map((line) => line.trim())).toEqual(expect.arrayContaining(['npm ci && npm start', 'npm ci && npm test']));
  });

  it('keeps its promises: every test that the table of promises names exists', () => {
    const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.tsx?)`/g)].map((match) => match[1]!);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('keeps its promises: in the named file there is a test of the given words', () => {
    const rows = [...text.matchAll(/^\| [^|]+ \| `(test\/[\w./-]+\.test\.tsx?)`: ([^|]+) \|$/gm)].map(
      (match) => [match[1]!, match[2]!] as const,
    );
    expect(rows.length).toBeGreaterThan(10);
    const plain = (words: string) => words.replace(/\\/g, '');
    expect(rows.filter(([file, words]) => !plain(readFileSync(file, 'utf8')).includes(words.trim()))).toEqual([]);
  });
});

describe('the checks themselves', () => {
  it('see a broken link, a wrong anchor and a wrong command', () => {
    expect(linksOf('[a](x.md) ![b](y.png) [c]: z.md\n```\n[not](a-link)\n```')).toEqual(['x.md', 'y.png', 'z.md']);
    expect(leadsSomewhere('README.md', '# One Two', '#one-two')).toBe(true);
    expect(leadsSomewhere('README.md', '# One Two', '#three')).toBe(false);
    expect(leadsSomewhere('README.md', '', 'package.json')).toBe(true);
    expect(leadsSomewhere('README.md', '', 'nowhere.md')).toBe(false);
    expect([
      isCommandLine('start --config x'),
      isCommandLine('config check'),
      isCommandLine('strat'),
      isCommandLine('start --confg x'),
    ]).toEqual([true, true, false, false]);
  });
});

/** A Markdown table without its layout: the formatter lines columns up. */
function cellsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .filter((line) => !/^[|\s-]+$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}

function linksOf(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)|\]: (\S+)/gm)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!,
  );
}

function leadsSomewhere(path: string, text: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  if (file !== '') return existsSync(join(dirname(path), decodeURIComponent(file)));
  return headingsOf(text).includes(anchor ?? '');
}

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+\s+(.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** What stands in fences and backticks. */
function codeOf(text: string): string {
  return [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map((match) => match[0].replace(/^`+\w*|`+$/g, '')).join('\n');
}

/** Whether the words begin with a command that exists, and every long option among them is one of it. */
function isCommandLine(words: string): boolean {
  const program = new Command('endcap').option('--verbose').option('--version');
  const nowhere = () => undefined;
  for (const register of COMMANDS) {
    register(program, {
      environment: {},
      workingDirectory: '/',
      isTerminal: false,
      print: nowhere,
      complain: nowhere,
      paint: (_colour, text) => text,
      stopRequested: () => new Promise(nowhere),
      finish: nowhere,
    });
  }
  let command: Command = program;
  const parts = words.split(/\s+/);
  for (const part of parts) {
    const inner = command.commands.find((candidate) => candidate.name() === part);
    if (inner === undefined) break;
    command = inner;
  }
  if (command === program) return parts[0]?.startsWith('--') === true;
  const known = [...command.options, ...program.options].map((option) => option.long);
  return parts.filter((part) => /^--[a-z]/.test(part)).every((part) => known.includes(part.split('=')[0]!) || part === '--help');
}
