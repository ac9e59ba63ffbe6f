import { describe, expect, it } from 'vitest';
import { moduleOf, onlyCode, parseSource, readSources, type SourceFile, withoutComments } from './source-tree.ts';

/** Who may import whom. A folder may always import itself; `agent/cli` and the files directly in `agent` put things together and may import everything but tests. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'agent/core': [],
  models: ['agent/core'],
  devices: ['agent/core'],
  sync: ['agent/core'],
  config: ['agent/core', 'models', 'devices', 'sync'],
  'agent/store': ['agent/core', 'sync'],
  'agent/http': ['agent/core'],
  'agent/web': ['agent/core'],
  'agent/runtime': ['agent/core', 'models', 'devices', 'sync'],
};

/** Third-party packages and the folders that are their home; `node:` is everywhere but in the core and the pages. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  aedes: ['devices/transports'],
  mqtt: ['devices/transports', 'devices/simulator'],
  'node-ble': ['devices/transports'],
  'dbus-next': ['devices/transports'],
  'sparkplug-payload': ['devices/adapters'],
  sharp: ['models', 'devices/transports'],
  'linear-sum-assignment': ['models', 'devices'],
  'onnxruntime-node': ['models'],
  // For its types; the driver itself is opened by sync/sqlite-driver.ts alone.
  'better-sqlite3': ['agent/store', 'sync/hub', 'sync/sqlite-driver.ts'],
  fastify: ['agent/http', 'sync/hub'],
  '@node-rs/argon2': ['agent/http'],
  pg: ['sync/hub'],
  pino: ['agent'],
  'prom-client': ['agent/runtime'],
  zod: ['devices', 'models', 'sync', 'config', 'agent/http', 'agent/cli'],
  yaml: ['config', 'devices/simulator', 'models/training', 'agent/cli'],
  'csv-parse': ['config'],
  commander: ['agent/cli'],
  preact: ['agent/web'],
  '@preact/signals': ['agent/web'],
  uplot: ['agent/web'],
  uqr: ['agent/web', 'agent/http'],
  esbuild: ['agent/web/build.ts'],
};

/** The type `any` where a type may stand. */
const ANY = /(?::|<|\bas|\||=>)\s*any\b(?!['"\w-])/;

/** Longest file that is accepted; 250 is long already. */
const MOST_LINES = 400;

const sources = readSources();
const code = sources.filter((file) => !file.path.startsWith('test/'));

describe('the import table', () => {
  it('every import stays inside what its folder may use', () => {
    const strays = code.flatMap((file) => {
      const from = moduleOf(file.path);
      if (isFree(from)) return reaching(file, 'test');
      const allowed = [from, ...(MAY_IMPORT[from] ?? [])];
      return file.imports
        .filter(({ target }) => target !== undefined && !allowed.includes(moduleOf(target)))
        .map(({ target }) => `${file.path} imports ${target}: ${from} may import ${allowed.slice(1).join(', ') || 'nothing'}`);
    });
    expect(strays).toEqual([]);
  });

  it('every folder of the source is in the table', () => {
    const unknown = new Set(code.map((file) => moduleOf(file.path)).filter((name) => !isFree(name) && MAY_IMPORT[name] === undefined));
    expect([...unknown]).toEqual([]);
  });

  it('every imported file exists under the name it is imported by', () => {
    const known = new Set(sources.map((file) => file.path));
    const missing = sources.flatMap((file) =>
      file.imports
        .filter(({ target, specifier }) => target !== undefined && !known.has(target) && !/\.(json|css|html|svg)$/.test(specifier))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    );
    expect(missing).toEqual([]);
  });

  it('every third-party package is used in its home only', () => {
    const strays = code.flatMap((file) =>
      packagesOf(file)
        .filter((name) => !(HOMES[name] ?? []).some((home) => file.path === home || file.path.startsWith(`${home}/`)))
        .map(
          (name) =>
            `${file.path} imports ${name}: ${HOMES[name] === undefined ? 'it has no home' : `its home is ${HOMES[name].join(', ')}`}`,
        ),
    );
    expect(strays).toEqual([]);
  });

  it('the core and the pages know nothing of Node', () => {
    const strays = code
      .filter((file) => file.path.startsWith('agent/core/') || (file.path.startsWith('agent/web/') && file.path !== 'agent/web/build.ts'))
      .flatMap((file) =>
        file.imports.filter(({ specifier }) => specifier.startsWith('node:')).map(({ specifier }) => `${file.path} imports ${specifier}`),
      );
    expect(strays).toEqual([]);
  });

  it('no folders import each other in a circle', () => {
    expect(findCycles(edges((path) => moduleOf(path)))).toEqual([]);
  });

  it('no files import each other in a circle', () => {
    expect(findCycles(edges((path) => path))).toEqual([]);
  });
});

describe('the core', () => {
  const core = code.filter((file) => file.path.startsWith('agent/core/'));

  it('has no clock, no randomness, no timers, no output and no async', () => {
    const forbidden =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bset(?:Timeout|Interval|Immediate)\b|\bconsole\b|\bprocess\b|\basync\b|\bawait\b|\bPromise\b|\bcrypto\b/;
    expect(offences(core, forbidden)).toEqual([]);
  });
});

describe('the source', () => {
  it('holds no file above 400 lines', () => {
    const long = sources.map((file) => [file.path, file.text.split('\n').length - 1] as const).filter(([, lines]) => lines > MOST_LINES);
    expect(long).toEqual([]);
  });

  it('names files and folders in kebab-case', () => {
    const odd = sources
      .map((file) => file.path)
      .filter((path) => !path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part)));
    expect(odd).toEqual([]);
  });

  it('has no default exports', () => {
    expect(offences(code, /^export default\b|\bas default\b/m)).toEqual([]);
  });

  it('has no barrels: nothing is re-exported from another file', () => {
    expect(offences(code, /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\b/m)).toEqual([]);
    expect(code.map((file) => file.path).filter((path) => /(^|\/)(index|utils?|helpers?)\.tsx?$/.test(path))).toEqual([]);
  });

  it('has no any', () => {
    expect(offences(sources, ANY)).toEqual([]);
  });

  it('has no emitters of its own', () => {
    expect(offences(code, /\bextends\s+EventEmitter\b|\bnew EventEmitter\b/)).toEqual([]);
  });

  it('has no enums, namespaces or parameter properties', () => {
    expect(
      offences(
        code,
        /^(?:export\s+)?(?:const\s+)?enum\s|^(?:export\s+)?(?:declare\s+)?namespace\s|constructor\([^)]*\b(?:private|public|protected)\b/m,
      ),
    ).toEqual([]);
  });
});

describe('the checks themselves', () => {
  it('see every kind of import', () => {
    const { imports } = parseSource(
      'agent/core/a.ts',
      "import fs from 'node:fs';\nimport type { B } from './b.ts';\nimport { c,\n  d } from '../store/c.ts';\nimport './e.ts';\nexport { f } from './f.ts';\nconst g = await import('zod');\n",
    );
    expect(imports.map(({ specifier, target }) => target ?? specifier)).toEqual([
      'node:fs',
      'agent/core/b.ts',
      'agent/store/c.ts',
      'agent/core/e.ts',
      'agent/core/f.ts',
      'zod',
    ]);
  });

  it('do not see what only looks like one', () => {
    expect(parseSource('a.ts', "// import 'x';\n/* import 'y'; */\nconst text = `\n  import 'z'`;\n").imports).toEqual([]);
    expect(withoutComments("const url = 'http://x'; // note")).toBe("const url = 'http://x';        ");
  });

  it('find a circle', () => {
    expect(
      findCycles(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['a'])],
        ]),
      ),
    ).toEqual(['a -> b -> c -> a']);
  });

  it('find an any, and not a word that holds one', () => {
    const anyPattern = ANY;
    expect(['let a: any;', 'x as any', 'Array<any>'].every((line) => anyPattern.test(line))).toBe(true);
    expect(['let a: Anything;', "{ a: 'any' }", 'many: 1'].some((line) => anyPattern.test(line))).toBe(false);
  });
});

function isFree(module: string): boolean {
  return module === 'test' || module === 'agent/cli' || /^agent\/[^/]+\.ts$/.test(module);
}

function reaching(file: SourceFile, root: string): string[] {
  return file.imports.filter(({ target }) => target?.startsWith(`${root}/`) === true).map(({ target }) => `${file.path} imports ${target}`);
}

function packagesOf(file: SourceFile): string[] {
  return file.imports
    .filter(({ specifier, target }) => target === undefined && !specifier.startsWith('node:'))
    .map(({ specifier }) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

/** Files whose code, comments and strings aside, matches; with the line. */
function offences(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap((file) => {
    const bare = onlyCode(file.text);
    const match = pattern.exec(bare);
    return match === null ? [] : [`${file.path}:${bare.slice(0, match.index).split('\n').length}: ${match[0].trim()}`];
  });
}

/** Imports that matter at run time and for reading: type-only ones between two files of one folder are allowed to point both ways. */
function edges(nameOf: (path: string) => string): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of code) {
    for (const { target, isTypeOnly } of file.imports) {
      if (target === undefined) continue;
      const [from, to] = [nameOf(file.path), nameOf(target)];
      if (from === to || (isTypeOnly && moduleOf(file.path) === moduleOf(target))) continue;
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return graph;
}

function findCycles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) {
      cycles.push([...trail.slice(trail.indexOf(node)), node].join(' -> '));
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return cycles;
}
