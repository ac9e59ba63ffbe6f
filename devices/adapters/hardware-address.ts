/** A Bluetooth or Ethernet address in any usual spelling as 12 lower-case hex digits; `undefined` for anything else. */
export function macDigits(text: string): string | undefined {
  if (text.length !== 12 && text.length !== 17) return undefined;
  if (!MAC.test(text)) return undefined;
  return (text.length === 12 ? text : text.replace(/[:-]/g, '')).toLowerCase();
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
