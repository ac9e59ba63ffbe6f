import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type DoorReport, type SurveyedSide, surveyDoor } from '../core/locate/door-survey.ts';
import type { StoreMap } from '../core/store-map.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { type DoorLine, readDoorStands, readSightings } from './survey-log.ts';
import { describeDoor, doorwayBlock } from './survey-words.ts';

/** The words of `endcap survey` that a door needs. */
export interface DoorWords {
  readonly door: string;
  readonly stands?: string;
  readonly record?: string;
  readonly seconds: string;
  readonly json?: boolean;
}

/** What is asked on the walk through a door, twice over, because one stand cannot be judged by itself. */
const SIDES = [
  { name: 'inside', where: 'inside, a few steps behind the door', isInside: true },
  { name: 'vestibule', where: 'between the doors ("s" where there is no vestibule)', isInside: false },
  { name: 'outside', where: 'outside, where people walk past', isInside: false },
] as const;
const ROUNDS = 2;

/** Learns the sides of a door from somebody who stands on each of them with a tag, and prints what goes into the configuration. */
export async function surveyOneDoor(
  store: StoreMap,
  asked: { readonly words: DoorWords; readonly log: string; readonly tag: string },
  context: CommandContext,
): Promise<void> {
  const { words, log, tag } = asked;
  const receivers = receiversOf(store, words.door);
  const lines =
    words.stands === undefined ? await walk(words, context) : readDoorStands(resolve(context.workingDirectory, words.stands), store);
  const sides = sidesOf(lines, store, receivers.first);
  const fromMs = Math.min(...lines.map(({ from }) => from));
  const tags = new Set(lines.map((line) => line.tag ?? tag));
  const sightings = await readSightings(log, tags, fromMs);
  const stands = lines.map((line) => ({
    side: line.side,
    sightings: sightings.filter(({ atMs, beacon }) => atMs >= line.from && atMs < line.to && beacon === (line.tag ?? tag)),
  }));
  for (const { side, sightings: heard } of stands)
    if (heard.length === 0) context.complain(`Nothing was heard in one of the stands on side "${side}"; that stand does not count`);
  const report = surveyDoor(
    receivers,
    sides,
    stands.filter(({ sightings: heard }) => heard.length > 0),
  );
  if (report === undefined)
    throw new CliFailure('Cannot survey the door: on one of its sides nothing was heard at both receivers', {
      exitCode: EXIT.unavailable,
      hint: 'does the agent run, and does the tag send? The times in the stands file must be those of the log',
    });
  if (words.json === true) return context.print(JSON.stringify(report satisfies DoorReport));
  for (const line of describeDoor(report)) context.complain(line);
  context.complain('To be pasted into the configuration, in place of earlier doorways of its calibration:');
  for (const line of doorwayBlock(report, store.calibration)) context.print(line);
}

function receiversOf(store: StoreMap, door: string): { readonly first: string; readonly second: string } {
  const [first = '', second = '', ...more] = door.split(',').map((id) => id.trim());
  const scanners = new Set(store.devices.filter(({ role }) => role === 'scanner').map(({ id }) => id));
  const wrong = [first, second].find((id) => !scanners.has(id));
  if (wrong === undefined && more.length === 0 && first !== second) return { first, second };
  throw new CliFailure(`Cannot survey door "${door}": expected two scanners of the configuration`, {
    exitCode: EXIT.usage,
    hint: `like --door ${[...scanners].slice(0, 2).join(',') || 'scanner-inside,scanner-outside'}`,
  });
}

/** The inside without a zone is in the zone of the first receiver, or at the entrance. */
function sidesOf(lines: readonly DoorLine[], store: StoreMap, first: string): readonly SurveyedSide[] {
  const entrance = store.devices.find(({ id }) => id === first)?.zone ?? store.zones.find(({ kind }) => kind === 'entrance')?.id;
  const sides = new Map<string, SurveyedSide>();
  for (const { side, zone, inside } of lines) {
    const isInside = inside ?? /^inside$/i.test(side);
    const at = zone ?? (isInside ? entrance : undefined);
    if (!sides.has(side)) sides.set(side, { name: side, isInside, ...(at === undefined ? {} : { zone: at }) });
  }
  if (sides.size >= 2 && [...sides.values()].some(({ isInside }) => isInside)) return [...sides.values()];
  throw new CliFailure('Cannot survey the door: expected stands on at least two sides, one of them inside', {
    exitCode: EXIT.usage,
    hint: 'call the inner side "inside", or write "inside": true into its lines',
  });
}

/** Leads a person from side to side; every stand is kept at once. */
async function walk(words: DoorWords, context: CommandContext): Promise<readonly DoorLine[]> {
  const seconds = Number(words.seconds);
  if (!(seconds >= 5 && seconds <= 600))
    throw new CliFailure(`Cannot stand for "${words.seconds}" seconds: expected 5 to 600`, { exitCode: EXIT.usage });
  const file = resolve(context.workingDirectory, words.record ?? 'survey-stands.jsonl');
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const lines: DoorLine[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      context.complain(`Round ${round} of ${ROUNDS}: hold the tag as shoppers would; stand elsewhere than in the other round`);
      for (const { name, where, isInside } of SIDES) {
        const word = (await asked.question(`Stand ${where}. Enter starts ${seconds} s, "s" skips, "q" ends: `)).trim();
        if (word === 'q') return lines;
        if (word === 's') continue;
        const from = Date.now();
        await pause(seconds * 1_000);
        const line = { side: name, inside: isInside, from, to: Date.now() };
        lines.push(line);
        appendFileSync(file, `${JSON.stringify(line)}\n`);
        context.complain(`  kept in ${file}`);
      }
    }
  } finally {
    asked.close();
  }
  return lines;
}
