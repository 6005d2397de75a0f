import { ZkcxError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';

/** The code that a call is refused with; 'none' if it is not. Anything but a ZkcxError is thrown. */
export function codeOf(call: () => unknown): ErrorCode | 'none' {
  try {
    call();
    return 'none';
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
}
