import { RspRefusal } from '../../../src/sgp22/status-codes.ts';

/** "8.2.6/3.8" of a refusal; anything else that is thrown is a mistake. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RspRefusal) return error.reason!;
    throw error;
  }
  return 'accepted';
}
