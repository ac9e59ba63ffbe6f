/** Every problem that the API can answer with: its status, a plain sentence, and what to do about it. The key is the last part of `type`. */
export const PROBLEMS = {
  'not-understood': { status: 400, title: 'The request could not be understood.', hint: 'Compare it with /api/openapi.json.' },
  'wrong-fields': { status: 400, title: 'Some fields are missing or wrong.', hint: 'Correct the fields named in "errors".' },
  'sign-in-first': { status: 401, title: 'Nobody is signed in.', hint: 'Sign in on the manager page.' },
  'login-failed': { status: 401, title: 'The name or the password is wrong.', hint: 'Check both and try again.' },
  'visit-ended': { status: 401, title: 'This visit has ended or is not known.', hint: 'Open the shop page again to start a new one.' },
  'till-key-needed': {
    status: 401,
    title: 'A till key is needed.',
    hint: 'Send "Authorization: Bearer <key>" with a key from the config (http.tillKeys).',
  },
  'monitoring-key-needed': {
    status: 401,
    title: 'A monitoring key is needed.',
    hint: 'Send "Authorization: Bearer <key>", or sign in on the manager page.',
  },
  'not-your-role': { status: 403, title: 'Your account may not do this.', hint: 'Ask somebody whose role allows it.' },
  'host-not-allowed': {
    status: 403,
    title: 'This host name is not known here.',
    hint: 'Use the address of this machine, or add the name to http.allowedHosts.',
  },
  'other-site': { status: 403, title: 'The request came from another site.', hint: 'Use the pages of this agent.' },
  'setup-code-wrong': { status: 403, title: 'The setup code is wrong.', hint: 'Copy it from the console of the agent.' },
  'setup-locked': { status: 403, title: 'There were too many wrong setup codes.', hint: 'Restart the agent: it prints a new code.' },
  'no-such-page': { status: 404, title: 'There is nothing at this address.', hint: 'The API is described in /api/openapi.json.' },
  'unknown-decision': { status: 404, title: 'No such decision is kept.', hint: 'Load the list of decisions again.' },
  'unknown-offer': { status: 404, title: 'This visit has no such offer.', hint: 'Load the visit again.' },
  'unknown-code': { status: 404, title: 'This code is not known.', hint: 'Scan it again or type it letter by letter.' },
  'other-store': { status: 404, title: 'This code belongs to another store.', hint: 'It can be redeemed in the store that issued it.' },
  'unknown-product': { status: 404, title: 'The store has no such product.', hint: 'Check the SKU.' },
  'unknown-fixture': { status: 404, title: 'The store has no such shelf.', hint: 'Scan the code on the shelf again.' },
  'unknown-tag': { status: 404, title: 'The store has no such cart or basket.', hint: 'Scan the code on it again.' },
  'unknown-campaign': { status: 404, title: 'The store has no such campaign.', hint: 'Load the overview again.' },
  evaluating: { status: 429, title: 'A change is being judged already.', hint: 'Wait until it is done, about ten seconds.' },
  'unknown-experiment': { status: 404, title: 'The store has no such experiment.', hint: 'Load the list again.' },
  'experiment-refused': { status: 422, title: 'This experiment cannot run.', hint: 'Correct what "errors" says.' },
  'model-refused': { status: 422, title: 'This is not taken.', hint: 'Hand in another model.' },
  'model-busy': { status: 409, title: 'Something else is under way.', hint: 'Wait until it is done, or stop it.' },
  'unknown-upload': { status: 404, title: 'These files are not here any more.', hint: 'Choose them again.' },
  'unknown-camera': { status: 404, title: 'The store has no such camera.', hint: 'Load the page again.' },
  'no-picture': {
    status: 503,
    title: 'The camera sends no picture now.',
    hint: 'Check its power, its network and its address; the problems of the page say more.',
  },
  'quiet-hours': { status: 409, title: 'It is quiet hours: this camera takes no pictures now.', hint: 'Come back when they are over.' },
  'camera-not-right': { status: 422, title: 'The camera would not be right.', hint: 'Correct what "errors" says.' },
  'unknown-device': { status: 404, title: 'The store has no such device.', hint: 'Load the list again.' },
  'device-not-right': { status: 422, title: 'The device cannot be placed like this.', hint: 'Correct what is said in "errors".' },
  'too-slow': { status: 408, title: 'The request took too long to arrive.', hint: 'Try again.' },
  'already-redeemed': { status: 409, title: 'This code has been redeemed.', hint: 'Each code gives its discount once.' },
  'already-set-up': { status: 409, title: 'This store has been set up.', hint: 'Sign in with an account that exists.' },
  'name-taken': { status: 409, title: 'An account of this name exists.', hint: 'Choose another name.' },
  'wording-changed': {
    status: 409,
    title: 'The wording of the consent has changed.',
    hint: 'Load the page again, read it and choose again.',
  },
  'offer-closed': { status: 410, title: 'This offer can no longer be used.', hint: 'It has ended, or was taken back.' },
  'consent-first': {
    status: 409,
    title: 'This visit has not agreed to offers.',
    hint: 'Ask the shopper, then send the consent to PATCH /api/v1/visit/consents.',
  },
  'too-large': { status: 413, title: 'The request is too large.', hint: 'Send less.' },
  'address-too-long': { status: 414, title: 'The address is too long.', hint: 'Ids have at most 64 characters.' },
  'not-json': { status: 415, title: 'Only JSON is accepted here.', hint: 'Send it with "Content-Type: application/json".' },
  'weak-password': {
    status: 422,
    title: 'This password is too easy to guess.',
    hint: 'Use at least 12 characters: four random words do well.',
  },
  'too-many-requests': { status: 429, title: 'There were too many requests.', hint: 'Wait a moment and try again.' },
  'too-many-attempts': {
    status: 429,
    title: 'There were too many wrong attempts.',
    hint: 'Wait as long as "Retry-After" says and try again.',
  },
  'headers-too-large': { status: 431, title: 'The headers of the request are too large.', hint: 'Clear the cookies of this site.' },
  defect: { status: 500, title: 'The agent made a mistake.', hint: 'Try again; if it stays so, look at the log of the agent.' },
  overloaded: { status: 503, title: 'The store is very busy.', hint: 'Try again in a moment.' },
  stopping: { status: 503, title: 'The agent is being stopped.', hint: 'Try again in a minute.' },
  'too-many-streams': { status: 503, title: 'Too many pages are open.', hint: 'Try again in a moment.' },
  'pages-missing': { status: 503, title: 'The pages have not been built.', hint: 'Run "npm run build" and restart the agent.' },
  'no-contact': { status: 404, title: 'No security contact has been named.', hint: 'Set http.securityContact.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string; readonly hint: string }>>;

export type ProblemKind = keyof typeof PROBLEMS;

export interface Problem {
  readonly kind: 'problem';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProblemDetails {
  /** One more sentence about this case; never anything secret. */
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  /** Further members of the document. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Becomes Retry-After, in whole seconds, at least 1. */
  readonly retryAfterMs?: number;
}

/** A problem of the catalogue as an answer (RFC 9457). */
export function problem(kind: ProblemKind, details: ProblemDetails = {}): Problem {
  const { status, title, hint } = PROBLEMS[kind];
  const { detail, errors, more, retryAfterMs } = details;
  return {
    kind: 'problem',
    status,
    body: {
      type: `urn:endcap:problem:${kind}`,
      title,
      status,
      hint,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
      ...more,
    },
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) },
  };
}

/** Media type of problem documents. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
