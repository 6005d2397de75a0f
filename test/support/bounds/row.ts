/** A bound of a circuit, with a size on each side of it. */
import type { ErrorCode } from '../../../src/errors.ts';
import type * as params from '../../../src/params.ts';

type Table = typeof params.TABLE;
/** Tables of a circuit that say which numbers it takes, as `group.table`, or as they are in no group. */
type TableName = {
  [Group in keyof Table & string]: Table[Group] extends number
    ? Group
    : `${Group}.${keyof Table[Group] & string}`;
}[keyof Table & string];

/** What in src/params.ts decides a bound. */
export type Origin = Exclude<keyof typeof params, 'TABLE'> | TableName;

export interface Bound<Size, Built> {
  readonly name: string;
  readonly from: readonly Origin[];
  /** The last size that a circuit takes, and the next one. */
  readonly near: Size;
  readonly far: Size;
  /** How plain checks refuse what is beyond. */
  readonly code: ErrorCode;
  readonly build: (size: Size) => Built;
}
