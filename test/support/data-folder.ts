/** Looks for bytes in every file of a folder, as they are and as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A value as it is, in hexadecimal, and in base64 wherever it begins in what is encoded. */
function formsOf(value: Uint8Array): Buffer[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
    const text = whole.toString('base64').replace(/=+$/, '');
    // the digits that depend on nothing else
    return text.slice(shift === 0 ? 0 : shift + 1, Math.floor((whole.length * 8) / 6));
  });
  return [bytes, ...[hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text))];
}

const BLOCK = 32_768;
const HEADER = 7;

/** LevelDB cuts what it logs into pieces with headers between them. */
function joined(log: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let block = 0; block < log.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, log.length);
    for (let at = block; at + HEADER <= end;) {
      const length = log.readUInt16LE(at + 4);
      if (length === 0 && log[at + 6] === 0) break;
      pieces.push(log.subarray(at + HEADER, at + HEADER + length));
      at += HEADER + length;
    }
  }
  return Buffer.concat(pieces);
}

const isLog = (name: string) => /\.log$|MANIFEST-\d+$/.test(name);

function contentsOf(folder: string): { readonly name: string; readonly content: Buffer }[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .flatMap((file) => {
      const path = join(file.parentPath, file.name);
      const content = readFileSync(path);
      const all = isLog(path) ? [content, joined(content)] : [content];
      return all.map((content) => ({ name: file.name, content }));
    });
}

/** Names of the values that some file holds in some form. */
export function foundIn(folder: string, values: Readonly<Record<string, Uint8Array>>): string[] {
  const contents = contentsOf(folder);
  return Object.entries(values)
    .filter(([, value]) => {
      const forms = formsOf(value);
      return contents.some(({ content }) => forms.some((form) => content.includes(form)));
    })
    .map(([name]) => name);
}

/** Parts of a value, so that a part of it is noticed too. */
export function piecesOf(
  name: string,
  value: Uint8Array,
  size: number,
): Record<string, Uint8Array> {
  const count = Math.floor(value.length / size);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${name} ${i}`,
      value.slice(i * size, (i + 1) * size),
    ]),
  );
}
