import type { ConfirmationCodeForm } from '../messages/prepareDownload.ts';

/** What an operator may set. */
export interface SmdpSettings {
  /** FQDN of the server, with ":port" where it is not 443; devices send it back. */
  readonly address: string;
  /** Lowest SGP.22 version of an eUICC that is served. */
  readonly minimumSvn: string;
  /** Seconds that a session lives, and how many there may be at a time. */
  readonly sessionLifetime: number;
  readonly maxSessions: number;
  /** Wrong confirmation codes that end an order. */
  readonly confirmationCodeLimit: number;
  /** Times that an order may be shown to a device. */
  readonly downloadLimit: number;
  /** Seconds until a new order expires; undefined: never. */
  readonly orderLifetime?: number;
  /** What confirmation codes are hashed as. */
  readonly confirmationCodeForm: ConfirmationCodeForm;
  /** Profiles are encrypted under keys of their own, sent in ReplaceSessionKeys. */
  readonly replaceSessionKeys: boolean;
}

export const DEFAULT_SETTINGS: Omit<SmdpSettings, 'address'> = {
  minimumSvn: '2.0.0',
  sessionLifetime: 1800,
  maxSessions: 10_000,
  confirmationCodeLimit: 3,
  downloadLimit: 10,
  confirmationCodeForm: 'text',
  replaceSessionKeys: false,
};
