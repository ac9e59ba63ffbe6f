import type { Problem } from '../core/overview.ts';
import type { TimestampMs } from '../core/units.ts';

/** What a check found wrong just now; the same `id` means the same problem. */
export type Finding = Omit<Problem, 'sinceMs'>;

/**
 * Keeps the list of what is wrong: a finding that was not there before begins now, one that is gone has cleared itself.
 * Bounded: the worst hundred are kept, and the number left out is said.
 */
export class Problems {
  #current: readonly Problem[] = [];

  /** The problems of the last update, errors first, then the oldest. */
  get current(): readonly Problem[] {
    return this.#current;
  }

  /** Replaces the list by what is wrong now. Returns what began and what ended, for the log. */
  update(findings: readonly Finding[], nowMs: TimestampMs): { readonly began: readonly Problem[]; readonly ended: readonly Problem[] } {
    const before = new Map(this.#current.map((problem) => [problem.id, problem]));
    const now = findings.map((finding) => ({ ...finding, sinceMs: before.get(finding.id)?.sinceMs ?? nowMs }));
    const ids = new Set(now.map(({ id }) => id));
    const began = now.filter(({ id }) => !before.has(id));
    const ended = this.#current.filter(({ id }) => !ids.has(id));
    this.#current = bounded(now.sort(bySeverityThenAge));
    return { began, ended };
  }
}

const MAX_PROBLEMS = 100;

function bounded(problems: readonly Problem[]): readonly Problem[] {
  const first = problems[0];
  if (problems.length <= MAX_PROBLEMS || first === undefined) return problems;
  const more: Problem = {
    id: 'more',
    severity: 'warning',
    sentence: `${problems.length - MAX_PROBLEMS} more problems are not shown`,
    hint: 'Mend the ones above first: they often have one cause',
    sinceMs: first.sinceMs,
  };
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

function bySeverityThenAge(a: Problem, b: Problem): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1;
  return a.sinceMs - b.sinceMs;
}
