/** The activation code of an order as a QR code. What binds a blind order is never in it: it stands beside the code. */
import { extname } from 'node:path';
import { Option } from 'commander';
import { ZkcxError } from '../../../errors.ts';
import { writeFileAtomic } from '../../../files.ts';
import type { Answer } from '../../shared/output.ts';
import { assertOutputs } from '../../shared/output-files.ts';
import { QR_PICTURES, qrLines } from '../../shared/qr-code.ts';

export const QR = [
  new Option('--qr', 'show the activation code as a QR code too'),
  new Option('--qr-file <file>', 'write the QR code as a picture, mode 0600: .svg or .png'),
];

export interface QrFlags {
  readonly qr?: boolean;
  readonly qrFile?: string;
}

/** Refuse a picture that could not be written, before an order is made. Throws ERR_CLI_USAGE, ERR_FILE_WRITE. */
export async function assertQrFile({ qrFile }: QrFlags): Promise<void> {
  if (qrFile === undefined) return;
  kindOf(qrFile);
  await assertOutputs({ '--qr-file': qrFile });
}

/** The answer about an order with its QR code. */
export async function withQr(answer: Answer, { qr, qrFile }: QrFlags): Promise<Answer> {
  const { activationCode } = answer.json;
  if (!qr && qrFile === undefined) return answer;
  if (typeof activationCode !== 'string') {
    throw new ZkcxError('ERR_CLI_USAGE', 'the order has no activation code yet: confirm it first');
  }
  if (qrFile !== undefined) {
    await writeFileAtomic(qrFile, await QR_PICTURES[kindOf(qrFile)](activationCode), 0o600);
  }
  const lines = qr ? await qrLines(activationCode, process.stdout.isTTY === true) : [];
  return { ...answer, json: { ...answer.json, qrFile }, text: [...answer.text, ...lines] };
}

function kindOf(file: string): keyof typeof QR_PICTURES {
  const ending = extname(file).slice(1).toLowerCase();
  if (ending === 'svg' || ending === 'png') return ending;
  throw new ZkcxError('ERR_CLI_USAGE', 'the name after --qr-file must end with .svg or .png');
}
