import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import type { LoadedConfig } from '../../config/load.ts';
import { didYouMean } from '../../config/suggest.ts';
import type { Adapter, Decoded, DeviceMessage } from '../../devices/adapters/adapter.ts';
import { Placements } from '../../devices/adapters/placements.ts';
import { familyMapping } from '../../devices/adapters/registry.ts';
import { type CompiledMapping, compileMapping } from '../../devices/mapping/compile-mapping.ts';
import { type Explanation, explainMapping } from '../../devices/mapping/explain-mapping.ts';
import type { MappingExtras } from '../../devices/mapping/mapping-adapter.ts';
import { mappingSchema } from '../../devices/mapping/mapping-schema.ts';
import { createAdapters, placedSources } from '../compose-adapters.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

interface TryWords {
  readonly config?: string;
  readonly json?: boolean;
}

/** `endcap device try`: what a mapping or adapter makes of captured messages, field by field, without an agent that runs. */
export function registerDeviceTry(device: Command, context: CommandContext): void {
  device
    .command('try')
    .description('show what a mapping or adapter would make of a captured message, field by field')
    .argument('<mapping>', 'name of a mapping of the configuration or of an adapter, or a YAML file with a mapping')
    .argument(
      '<message>',
      'file of lines "topic payload", as mosquitto_sub -v prints them, or JSON lines with topic and payload; - reads standard input',
    )
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--json', 'for programs')
    .action((mapping: string, message: string, words: TryWords) => run({ mapping, message, words }, context));
}

interface Subject {
  readonly name: string;
  readonly adapter: Adapter | undefined;
  readonly mapping: CompiledMapping | undefined;
  /** What one of our own families has besides its mapping. */
  readonly extras?: MappingExtras;
}

function run(asked: { readonly mapping: string; readonly message: string; readonly words: TryWords }, context: CommandContext): void {
  const { words } = asked;
  const loaded = requireConfig(chooseConfig(words.config, context), context);
  const subject = findSubject(asked.mapping, loaded, context);
  const placements = new Placements(
    placedSources(loaded.config),
    loaded.config.tags.map((tag) => tag.id),
  );
  let allRead = true;
  for (const [index, message] of readMessages(asked.message, context).entries()) {
    const verdict = decodeWith(subject, message, placements);
    allRead &&= verdict.kind === 'readings';
    const explanation =
      subject.mapping === undefined ? undefined : explainMapping(subject.mapping, message, { placements, extras: subject.extras });
    if (words.json === true) {
      context.print(JSON.stringify({ message: index + 1, topic: message.topic, ...(explanation ?? { verdict }) }));
      continue;
    }
    context.print(context.paint('bold', `message ${index + 1}  ${message.topic}`));
    if (explanation !== undefined) for (const line of explainLines(explanation, context)) context.print(line);
    for (const line of verdictLines(verdict, context)) context.print(line);
  }
  if (!allRead) context.finish(EXIT.found);
}

function decodeWith(subject: Subject, message: DeviceMessage, placements: Placements): Decoded {
  if (subject.mapping !== undefined) return explainMapping(subject.mapping, message, { placements, extras: subject.extras }).verdict;
  return subject.adapter?.decode(message) ?? { kind: 'ignored', reason: 'unknown-topic' };
}

function findSubject(named: string, loaded: LoadedConfig, context: CommandContext): Subject {
  if (/\.ya?ml$|\.json$/.test(named)) return fromFile(named, context);
  const own = loaded.config.mappings.find((mapping) => mapping.name === named);
  const compiled = own === undefined ? undefined : compileMapping(own);
  if (compiled?.ok === true) return { name: named, adapter: undefined, mapping: compiled.value };
  const family = familyMapping(named);
  if (family !== undefined) return { name: named, adapter: undefined, ...family };
  const { adapters } = createAdapters(loaded.config);
  const adapter = adapters.find((candidate) => candidate.name === named);
  if (adapter !== undefined) return { name: named, adapter, mapping: undefined };
  const names = [...loaded.config.mappings.map((mapping) => mapping.name), ...adapters.map((candidate) => candidate.name)];
  const meant = didYouMean(named, names);
  throw new CliFailure(`Cannot try "${named}": there is no mapping or adapter of this name`, {
    exitCode: EXIT.usage,
    hint: meant === undefined ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`,
  });
}

/** A file holds one mapping, alone or as the first of `mappings`. */
function fromFile(named: string, context: CommandContext): Subject {
  const written: unknown = parseYaml(readText(named, context));
  const first: unknown = isRecord(written) && Array.isArray(written['mappings']) ? written['mappings'][0] : written;
  const parsed = mappingSchema.safeParse(first);
  if (!parsed.success) {
    throw new CliFailure(`Cannot use the mapping "${named}"`, {
      exitCode: EXIT.config,
      details: parsed.error.issues.map((issue) => `${named}: ${issue.path.join('.')}: ${issue.message}`),
    });
  }
  const compiled = compileMapping(parsed.data);
  if (!compiled.ok) throw new Error('Cannot compile a mapping that its schema accepted');
  return { name: parsed.data.name, adapter: undefined, mapping: compiled.value };
}

const MAX_MESSAGES = 1_000;

function readMessages(named: string, context: CommandContext): readonly DeviceMessage[] {
  const text = named === '-' ? readFileSync(0, 'utf8') : readText(named, context);
  const messages = splitLines(text).map(readLine);
  const known = messages.filter((message) => message !== undefined);
  if (known.length === 0 || known.length !== messages.length) {
    throw new CliFailure(
      `Cannot read "${named}": expected lines of a topic, a space and the payload, or JSON lines with topic and payload`,
      {
        exitCode: EXIT.usage,
        hint: 'mosquitto_sub -v -t <topic> prints such lines',
      },
    );
  }
  return known.slice(0, MAX_MESSAGES);
}

/** A payload may be printed over several lines: a line that begins like the rest of one belongs to the message before. */
function splitLines(text: string): readonly string[] {
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const last = lines.length - 1;
    if (last >= 0 && /^[\s}\]]/.test(line)) lines[last] += `\n${line}`;
    else lines.push(line);
  }
  return lines;
}

function readLine(line: string): DeviceMessage | undefined {
  const receivedAtMs = Date.now();
  if (line.startsWith('{')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (!isRecord(value) || typeof value['topic'] !== 'string' || typeof value['payload'] !== 'string') return undefined;
    const payload = Buffer.from(value['payload'], value['encoding'] === 'base64' ? 'base64' : 'utf8');
    return { topic: value['topic'], payload, retain: false, receivedAtMs };
  }
  // Topics may hold spaces, so the payload begins where something like one does, else after the first space.
  const found = /^(\S.*?) ([[{"].*)$/s.exec(line) ?? /^(\S+) ?(.*)$/s.exec(line);
  return found === null ? undefined : { topic: found[1]!, payload: Buffer.from(found[2]!), retain: false, receivedAtMs };
}

function explainLines(explanation: Explanation, context: CommandContext): readonly string[] {
  const lines: string[] = [];
  const fitting = explanation.topics.find((topic) => topic.fits);
  lines.push(
    `  topic    ${fitting === undefined ? context.paint('red', `fits none of ${explanation.topics.map(({ topic }) => topic).join(', ')}`) : fitting.topic}`,
  );
  for (const [name, value] of Object.entries(explanation.parts)) lines.push(`  {${name}}  ${value}`);
  if (explanation.device !== undefined) lines.push(`  device   ${explanation.device}`);
  if (explanation.stopped !== undefined) lines.push(`  ${context.paint('yellow', explanation.stopped)}`);
  for (const { kind, element, skipped, fields } of explanation.readings) {
    lines.push(
      `  ${kind}${element === undefined ? '' : ` [${element}]`}${skipped === undefined ? '' : `  ${context.paint('dim', skipped)}`}`,
    );
    const width = Math.max(0, ...fields.map(({ name }) => name.length));
    for (const { name, from, outcome } of fields) {
      const text =
        outcome.kind === 'value'
          ? context.paint('green', JSON.stringify(outcome.value))
          : outcome.kind === 'missing'
            ? context.paint('yellow', 'nothing there')
            : context.paint('red', outcome.detail);
      lines.push(`    ${name.padEnd(width)}  <- ${from}  =  ${text}`);
    }
  }
  return lines;
}

function verdictLines(verdict: Decoded, context: CommandContext): readonly string[] {
  switch (verdict.kind) {
    case 'readings':
      return verdict.readings.map(
        ({ id: _id, atMs, device, ...body }) =>
          `  ${context.paint('green', 'reads')}  ${device}  ${JSON.stringify(body)}  at ${new Date(atMs).toISOString()}`,
      );
    case 'ignored':
      return [`  ${context.paint('yellow', 'not for us')}: ${verdict.reason}`];
    case 'malformed':
      return [`  ${context.paint('red', 'cannot be read')}: ${verdict.reason}: ${verdict.detail}`];
  }
}

function readText(named: string, context: CommandContext): string {
  try {
    return readFileSync(resolve(context.workingDirectory, named), 'utf8');
  } catch (error) {
    throw new CliFailure(`Cannot read "${named}": ${error instanceof Error ? error.message : 'it is not readable'}`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
