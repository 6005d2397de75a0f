/**
 * Takes a bound profile package apart while it arrives (SGP.22 2.5.3, 5.7.6): an eUICC has no room for
 * the whole, and LPAs cut it into segments in more than one way.
 */
import { concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { type Header, headerOf } from '../codec/codec.ts';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
  PACKAGE_FIELDS,
  SEGMENT,
  SEGMENT_COMMANDS,
  type SegmentCommand,
} from '../messages/bound-profile-package.ts';
import { BppError } from './errors.ts';

type PackagePart = 'initialiseSecureChannel' | SegmentCommand;

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

export class PackageReader {
  #rest: Uint8Array = new Uint8Array();
  /** Bytes of the package that are still to come, once BF36 has said how many. */
  #packageLeft: number | undefined;
  /** The same for the open sequence. */
  #sequenceLeft = 0;
  /** Index into SEGMENT_COMMANDS of the open or last sequence; -1 before. */
  #sequence = -1;
  #initialised = false;

  /** What is coming now, for errors: the part whose bytes are read or come next. */
  get part(): PackagePart {
    return SEGMENT_COMMANDS[this.#sequence] ?? 'initialiseSecureChannel';
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
      const header = nextHeader(this.#rest);
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
    if (tag !== BoundProfilePackage.tag) throw structure('it does not begin with BF36');
    if (length === 0) throw structure('it is empty');
    this.#packageLeft = length;
    this.#rest = this.#rest.slice(size);
  }

  #openSequence({ tag, size, length }: Header): void {
    const next = SEGMENT_COMMANDS.findIndex((command) => PACKAGE_FIELDS[command].tag === tag);
    const left = SEGMENT_COMMANDS.slice(this.#sequence + 1, next);
    // one may be left out
    if (next <= this.#sequence || left.some((command) => command !== 'replaceSessionKeys')) {
      throw structure('its sequences are out of order');
    }
    this.#sequence = next;
    if (length === 0) throw structure('a sequence is empty');
    if (size + length > this.#packageLeft!) {
      throw structure('a sequence is longer than the package');
    }
    this.#take(size);
    this.#sequenceLeft = length;
    if (next === SEGMENT_COMMANDS.length - 1 && length !== this.#packageLeft) {
      throw structure('bytes follow its last sequence');
    }
  }

  #element({ tag, size, length }: Header): PackageElement {
    const part = this.part;
    const expected =
      part === 'initialiseSecureChannel' ? InitialiseSecureChannelRequest : SEGMENT[part];
    if (tag !== expected.tag) throw structure('an element has the wrong tag');
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
function nextHeader(bytes: Uint8Array): Header | undefined {
  try {
    return headerOf(bytes, 'an element');
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw structure(cause.message);
  }
}

function structure(problem: string): BppError {
  return new BppError('scp03tStructureError', `The bound profile package is malformed: ${problem}`);
}
