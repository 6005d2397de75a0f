import type { RandomBytes } from '../../random.ts';
import { oneTimeKey } from '../../sgp22/bpp/index.ts';
import type { OneTimeKey } from '../../sgp22/bpp/index.ts';
import { CURVE } from '../../sgp22/messages/curve.ts';

/** otSK.EUICC.ECKA and otPK.EUICC.ECKA. */
export interface EuiccOneTimeKey extends OneTimeKey {
  /** 32 bytes; undefined where it stays out of reach, the key is then forgotten with the session. */
  readonly secretKey?: Uint8Array;
}

/** The pair of a secret key that the eUICC keeps. */
export function keptOneTimeKey(secretKey: Uint8Array): EuiccOneTimeKey {
  return { ...oneTimeKey(secretKey), secretKey };
}

/** A fresh pair. */
export function newOneTimeKey(random: RandomBytes): EuiccOneTimeKey {
  return keptOneTimeKey(newSecretKey(random));
}

/** A fresh secret key, 32 bytes. `random` gives that many; draws that are no secret key are drawn again. */
export function newSecretKey(random: RandomBytes): Uint8Array {
  for (;;) {
    const secretKey = random(32);
    if (CURVE.isSecretKey(secretKey)) return secretKey;
  }
}
