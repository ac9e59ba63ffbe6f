import { isMap, isSeq, parseDocument, stringify } from 'yaml';

/** A device as one line of YAML. */
export function deviceLine(entry: object): string {
  return stringify(entry, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** The text of a configuration with one more device at the end of `devices`, as one line; the rest stays as a person wrote it. */
export function withDevice(text: string, entry: object): string {
  const line = deviceLine(entry);
  const document = parseDocument(text);
  const devices = document.get('devices', true);
  const last = isSeq(devices) && devices.flow !== true ? devices.items[devices.items.length - 1] : undefined;
  if (isMap(last) && last.range !== undefined && last.range !== null) {
    // Textually: the file is a person's, and a library would lay it out anew.
    const [start, end] = last.range;
    const lineStart = text.lastIndexOf('\n', start) + 1;
    const indent = /^\s*/.exec(text.slice(lineStart, start))?.[0] ?? '  ';
    const lineEnd = text.indexOf('\n', Math.max(start, end - 1));
    const at = lineEnd === -1 ? text.length : lineEnd;
    return `${text.slice(0, at)}\n${indent}- ${line}${text.slice(at)}`;
  }
  if (devices === undefined || devices === null) return `${text.replace(/\n*$/, '\n')}devices:\n  - ${line}\n`;
  document.addIn(['devices'], entry);
  return document.toString({ lineWidth: 0 });
}

/** The text without a device, and without what stands behind it on its line; undefined where there is no such device. */
export function withoutDevice(text: string, id: string): string | undefined {
  const document = parseDocument(text);
  const devices = document.get('devices', true);
  if (!isSeq(devices)) return undefined;
  const index = devices.items.findIndex((item) => isMap(item) && item.get('id') === id);
  const item = devices.items[index];
  if (!isMap(item) || item.range === undefined || item.range === null) return undefined;
  if (devices.flow === true || devices.items.length === 1) {
    document.deleteIn(['devices', index]);
    return document.toString({ lineWidth: 0 });
  }
  const [start, end] = item.range;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const lineEnd = text.indexOf('\n', Math.max(start, end - 1));
  return text.slice(0, lineStart) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1));
}
