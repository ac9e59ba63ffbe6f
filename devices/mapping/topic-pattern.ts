import { fail, ok, type Result } from '../../agent/core/result.ts';

/** A topic with named parts, ready to match. */
export interface TopicPattern {
  readonly names: readonly string[];
  /** As an MQTT filter in which only `{device}` is left open. */
  readonly filter: string;
  /** The named parts in the order of `names`, or `undefined` when the topic is another. */
  match(topic: string): readonly string[] | undefined;
}

/**
 * Compiles `acme/{device}/scale/{slot}`: `{name}` is one level or a part of one, `{name...}` one level or more, `+` any level, `#` the rest. At most
 * one part may span levels, so that matching takes time in proportion to the topic.
 */
export function compileTopic(text: string): Result<TopicPattern, string> {
  if (text.length === 0 || text.length > 200) return fail('expected a topic of 1 to 200 characters');
  const names: string[] = [];
  const levels = text.split('/');
  let spans = 0;
  const sources: string[] = [];
  const filters: string[] = [];
  for (const [index, level] of levels.entries()) {
    if (level === '#') {
      if (index !== levels.length - 1) return fail(`"${text}": # must be the last level`);
      spans += 1;
      sources.push('.*');
      filters.push('#');
      continue;
    }
    const spanning = /^\{([a-zA-Z]\w{0,30})\.\.\.\}$/.exec(level);
    if (spanning !== null) {
      spans += 1;
      names.push(spanning[1]!);
      sources.push('(.+)');
      filters.push(spanning[1] === 'device' ? '{device}' : '+');
      continue;
    }
    const source = levelSource(level, names);
    if (source === undefined) return fail(`"${text}": "${level}" is not a level of a topic; named parts look like {device}`);
    sources.push(source);
    filters.push(level === '{device}' || !/[{+]/.test(level) ? level : '+');
  }
  if (spans > 1) return fail(`"${text}": only one part may span several levels`);
  if (new Set(names).size !== names.length) return fail(`"${text}": a name is used twice`);
  const pattern = new RegExp(`^${sources.join('/')}$`, 'u');
  return ok({
    names,
    filter: filters.join('/'),
    match(topic) {
      if (topic.length > 1_024) return undefined;
      const found = pattern.exec(topic);
      return found === null ? undefined : found.slice(1);
    },
  });
}

function levelSource(level: string, names: string[]): string | undefined {
  if (level === '+') return '[^/]+';
  let source = '';
  let rest = level;
  let parts = 0;
  while (rest.length > 0) {
    const match = /^(?:\{([a-zA-Z]\w{0,30})\}|([^{}+#/]+))/.exec(rest);
    if (match === null) return undefined;
    const [whole, name, literal] = match;
    if (name !== undefined) {
      parts += 1;
      // Two open parts in one level would have to be told apart by trying.
      if (parts > 1) return undefined;
      names.push(name);
      source += '([^/]+)';
    } else source += literal!.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    rest = rest.slice(whole.length);
  }
  return source;
}
