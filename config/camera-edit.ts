import type { Document, YAMLMap } from 'yaml';
import { isMap, isSeq, parseDocument, YAMLSeq, Document as YamlDocument } from 'yaml';

/** Settings of one camera as they are written; `undefined` takes a setting out. */
export type CameraChanges = Readonly<Record<string, unknown>>;

/**
 * A configuration's text with some settings of one camera changed. Only that camera's lines are written anew, comments among them included;
 * `undefined` where the text has no such camera of its own.
 */
export function withCamera(text: string, id: string, changes: CameraChanges): string | undefined {
  const document = parseDocument(text);
  const camera = cameraIn(document, id);
  if (camera === undefined) return undefined;
  change(document, camera, changes);
  const whole = document.toString({ lineWidth: 0 });
  const spliced = splice(text, camera);
  // What was cut into the text must say what the document says; where it does not, the library lays the file out anew.
  return spliced !== undefined && sameValue(spliced, whole) ? spliced : whole;
}

/** The lines of one camera with some settings changed, to be pasted where the file cannot be written; `undefined` as above. */
export function cameraLines(text: string, id: string, changes: CameraChanges): string | undefined {
  const document = parseDocument(text);
  const camera = cameraIn(document, id);
  if (camera === undefined) return undefined;
  change(document, camera, changes);
  return `  - ${indented(printed(camera), 4)}\n`;
}

function cameraIn(document: Document.Parsed, id: string): YAMLMap | undefined {
  const cameras = document.get('cameras', true);
  if (!isSeq(cameras)) return undefined;
  return cameras.items.find((item): item is YAMLMap => isMap(item) && item.get('id') === id);
}

function change(document: Document.Parsed, camera: YAMLMap, changes: CameraChanges): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) camera.delete(key);
    else
      camera.set(key, isListOfMaps(value) && camera.flow !== true ? blockOf(document, value) : document.createNode(value, { flow: true }));
  }
}

function isListOfMaps(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && !Array.isArray(item));
}

/** One line an item: points and areas are read best beside each other. */
function blockOf(document: Document.Parsed, items: readonly object[]) {
  const list = new YAMLSeq();
  for (const item of items) list.add(document.createNode(item, { flow: true }));
  return list;
}

function splice(text: string, camera: YAMLMap): string | undefined {
  const { range } = camera;
  if (range === undefined || range === null) return undefined;
  const [start, end] = range;
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const body = text.slice(start, end);
  const tail = /\s*$/.exec(body)?.[0] ?? '';
  return text.slice(0, start) + indented(printed(camera), column) + tail + text.slice(end);
}

function printed(camera: YAMLMap): string {
  const alone = new YamlDocument();
  // Comments before it stay where they are in the text.
  camera.commentBefore = null;
  camera.spaceBefore = false;
  alone.contents = camera as unknown as typeof alone.contents;
  return alone.toString({ lineWidth: 0 }).trimEnd();
}

function indented(lines: string, column: number): string {
  return lines.replaceAll('\n', `\n${' '.repeat(column)}`);
}

function sameValue(one: string, other: string): boolean {
  const [first, second] = [parseDocument(one), parseDocument(other)];
  return first.errors.length === 0 && JSON.stringify(first.toJS()) === JSON.stringify(second.toJS());
}
