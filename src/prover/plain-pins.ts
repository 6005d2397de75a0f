/** What plain proofs are made and verified with, by its hash: whoever changes a file changes this one too. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../bytes.ts';
import { PLAIN_PARTS, plainSrs } from '../circuits/verification.ts';
import { ZkcxError } from '../errors.ts';
import { pinnedPart } from './keys.ts';

/** SHA-256, in hexadecimal, of parts of the setup; they are the same for ever. */
const SETUP: Readonly<Record<(typeof PLAIN_PARTS)[number], string>> = {
  'srs-fp': 'bf9c9c2783b2fb742ee672f10b6b66e0b8fb617f6212fb5ac717765d5ab847ec',
  'lagrange-fp-13': 'af8bfa072f074438410a700d0e450fa0c65ad784d066ccc441131a5b02e97e95',
  'lagrange-fp-14': '27e82af93179a62ab9906d9290cf794849cfa5c4e3b6d63e47143b1b30806521',
};

/** The SRS of plain proofs. Throws ERR_PROVER_BACKEND when a file of it was changed. */
export function pinnedSrs(): ReturnType<typeof plainSrs> {
  return plainSrs((part) => {
    const bytes = pinnedPart(part);
    const known = PLAIN_PARTS.find((other) => other === part);
    const hash = bytesToHex(sha256(bytes));
    if (known !== undefined && SETUP[known] === hash) return bytes;
    throw new ZkcxError(
      'ERR_PROVER_BACKEND',
      `the setup of the package was changed (${part}): reinstall the package`,
    );
  });
}
