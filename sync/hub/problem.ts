import type { FastifyReply } from 'fastify';

/** Everything that a hub may answer instead of what was asked, with its status. */
const PROBLEMS = {
  unauthorized: { status: 401, title: 'The key is missing or not valid' },
  forbidden: { status: 403, title: 'This key is for something else' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  timeout: { status: 408, title: 'The request took too long to arrive' },
  stale: { status: 409, title: 'Something newer was published already' },
  'too-large': { status: 413, title: 'The request is too large' },
  'wrong-type': { status: 415, title: 'The body must be JSON, plain or gzipped' },
  malformed: { status: 400, title: 'The request cannot be read' },
  'bad-signature': { status: 403, title: 'The signature is missing or wrong' },
  'unsupported-version': { status: 422, title: 'This hub does not know this version of the protocol' },
  'too-many': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The hub failed; the fault is on its side' },
  busy: { status: 503, title: 'The hub cannot take this now' },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/** An answer other than the one asked for; routes throw it and one handler writes it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly kind: ProblemKind;
  readonly retryAfterMs: number | undefined;

  /** `detail` is one sentence for the other side; it must hold no secret. */
  constructor(kind: ProblemKind, detail?: string, options: { readonly retryAfterMs?: number } = {}) {
    super(detail ?? PROBLEMS[kind].title);
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }
}

/** Answers with problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { status, title } = PROBLEMS[problem.kind];
  if (problem.retryAfterMs !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(problem.retryAfterMs / 1_000))));
  if (problem.kind === 'unauthorized') void reply.header('www-authenticate', 'Basic realm="Endcap hub", charset="UTF-8"');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:endcap:problem:${problem.kind}`, title, status, detail: problem.message }));
}

/** The problem that an error stands for; unknown ones say nothing about themselves. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return new ProblemError('too-large');
  if (status === 415) return new ProblemError('wrong-type');
  if (status === 408) return new ProblemError('timeout');
  if (status >= 400 && status < 500) return new ProblemError('malformed');
  return new ProblemError('internal');
}
