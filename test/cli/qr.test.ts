/** QR codes of activation codes: written for a terminal and as pictures, read from image files that may be hostile. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { decodeQR } from 'qr/decode.js';
import { readQrImage } from '../../src/cli/shared/qr-image.ts';
import { withQr } from '../../src/cli/smdpp/order/qr.ts';
import { QR_PICTURES, qrLines } from '../../src/cli/shared/qr-code.ts';
import { parseActivationCode } from '../../src/rsp/lpa/index.ts';
import { testPackage } from '../support/rsp/smdpp.ts';
import { told, zkcx } from '../support/cli.ts';

const CODE = 'LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815$2.999.10$1';
const folder = mkdtempSync(join(tmpdir(), 'zkcx-qr-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function fileOf(bytes: Uint8Array | string, ending = 'png'): string {
  const file = join(folder, `${count++}.${ending}`);
  writeFileSync(file, bytes);
  return file;
}

/** Light where a module is, 4 pixels each. */
function imageOf(light: readonly (readonly boolean[])[]) {
  const size = light.length * 4;
  const data = new Uint8Array(4 * size * size);
  for (let i = 0; i < size * size; i++) {
    const set = light[Math.floor(i / size / 4)]![Math.floor((i % size) / 4)];
    data.fill(set ? 255 : 0, 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  }
  return { width: size, height: size, data };
}

/** Modules of lines of half blocks. */
function modulesOf(lines: readonly string[]): boolean[][] {
  const plain = lines.map((line) => [...line.replace(/[^ \u2580\u2584\u2588]+/g, '')]);
  const rows = plain.flatMap((line) => [
    line.map((block) => '\u2580\u2588'.includes(block)),
    line.map((block) => '\u2584\u2588'.includes(block)),
  ]);
  return rows.slice(0, plain[0]!.length);
}

describe('an activation code', () => {
  test.each([true, false])('is read from the lines for a terminal (%p)', async (isTerminal) => {
    const lines = await qrLines(CODE, isTerminal);
    expect(lines.every((line) => line.startsWith('\x1b[') === isTerminal)).toBe(true);
    expect(decodeQR(imageOf(modulesOf(lines)))).toBe(CODE);
  });

  test('is read from a picture in SVG', async () => {
    const svg = await QR_PICTURES.svg(CODE);
    const size = Number(/viewBox="0 0 (\d+) /.exec(svg)![1]);
    const light = Array.from({ length: size }, () => Array.from({ length: size }, () => true));
    for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1/g)) light[Number(y)]![Number(x)] = false;
    expect(decodeQR(imageOf(light))).toBe(CODE);
    expect(svg).not.toMatch(/script|href|smdp/);
  });

  test('is read from a picture in PNG, and from the same as JPEG', async () => {
    const png = await QR_PICTURES.png(CODE);
    expect(await readQrImage(fileOf(png))).toBe(CODE);
    const { width, height, data } = PNG.sync.read(Buffer.from(png));
    const { data: photo } = jpeg.encode({ width, height, data }, 40);
    // the bytes say what it is, not the name
    expect(await readQrImage(fileOf(photo, 'png'))).toBe(CODE);
  });

  test('is read where the paper is transparent, and in a photo of megapixels', async () => {
    const png = PNG.sync.read(Buffer.from(await QR_PICTURES.png(CODE)));
    const clear = new PNG({ width: png.width, height: png.height });
    for (let i = 3; i < png.data.length; i += 4) clear.data[i] = 255 - png.data[i - 1]!;
    expect(await readQrImage(fileOf(PNG.sync.write(clear)))).toBe(CODE);
    const photo = new PNG({ width: 1_600, height: 1_200 });
    photo.data.fill(200);
    PNG.bitblt(png, photo, 0, 0, png.width, png.height, 700, 500);
    const { data } = jpeg.encode(photo, 60);
    expect(await readQrImage(fileOf(data, 'jpg'))).toBe(CODE);
  });
});

/** A PNG of these chunks. */
function pngOf(...chunks: readonly [string, Uint8Array][]): Uint8Array {
  const parts = chunks.map(([name, data]) => {
    const named = Buffer.concat([Buffer.from(name), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length, 0);
    numbers.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([numbers.subarray(0, 4), named, numbers.subarray(4)]);
  });
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function header(width: number, height: number, interlace = 0): [string, Uint8Array] {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 0, 0, 0, interlace], 8);
  return ['IHDR', data];
}

const END: [string, Uint8Array] = ['IEND', new Uint8Array()];
const BOMB = deflateSync(new Uint8Array(200 << 20));
const PIXEL = jpeg.encode({ width: 8, height: 8, data: new Uint8Array(256) }, 50).data;

/** The JPEG with another size in its frame header. */
function sized(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(PIXEL);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

describe('an image is refused', () => {
  test.each<[string, () => Uint8Array | string, string]>([
    ['that is none', () => 'GIF89a', 'format'],
    ['of nothing', () => '', 'format'],
    ['cut in its header', () => pngOf(header(8, 8)).slice(0, 20), 'format'],
    [
      'cut in its data',
      () => pngOf(header(8, 8), ['IDAT', deflateSync(new Uint8Array(72)).subarray(0, 8)]),
      'format',
    ],
    ['without a header', () => pngOf(END), 'format'],
    ['of no width', () => pngOf(header(0, 8), END), 'format'],
    ['that says it is huge', () => pngOf(header(100_000, 100_000), END), 'size'],
    ['that is a line of millions', () => pngOf(header(2 ** 31, 1), END), 'size'],
    ['that inflates to much more', () => pngOf(header(8, 8), ['IDAT', BOMB], END), 'size'],
    ['the same interlaced', () => pngOf(header(8, 8, 1), ['IDAT', BOMB], END), 'size'],
    ['a JPEG that says it is huge', () => sized(65_000, 65_000), 'size'],
    [
      'a JPEG with more scans than any',
      () => Buffer.concat([PIXEL, Buffer.from('ffda'.repeat(60), 'hex')]),
      'size',
    ],
    ['a JPEG that is cut', () => PIXEL.subarray(0, 100), 'format'],
    ['a JPEG of nothing', () => Uint8Array.of(0xff, 0xd8, 0xff), 'format'],
    ['without a QR code', () => PNG.sync.write(new PNG({ width: 200, height: 200 })), 'none'],
  ])('%s', async (_, make, reason) => {
    const started = performance.now();
    await expect(readQrImage(fileOf(make()))).rejects.toMatchObject({
      code: 'ERR_CLI_IMAGE',
      reason,
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('of more bytes than are read', async () => {
    await expect(readQrImage(fileOf(new Uint8Array((20 << 20) + 1)))).rejects.toMatchObject({
      code: 'ERR_FILE_SIZE',
    });
  });
});

describe('commands', () => {
  const data = ['--data', join(folder, 'smdpp'), '--address', 'smdp.example.com'];
  const iccid = '8944000000000000018';

  test('show the code of an order, and write it as a picture', async () => {
    const packed = fileOf(testPackage(iccid), 'der');
    const names = ['--provider', 'Operator', '--name', 'Plan'];
    expect(await told('smdpp', 'profile', 'add', packed, ...data, ...names)).toMatchObject({
      ok: true,
    });
    const taken = fileOf('mine');
    for (const [file, code] of [
      [taken, 'ERR_FILE_WRITE'],
      [join(folder, 'x.gif'), 'ERR_CLI_USAGE'],
      [join(folder, 'none', 'x.png'), 'ERR_FILE_WRITE'],
    ]) {
      const refused = await told(
        'smdpp',
        'order',
        'add',
        '--iccid',
        iccid,
        ...data,
        '--qr-file',
        file!,
      );
      expect(refused).toMatchObject({ status: 2, error: { code } });
    }
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    // none of them made an order
    const file = join(folder, 'code.png');
    const add = await told('smdpp', 'order', 'add', '--iccid', iccid, ...data, '--qr-file', file);
    expect(add).toMatchObject({ status: 0, qrFile: file });
    const code = await readQrImage(file);
    expect(add['activationCode']).toBe(code);
    expect(parseActivationCode(code).address).toBe('smdp.example.com');
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const show = await zkcx('smdpp', 'order', 'show', iccid, ...data, '--qr');
    const lines = show.stdout.trimEnd().split('\n');
    const blocks = lines.filter((line) => /^[ \u2580\u2584\u2588]+$/.test(line));
    expect(decodeQR(imageOf(modulesOf(blocks)))).toBe(code);
    const json = await told('smdpp', 'order', 'show', iccid, ...data, '--qr');
    expect(json['activationCode']).toBe(code);
  });

  test('an order without a code yet has no QR code', async () => {
    const order = { json: { order: {} }, text: ['an order'] };
    const file = join(folder, 'none.svg');
    for (const flags of [{ qr: true }, { qrFile: file }]) {
      await expect(withQr(order, flags)).rejects.toMatchObject({ code: 'ERR_CLI_USAGE' });
    }
    expect(existsSync(file)).toBe(false);
    expect(await withQr(order, {})).toBe(order);
  });

  test('read one in the place of an argument', async () => {
    const none = fileOf(await QR_PICTURES.png('https://example.com/'));
    expect(await told('lpa', 'download', '--qr', none, '--yes')).toMatchObject({
      status: 2,
      error: { code: 'ERR_RSP_ACTIVATION_CODE', reason: 'format' },
    });
    for (const args of [[], [CODE, '--qr', none]]) {
      expect(await told('lpa', 'download', ...args, '--yes')).toMatchObject({
        status: 2,
        error: { code: 'ERR_CLI_USAGE' },
      });
    }
  });
});
