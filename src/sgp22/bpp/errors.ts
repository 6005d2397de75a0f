import { ZkcxError } from '../../errors.ts';
import type { BppCommand, InstallationError } from '../messages/installation-result.ts';

/** Why an eUICC refuses a bound profile package, in the words of ProfileInstallationResult. */
export class BppError extends ZkcxError {
  readonly errorReason: InstallationError;
  /** The part that failed, once it is known. */
  readonly bppCommand?: BppCommand;

  constructor(
    errorReason: InstallationError,
    message: string,
    options: { bppCommand?: BppCommand; cause?: unknown } = {},
  ) {
    super('ERR_RSP_BPP', message, { reason: errorReason, cause: options.cause });
    this.name = 'BppError';
    this.errorReason = errorReason;
    this.bppCommand = options.bppCommand;
  }
}
