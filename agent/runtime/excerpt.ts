const MAX_EXCERPT = 1_024;

/** The beginning of a payload as printable text of at most 1 kB, without anything that looks like a hardware address. */
export function excerptOf(payload: Uint8Array): string {
  const text = Buffer.from(payload.subarray(0, MAX_EXCERPT)).toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return maskMacs(text.replace(/[\u0000-\u001f\u007f-\u009f\ufffd]/g, '.'));
}

/** Text in which hardware addresses are masked: a message put aside for a person to look at may hold a shopper's. */
export function maskMacs(text: string): string {
  return text.replace(/\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b/g, '**:**:**:**:**:**').replace(/\b[0-9A-Fa-f]{12}\b/g, '************');
}
