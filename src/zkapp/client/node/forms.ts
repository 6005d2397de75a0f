/** Forms of the scalars that nodes and archives answer with. */
import { z } from 'zod';
import { fieldString } from '../../../arguments.ts';

/** A whole number of 64 bits, which nodes write as a string. */
export const uint64 = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(BigInt);

/** Nodes write numbers of 32 bits as strings, archives as numbers. */
export const uint32 = z
  .union([z.string().regex(/^[0-9]{1,10}$/), z.int()])
  .transform(Number)
  .pipe(z.int().min(0).max(0xffffffff));

export const fieldElement = fieldString.transform(BigInt);

/** Base58 of anything: hashes, keys. */
export const base58 = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{1,100}$/);
