/** Confirmation codes: secrets, so they come from a file or the environment, never from arguments. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';

const MAX_BYTES = 256;

export const CONFIRMATION_CODE = new Option(
  '--confirmation-code-file <file>',
  'confirmation code, in a file of mode 0600; or ZKCX_CONFIRMATION_CODE',
);

export interface ConfirmationCodeFlags {
  readonly confirmationCodeFile?: string;
}

/** The code of the file, else of the environment. Throws ERR_CLI_USAGE for an empty one. */
export async function givenConfirmationCode({
  confirmationCodeFile: file,
}: ConfirmationCodeFlags): Promise<string | undefined> {
  if (file === undefined) return process.env.ZKCX_CONFIRMATION_CODE || undefined;
  const bytes = await readFileLimited(file, MAX_BYTES, { ownerOnly: true });
  const code = new TextDecoder().decode(bytes).trim();
  if (code === '') throw new ZkcxError('ERR_CLI_USAGE', `${file} holds no confirmation code`);
  return code;
}
