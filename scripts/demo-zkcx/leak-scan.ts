/** Looks for secrets in recorded traffic, in every form that the protocols could give them. */

/** Something that must not be seen. */
export interface Secret {
  readonly name: string;
  /** Digits as text and as nibbles, say: each is looked for. */
  readonly values: readonly Uint8Array[];
}

/** One direction of one exchange. */
export interface Recorded {
  readonly label: string;
  readonly body: string;
}

export interface Leak {
  readonly secret: string;
  readonly label: string;
  readonly form: string;
}

/** Every secret that can be found in every message, by the first form in which it is. */
export function findLeaks(traffic: readonly Recorded[], secrets: readonly Secret[]): Leak[] {
  return secrets.flatMap(({ name, values }) => {
    const forms = values.flatMap(formsOf);
    return traffic.flatMap(({ label, body }) => {
      const found = forms.find(({ text, anyCase }) =>
        (anyCase ? body.toLowerCase() : body).includes(text),
      );
      return found === undefined ? [] : [{ secret: name, label, form: found.form }];
    });
  });
}

interface Form {
  readonly form: string;
  readonly text: string;
  /** Compare with the lower-case text. */
  readonly anyCase?: boolean;
}

function formsOf(bytes: Uint8Array): Form[] {
  const reversed = bytes.map((byte) => ((byte & 15) << 4) | (byte >> 4));
  return [
    ...encodings(bytes, ''),
    // digits as EF ICCID and IMEI have them
    ...encodings(reversed, ' of reversed nibbles'),
  ];
}

function encodings(bytes: Uint8Array, of: string): Form[] {
  const buffer = Buffer.from(bytes);
  return [
    { form: `raw bytes${of}`, text: buffer.toString('latin1') },
    { form: `hexadecimal${of}`, text: buffer.toString('hex'), anyCase: true },
    ...[0, 1, 2].map((before) => ({
      form: `base64${of}, ${before} bytes into a group`,
      text: base64Inside(buffer, before),
    })),
  ];
}

/** What base64 shows of bytes that stand `before` bytes after the beginning of a group of three. */
function base64Inside(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const from = Math.ceil((8 * before) / 6);
  // only characters that follow from these bytes alone
  const to = Math.floor((8 * (before + bytes.length)) / 6);
  return text.slice(from, to);
}
