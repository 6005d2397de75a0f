/** What a classic download tells of the device around the eUICC. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { DeviceInfo } from '../../sgp22/messages/ctx-params.ts';

export const DEVICE = [
  new Option(
    '--tac <digits>',
    'type allocation code of the device, 8 digits, or its IMEI; default: 35290611',
  ),
  new Option(
    '--imei <digits>',
    'tell it too: 14 to 16 digits, or 8 bytes in hexadecimal; default: it is not told',
  ),
];

export interface DeviceFlags {
  readonly tac?: string;
  readonly imei?: string;
}

/** Of a test device; one that claims no technology is refused by some servers. */
const DEFAULT_TAC = '35290611';
const CAPABILITIES = {
  gsmSupportedRelease: '15.0.0',
  utranSupportedRelease: '15.0.0',
  eutranEpcSupportedRelease: '15.0.0',
};

/** What a classic download tells of the device. Throws ERR_CLI_USAGE for numbers that are none. */
export async function deviceOf({ tac, imei }: DeviceFlags): Promise<DeviceInfo> {
  const { imeiBytes, parseImei, parseTac, tacBytes } =
    await import('../../sgp22/messages/device-identifiers.ts');
  try {
    const told = imei === undefined ? undefined : parseImei(imei);
    const type = parseTac(tac ?? told ?? DEFAULT_TAC);
    if (told !== undefined && !told.startsWith(type)) {
      throw new ZkcxError('ERR_CLI_USAGE', '--tac is not that of --imei: give one of them');
    }
    return {
      tac: tacBytes(type),
      deviceCapabilities: CAPABILITIES,
      ...(told === undefined ? {} : { imei: imeiBytes(told) }),
    };
  } catch (cause) {
    if (!(cause instanceof ZkcxError) || cause.code !== 'ERR_RSP_VALUE') throw cause;
    throw new ZkcxError('ERR_CLI_USAGE', cause.message, { cause });
  }
}
