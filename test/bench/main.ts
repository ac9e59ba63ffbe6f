import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BenchContext, type Section, Workspace } from './bench-context.ts';
import type { Figure } from './figure.ts';
import { describeMachine, formatMachine, formatSection, formatSummary, loadNow, type SectionReport } from './report.ts';
import { cloud } from './sections/cloud.ts';
import { decode } from './sections/decode.ts';
import { ingest } from './sections/ingest.ts';
import { latency } from './sections/latency.ts';
import { memory } from './sections/memory.ts';
import { overload } from './sections/overload.ts';
import { scale } from './sections/scale.ts';
import { score } from './sections/score.ts';
import { start } from './sections/start.ts';
import { wear } from './sections/wear.ts';

/** The benchmark: `node dist/test/bench/main.js`, or `endcap bench`. A report to read, not a test to pass: it ends with 0 unless a section breaks. */
const SECTIONS: readonly Section[] = [ingest, decode, latency, overload, score, wear, memory, start, cloud, scale];

const USAGE = `endcap bench [--only ${SECTIONS.map(({ name }) => name).join(',')}] [--quick] [--full] [--minutes N] [--json FILE] [--agent MAIN.JS] [--profile FOLDER]

  --only       measure only these sections
  --quick      rougher figures in under 90 seconds
  --full       also what takes tens of gigabytes of disk
  --minutes    how long memory is watched (default 1)
  --json       write the report to a file as well
  --agent      measure another build of the agent, to compare two
  --profile    write CPU profiles of the measured agents into a folder`;

interface Options {
  readonly sections: readonly Section[];
  readonly isQuick: boolean;
  readonly isFull: boolean;
  readonly minutes: number;
  readonly jsonFile: string | undefined;
  readonly agentFile: string | undefined;
  readonly profileDir: string | undefined;
}

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    print(USAGE);
    return 0;
  }
  const options = readOptions(words);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 64;
  }
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  print(formatMachine(machine));
  const reports: SectionReport[] = [];
  for (const section of options.sections) {
    const report = await measureSection(section, options);
    reports.push(report);
    print(formatSection(report));
  }
  print(formatSummary(reports));
  if (options.jsonFile !== undefined) {
    const report = { machine, startedAt, quick: options.isQuick, full: options.isFull, sections: reports };
    writeFileSync(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return reports.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

async function measureSection(section: Section, options: Options): Promise<SectionReport> {
  using workspace = new Workspace();
  const figures: Figure[] = [];
  const remarks: string[] = [];
  const context: BenchContext = {
    isQuick: options.isQuick,
    isFull: options.isFull,
    memoryMinutes: options.minutes,
    run: { mainFile: options.agentFile, profileDir: options.profileDir },
    newFolder: (name) => workspace.newFolder(name),
    add: (...found) => void figures.push(...found),
    remark: (sentence) => void remarks.push(sentence),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  const { name, title } = section;
  const loadBefore = loadNow();
  const startedMs = performance.now();
  let failure: string | undefined;
  try {
    await section.measure(context);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return {
    name,
    title,
    figures,
    remarks,
    ...(failure !== undefined && { failure }),
    seconds: (performance.now() - startedMs) / 1_000,
    load: [loadBefore, loadNow()],
  };
}

/** The options, or what to say when they cannot be read. */
function readOptions(words: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        minutes: { type: 'string' },
        json: { type: 'string' },
        agent: { type: 'string' },
        profile: { type: 'string' },
      },
    });
    const wanted = values.only?.split(',').map((name) => name.trim());
    const unknown = wanted?.find((name) => !SECTIONS.some((section) => section.name === name));
    if (unknown !== undefined) return `Cannot measure "${unknown}"\n\n${USAGE}`;
    const minutes = values.minutes === undefined ? (values.quick ? 0.15 : 1) : Number(values.minutes);
    if (!(minutes > 0)) return `Cannot use --minutes "${values.minutes}": expected a number above 0\n\n${USAGE}`;
    return {
      sections: SECTIONS.filter(({ name }) => wanted?.includes(name) ?? true),
      isQuick: values.quick,
      isFull: values.full,
      minutes,
      jsonFile: values.json,
      agentFile: values.agent,
      profileDir: values.profile,
    };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
