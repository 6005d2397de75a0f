/** A later message of a session, and what it has to say. */
import { Option } from 'commander';
import { readFileLimited } from '../../files.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../session/messages.ts';
import { required } from '../shared/options.ts';

const MAX_MESSAGE_BYTES = 4_096;
const SIGNATURE_BYTES = 64;

export const MESSAGE = [
  required('--message-kind <kind>', 'what the message is').choices(MESSAGE_KINDS),
  required('--message <file>', 'the bytes that the key signs'),
  required('--oid <oid>', "OID of the server's certificate, dotted"),
  new Option('--server-signature <file>', 'the 64 bytes that a download preparation answers'),
];

export interface MessageFlags {
  readonly messageKind: MessageKind;
  readonly message: string;
  readonly oid: string;
  readonly serverSignature?: string;
}

export async function readMessage(flags: MessageFlags) {
  const message = await readFileLimited(flags.message, MAX_MESSAGE_BYTES);
  const serverSignature =
    flags.serverSignature === undefined
      ? undefined
      : await readFileLimited(flags.serverSignature, SIGNATURE_BYTES);
  return { kind: flags.messageKind, message, context: { serverOid: flags.oid, serverSignature } };
}
