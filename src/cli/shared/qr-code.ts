/** QR codes of activation codes (SGP.22 4.1; ISO/IEC 18004): for a terminal, and as pictures. */

/** Light modules around the code, as the standard of QR codes wants them. */
const QUIET_ZONE = 4;

/** Pixels of a module in a PNG. */
const SCALE = 8;

/** Rows of modules, dark ones true, the quiet zone included. */
async function modulesOf(text: string): Promise<readonly (readonly boolean[])[]> {
  const { encodeQR } = await import('qr');
  return encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
}

/**
 * Lines of half blocks, two modules one above the other in a character. What is light is drawn, so that it can be
 * scanned from the light on dark of most terminals.
 *
 * @param isTerminal set the colours too, whatever those of the terminal are
 */
export async function qrLines(text: string, isTerminal: boolean): Promise<string[]> {
  const rows = await modulesOf(text);
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const below = rows[y + 1];
    const line = rows[y]!.map((dark, x) => BLOCKS[Number(!dark)]![Number(below?.[x] === false)]);
    lines.push(isTerminal ? `\x1b[97;40m${line.join('')}\x1b[0m` : line.join(''));
  }
  return lines;
}

/** By whether the upper and the lower module are light. */
const BLOCKS = [
  [' ', '\u2584'],
  ['\u2580', '\u2588'],
] as const;

/** Kinds of pictures, by the ending of their file names. */
export const QR_PICTURES = {
  svg: async (text: string): Promise<string> => {
    const rows = await modulesOf(text);
    const size = rows.length;
    const dark = rows.flatMap((row, y) =>
      row.flatMap((set, x) => (set ? `M${x} ${y}h1v1h-1z` : [])),
    );
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">`,
      `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${dark.join('')}"/>`,
      '</svg>\n',
    ].join('');
  },
  png: async (text: string): Promise<Uint8Array> => {
    const { PNG } = await import('pngjs');
    const rows = await modulesOf(text);
    const size = rows.length * SCALE;
    const png = new PNG({ width: size, height: size });
    for (let i = 0; i < size * size; i++) {
      const row = rows[Math.floor(i / size / SCALE)]!;
      png.data.fill(row[Math.floor((i % size) / SCALE)] ? 0 : 0xff, 4 * i, 4 * i + 3);
      png.data[4 * i + 3] = 0xff;
    }
    // grey is enough
    return new Uint8Array(PNG.sync.write(png, { colorType: 0 }));
  },
} as const;
