import { type ErrorCode, ZkcxError } from '../../../src/errors.ts';

/** The code that a call is refused with; 'none' if it is not. Anything but a ZkcxError is thrown. */
export async function refusalOf(call: () => Promise<unknown>): Promise<ErrorCode | 'none'> {
  try {
    await call();
    return 'none';
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
}
