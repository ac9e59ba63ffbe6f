import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { hasPlaces } from '../core/locate/floor.ts';
import { centreOf } from '../core/locate/outline.ts';
import { type SurveyStand, survey } from '../core/locate/survey.ts';
import type { StoreMap } from '../core/store-map.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { surveyOneDoor } from './survey-door.ts';
import { readSightings, readStands, type StandLine } from './survey-log.ts';
import { calibrationBlock, describeSurvey } from './survey-words.ts';

interface SurveyWords {
  readonly config?: string;
  readonly tag?: string;
  readonly door?: string;
  readonly stands?: string;
  readonly record?: string;
  readonly seconds: string;
  readonly json?: boolean;
}

/** `endcap survey`: stand in every zone with a tag, and learn what this building does to radio and how small a zone may be. */
export function registerSurvey(program: Command, context: CommandContext): void {
  program
    .command('survey')
    .description('calibrate beacon scanners: stand in each zone with a tag; says how small a zone they can tell apart')
    .argument('[log]', 'data folder, core.db, or JSON Lines with sightings (default: the data folder of the configuration)')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--tag <id>', 'the store-owned tag that is carried (default: the first of the configuration)')
    .option('--door <first,second>', 'learn the sides of a door instead: its two scanners, the inner one first')
    .option('--stands <file>', 'who stood where and when, JSON Lines as --record writes them; nothing is asked then')
    .option('--record <file>', 'where to keep the stands of this walk', 'survey-stands.jsonl')
    .option('--seconds <n>', 'how long to stand in each zone', '30')
    .option('--json', 'the report and the calibration for programs')
    .action((log: string | undefined, words: SurveyWords) => run(log, words, context));
}

async function run(log: string | undefined, words: SurveyWords, context: CommandContext): Promise<void> {
  const { config, store } = requireConfig(chooseConfig(words.config, context), context);
  const tag = words.tag ?? store.tags[0]?.id;
  if (tag === undefined || !store.tags.some(({ id }) => id === tag))
    throw new CliFailure(`Cannot survey with tag "${tag ?? ''}": it is not in the configuration`, {
      exitCode: EXIT.usage,
      hint: 'sightings of a tag that the store does not own are never kept: add it to tags first',
    });
  const source = log === undefined ? config.data.dir : resolve(context.workingDirectory, log);
  if (words.door !== undefined) return surveyOneDoor(store, { words: { ...words, door: words.door }, log: source, tag }, context);
  if (!hasPlaces(store))
    throw new CliFailure('Cannot survey: fewer than three scanners have a place', {
      exitCode: EXIT.config,
      hint: 'give each scanner in devices its place on the plan, like at: [4, 7.5]',
    });
  const lines =
    words.stands === undefined ? await walk(store, words, context) : readStands(resolve(context.workingDirectory, words.stands));
  const fromMs = Math.min(...lines.map(({ from }) => from));
  const sightings = await readSightings(source, new Set([tag]), fromMs);
  const stands = lines.map((line): SurveyStand => {
    const zone = store.zones.find(({ id }) => id === line.zone);
    if (zone === undefined)
      throw new CliFailure(`Cannot survey zone "${line.zone}": it is not in the configuration`, { exitCode: EXIT.usage });
    const { xM, yM } = line.at === undefined ? centreOf(zone.outline) : { xM: line.at[0], yM: line.at[1] };
    return { zone: zone.id, xM, yM, sightings: sightings.filter(({ atMs }) => atMs >= line.from && atMs < line.to) };
  });
  for (const { zone, sightings: heard } of stands)
    if (heard.length === 0) context.complain(`Nothing was heard of tag "${tag}" while it was in zone "${zone}"; that stand does not count`);
  const report = survey(store, stands);
  if (report === undefined) {
    throw new CliFailure(`Cannot survey: nothing was heard of tag "${tag}" in any stand`, {
      exitCode: EXIT.unavailable,
      hint: 'does the agent run, and does the tag send? The times in the stands file must be those of the log',
    });
  }
  if (words.json === true) {
    const { fit, ...judged } = report;
    return context.print(JSON.stringify({ ...judged, ...fit, offsetsDb: Object.fromEntries(fit.offsetsDb) }));
  }
  for (const line of describeSurvey(report)) context.complain(line);
  context.complain('To be pasted into the configuration, in place of an earlier calibration:');
  for (const line of calibrationBlock(report, store.calibration)) context.print(line);
}

/** Leads a person through the zones; every stand is kept at once, so that a walk that breaks off is not lost. */
async function walk(store: StoreMap, words: SurveyWords, context: CommandContext): Promise<readonly StandLine[]> {
  const seconds = Number(words.seconds);
  if (!(seconds >= 5 && seconds <= 600))
    throw new CliFailure(`Cannot stand for "${words.seconds}" seconds: expected 5 to 600`, { exitCode: EXIT.usage });
  const file = resolve(context.workingDirectory, words.record ?? 'survey-stands.jsonl');
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const lines: StandLine[] = [];
  try {
    for (const zone of store.zones) {
      const middle = centreOf(zone.outline);
      const answer = await asked.question(
        `Stand in zone "${zone.name}". Enter starts ${seconds} s; "x y" says where you stand (middle: ${middle.xM.toFixed(1)} ${middle.yM.toFixed(1)}), "s" skips, "q" ends: `,
      );
      const word = answer.trim();
      if (word === 'q') break;
      if (word === 's') continue;
      const numbers = word.split(/[\s,]+/).map(Number);
      const at = word !== '' && numbers.length === 2 && numbers.every(Number.isFinite) ? ([numbers[0]!, numbers[1]!] as const) : undefined;
      const from = Date.now();
      await pause(seconds * 1_000);
      const line = { zone: zone.id, ...(at === undefined ? {} : { at: [...at] as [number, number] }), from, to: Date.now() };
      lines.push(line);
      appendFileSync(file, `${JSON.stringify(line)}\n`);
      context.complain(`  kept in ${file}`);
    }
  } finally {
    asked.close();
  }
  if (lines.length === 0) throw new CliFailure('Cannot survey: no stand was made', { exitCode: EXIT.usage });
  return lines;
}
