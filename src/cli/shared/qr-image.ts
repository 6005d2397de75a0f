/** QR codes in image files, PNG or JPEG. Whoever made the file may want it to fill the memory. */
import { inflateSync } from 'node:zlib';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';

const MAX_BYTES = 20 << 20;

/** More than the cameras of most phones. */
const MAX_PIXELS = 16_000_000;

/** For tables and coefficients of a JPEG of that size. */
const MAX_JPEG_MEGABYTES = 768;

/** A progressive JPEG has about ten scans; each one goes over the whole image. */
const MAX_SCANS = 50;

/** Milliseconds for looking again and more closely. */
const SEARCH_TIME = 3_000;

interface Image {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8Array;
}

/**
 * The text of the one QR code that is looked for in an image.
 *
 * @throws ERR_CLI_IMAGE: the image is none, too large, or shows no QR code (reason format, size, none); ERR_FILE_*
 */
export async function readQrImage(file: string): Promise<string> {
  const bytes = await readFileLimited(file, MAX_BYTES);
  const read = isPng(bytes) ? readPng : isJpeg(bytes) ? readJpeg : undefined;
  if (read === undefined) throw refuse('format', `${file} is neither PNG nor JPEG`);
  const image = await read(bytes, file);
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(onWhite(image), { format: 'RGBA', timeLimit: SEARCH_TIME });
  } catch (cause) {
    throw refuse('none', `no QR code was found in ${file}`, cause);
  }
}

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, i) => bytes[i] === byte);
const isPng = (bytes: Uint8Array) =>
  startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const isJpeg = (bytes: Uint8Array) => startsWith(bytes, [0xff, 0xd8, 0xff]);

async function readPng(bytes: Uint8Array, file: string): Promise<Image> {
  const { PNG } = await import('pngjs');
  try {
    assertPngSize(bytes, file);
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, data };
  } catch (cause) {
    throw cause instanceof ZkcxError ? cause : damaged(file, cause);
  }
}

/** What an image says of its size, and what its data inflate to: the decoder believes both. */
function assertPngSize(bytes: Uint8Array, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data: Uint8Array[] = [];
  let limit: number | undefined;
  // chunks: length, name, data, checksum (ISO/IEC 15948, 5.3)
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (limit === undefined) {
      if (name !== 'IHDR') throw damaged(file);
      const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      assertPixels(width, height, file);
      // at most 8 bytes a pixel, and a byte before each row of each pass
      limit = 8 * width * height + 16 * (width + height);
    }
    if (name === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
    if (name === 'IEND') break;
    at += 12 + length;
  }
  if (limit === undefined) throw damaged(file);
  try {
    inflateSync(Buffer.concat(data), { maxOutputLength: limit });
  } catch (cause) {
    const isTooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge(file) : damaged(file, cause);
  }
}

async function readJpeg(bytes: Uint8Array, file: string): Promise<Image> {
  const { default: jpeg } = await import('jpeg-js');
  if (scansIn(bytes) > MAX_SCANS) throw tooLarge(file);
  try {
    return jpeg.decode(bytes, {
      useTArray: true,
      maxResolutionInMP: MAX_PIXELS / 1_000_000,
      maxMemoryUsageInMB: MAX_JPEG_MEGABYTES,
    });
  } catch (cause) {
    throw /limit exceeded/.test(String(cause)) ? tooLarge(file, cause) : damaged(file, cause);
  }
}

/** Markers of scans. In compressed data FF is always followed by 00 or a restart marker. */
function scansIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) count++;
  }
  return count;
}

function assertPixels(width: number, height: number, file: string): void {
  if (width === 0 || height === 0) throw damaged(file);
  if (width * height > MAX_PIXELS) throw tooLarge(file);
}

/** What is transparent is paper. */
function onWhite({ width, height, data }: Image): Image {
  const opaque = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    for (let c = i; c < i + 3; c++) opaque[c] = 255 - ((255 - data[c]!) * alpha) / 255;
    opaque[i + 3] = 255;
  }
  return { width, height, data: opaque };
}

const tooLarge = (file: string, cause?: unknown) =>
  refuse(
    'size',
    `${file} has more than ${MAX_PIXELS / 1_000_000} million pixels, or pretends to`,
    cause,
  );

const damaged = (file: string, cause?: unknown) =>
  refuse('format', `${file} is damaged: it cannot be read as an image`, cause);

function refuse(reason: string, problem: string, cause?: unknown): ZkcxError {
  return new ZkcxError('ERR_CLI_IMAGE', problem, { reason, cause });
}
