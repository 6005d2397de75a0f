/**
 * Takes a bound profile package apart while it arrives (SGP.22 2.5.3, 5.7.6): an eUICC has no room for
 * the whole, and LPAs cut it into segments in more than one way.
 */
import { concatBytes } from '../../bytes.ts';
import { BppError } from '../../sgp22/bpp/index.ts';
import type { BppCommand } from '../../sgp22/messages/installation-result.ts';

type PackagePart = Exclude<BppCommand, 'storeMetadata2'>;

export interface PackageElement {
  /** Which command of the package it belongs to. */
  readonly part: PackagePart;
  /** BF23, or one 87, 88, 87, 86: the whole element. */
  readonly der: Uint8Array;
  /** The last one of its part. */
  readonly last: boolean;
}

/** A segment has 1,020 bytes at most, with some servers of data alone, without MAC and padding. */
const MAX_ELEMENT = 1_100;

const SEQUENCES: readonly { tag: number; child: number; part: PackagePart; optional?: true }[] = [
  { tag: 0xa0, child: 0x87, part: 'configureISDP' },
  { tag: 0xa1, child: 0x88, part: 'storeMetadata' },
  { tag: 0xa2, child: 0x87, part: 'replaceSessionKeys', optional: true },
  { tag: 0xa3, child: 0x86, part: 'loadProfileElements' },
];

interface Header {
  readonly tag: number;
  /** Bytes of tag and length. */
  readonly size: number;
  readonly length: number;
}

export class PackageReader {
  #rest: Uint8Array = new Uint8Array();
  /** Bytes of the package that are still to come, once BF36 has said how many. */
  #packageLeft: number | undefined;
  /** The same for the open sequence. */
  #sequenceLeft = 0;
  /** Index into SEQUENCES of the open or last one; -1 before. */
  #sequence = -1;
  #initialised = false;

  /** What is coming now, for errors: the part whose bytes are read or come next. */
  get part(): PackagePart {
    return SEQUENCES[this.#sequence]?.part ?? 'initialiseSecureChannel';
  }

  /** The whole package was read. */
  get done(): boolean {
    return this.#packageLeft === 0;
  }

  /** Between two elements, where an LPA that gives up may send something else. */
  get betweenElements(): boolean {
    return this.#rest.length === 0;
  }

  /**
   * The elements that are complete with these bytes.
   * @throws BppError if they are not what a package has there
   */
  *push(bytes: Uint8Array): Generator<PackageElement> {
    this.#rest = concatBytes(this.#rest, bytes);
    for (;;) {
      if (this.done) {
        if (this.#rest.length > 0) throw structure('bytes follow the package');
        return;
      }
      const header = readHeader(this.#rest);
      if (header === undefined) return;
      if (this.#packageLeft === undefined) {
        this.#open(header);
      } else if (this.#initialised && this.#sequenceLeft === 0) {
        this.#openSequence(header);
      } else {
        const size = header.size + header.length;
        if (size > MAX_ELEMENT) throw structure('an element is too long');
        if (size > this.#packageLeft) throw structure('an element is longer than the package');
        if (this.#rest.length < size) return;
        yield this.#element(header);
      }
    }
  }

  #open({ tag, size, length }: Header): void {
    if (tag !== 0xbf36) throw structure('it does not begin with BF36');
    if (length === 0) throw structure('it is empty');
    this.#packageLeft = length;
    this.#rest = this.#rest.slice(size);
  }

  #openSequence({ tag, size, length }: Header): void {
    let next = this.#sequence + 1;
    if (SEQUENCES[next]?.tag !== tag && SEQUENCES[next]?.optional) next++;
    if (SEQUENCES[next]?.tag !== tag) throw structure('its sequences are out of order');
    this.#sequence = next;
    if (length === 0) throw structure('a sequence is empty');
    if (size + length > this.#packageLeft!) {
      throw structure('a sequence is longer than the package');
    }
    this.#take(size);
    this.#sequenceLeft = length;
    if (next === SEQUENCES.length - 1 && length !== this.#packageLeft) {
      throw structure('bytes follow its last sequence');
    }
  }

  #element({ tag, size, length }: Header): PackageElement {
    const expected = this.#initialised ? SEQUENCES[this.#sequence]!.child : 0xbf23;
    if (tag !== expected) throw structure('an element has the wrong tag');
    const part = this.part;
    const der = this.#take(size + length);
    if (!this.#initialised) {
      this.#initialised = true;
      return { part, der, last: true };
    }
    if (der.length > this.#sequenceLeft) throw structure('an element is longer than its sequence');
    this.#sequenceLeft -= der.length;
    return { part, der, last: this.#sequenceLeft === 0 };
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    this.#packageLeft! -= count;
    return taken;
  }
}

/** Tag and length at the front, undefined if they are not all there yet. */
function readHeader(bytes: Uint8Array): Header | undefined {
  const [first, second] = bytes;
  if (first === undefined) return undefined;
  const long = (first & 0x1f) === 0x1f;
  if (long && second === undefined) return undefined;
  const at = long ? 2 : 1;
  const tag = long ? 256 * first + second! : first;
  const short = bytes[at];
  if (short === undefined) return undefined;
  if (short < 0x80) return { tag, size: at + 1, length: short };
  const count = short & 0x7f;
  if (count === 0 || count > 4) throw structure('a length is of no definite form');
  if (bytes.length < at + 1 + count) return undefined;
  const length = bytes.subarray(at + 1, at + 1 + count).reduce((sum, byte) => 256 * sum + byte, 0);
  if (length < 0x80 || length < 256 ** (count - 1)) throw structure('a length is not minimal');
  return { tag, size: at + 1 + count, length };
}

function structure(problem: string): BppError {
  return new BppError('scp03tStructureError', `The bound profile package is malformed: ${problem}`);
}
