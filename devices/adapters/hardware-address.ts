/** A Bluetooth or Ethernet address in any usual spelling as 12 lower-case hex digits; `undefined` for anything else. */
export function macDigits(text: string): string | undefined {
  if (text.length !== 12 && text.length !== 17) return undefined;
  if (!MAC.test(text)) return undefined;
  return (text.length === 12 ? text : joined(text, 3, '')).toLowerCase();
}

/** An address of 12 digits as it is usually written, `aa:bb:cc:dd:ee:ff`. */
export function dottedMac(digits: string): string {
  return joined(digits, 2, ':');
}

/** The six pairs of digits, each so many characters after the one before. Written out, because every message of a Bluetooth sensor comes by here. */
function joined(text: string, apart: number, by: string): string {
  const pair = (at: number) => text.slice(at * apart, at * apart + 2);
  return `${pair(0)}${by}${pair(1)}${by}${pair(2)}${by}${pair(3)}${by}${pair(4)}${by}${pair(5)}`;
}

/** Whether a name is nothing but (a part of) a hardware address, so that it must not be shown or kept for a device that is not placed. */
export function isAddressLike(text: string): boolean {
  return MAC.test(text) || /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){1,7}$/.test(text);
}

const MAC = /^(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})$/;

/** Free text without anything that looks like a hardware address, spelt with or without separators. */
export function maskAddresses(text: string): string {
  return text
    .replace(/(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])/g, '**:**:**:**:**:**')
    .replace(/(?<![0-9A-Za-z])[0-9A-Fa-f]{12}(?![0-9A-Za-z])/g, '************');
}
