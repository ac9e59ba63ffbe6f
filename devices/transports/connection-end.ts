/**
 * How a connection ended. `refused` needs a person; `version` means that the broker does not speak this MQTT version; `hung-up` that it closed
 * without a word before letting us in, which older brokers do for the same reason; the rest passes by itself.
 */
export interface ConnectionEnd {
  readonly kind: 'refused' | 'unreachable' | 'version' | 'hung-up' | 'lost';
  /** For people: what happened and what to do. */
  readonly sentence: string;
}

/** What was seen of a connection until it ended. */
export interface ConnectionTrace {
  /** The broker's URL without credentials. */
  readonly address: string;
  readonly clientId: string;
  readonly error: (Error & { readonly code?: unknown }) | undefined;
  /** Whether the other side answered at all. */
  readonly hasReached: boolean;
  /** Whether the broker let us in. */
  readonly wasAccepted: boolean;
  readonly takenOver: boolean;
}

/** Says what the end of a connection means. */
export function describeEnd(trace: ConnectionTrace): ConnectionEnd {
  const { address, clientId, error, hasReached, wasAccepted, takenOver } = trace;
  if (takenOver) {
    return {
      kind: 'refused',
      sentence: `Another program connects to ${address} with our client id "${clientId}", and the two throw each other out; if it is the agent of another store, give one of them another store.id`,
    };
  }
  const code = error?.code;
  if (typeof code === 'number' && !wasAccepted) return describeRefusal(address, clientId, code);
  if (wasAccepted) return { kind: 'lost', sentence: `The connection to ${address} was lost${because(error)}` };
  if (typeof code === 'string' && isCertificateFault(code)) {
    return {
      kind: 'refused',
      sentence: `Cannot trust the certificate of ${address} (${code}); set mqtt.caFile to the authority that issued it`,
    };
  }
  if (!hasReached || error !== undefined) {
    return {
      kind: 'unreachable',
      sentence: `Cannot reach the broker at ${address}${because(error)}; check that it runs and that mqtt.url is right`,
    };
  }
  return {
    kind: 'hung-up',
    sentence: `The broker at ${address} closes the connection without saying why; check that it speaks MQTT there`,
  };
}

function describeRefusal(address: string, clientId: string, code: number): ConnectionEnd {
  if (VERSION_CODES.has(code)) return { kind: 'version', sentence: `The broker at ${address} does not speak this version of MQTT` };
  if (CREDENTIAL_CODES.has(code)) {
    return {
      kind: 'refused',
      sentence: `The broker at ${address} refuses our user name or password; check mqtt.username and mqtt.passwordFile`,
    };
  }
  if (CLIENT_ID_CODES.has(code)) {
    return { kind: 'refused', sentence: `The broker at ${address} refuses our client id "${clientId}", which is made from store.id` };
  }
  if (BUSY_CODES.has(code)) return { kind: 'unreachable', sentence: `The broker at ${address} says that it is not available now` };
  return { kind: 'refused', sentence: `The broker at ${address} refuses the connection (code ${code}); its log says why` };
}

function because(error: (Error & { readonly code?: unknown }) | undefined): string {
  if (error === undefined) return '';
  const code = typeof error.code === 'string' ? error.code : '';
  return `: ${FACTS[code] ?? error.message}`;
}

function isCertificateFault(code: string): boolean {
  return code.includes('CERT') || code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code.startsWith('UNABLE_TO_GET_ISSUER');
}

const FACTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the other side reset it',
  oversized: 'a message was too large',
  'protocol-error': 'what came was not MQTT',
};

// The small codes are of MQTT 3.1.1 (section 3.2.2.3), the large ones of MQTT 5 (section 3.2.2.2).
const VERSION_CODES: ReadonlySet<number> = new Set([1, 132]);
const CLIENT_ID_CODES: ReadonlySet<number> = new Set([2, 133]);
const BUSY_CODES: ReadonlySet<number> = new Set([3, 136, 137, 159]);
const CREDENTIAL_CODES: ReadonlySet<number> = new Set([4, 5, 134, 135]);
