/** `zkcx lpa discover` at an SM-DS: what it prints, and when it says no. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { told, zkcx } from '../../support/cli.ts';
import { serverTls, SMDS_ADDRESS, TestSmds } from '../../support/rsp/smds.ts';
import { event, register } from '../../support/rsp/smds-device.ts';
import { CI, euiccFiles } from '../../support/sgp26-files.ts';

let smds: TestSmds;
beforeAll(async () => {
  const es11 = {
    host: '127.0.0.1',
    port: 0,
    tls: serverTls('ds-tls-v2', '2.999.30', SMDS_ADDRESS),
  };
  // the command goes by the clock of the machine
  smds = await TestSmds.open({ es11 });
  smds.time = BigInt(Math.floor(Date.now() / 1_000));
});
afterAll(() => smds.close());

const discover = () => [
  'lpa',
  'discover',
  '--no-public-cas',
  `--ci=${CI}`,
  `--euicc=${euiccFiles()}`,
  `--smds=${SMDS_ADDRESS}`,
  `--connect-to=127.0.0.1:${smds.service.es11.port}`,
];

test('says that there is nothing, then what there is and why it leads nowhere', async () => {
  const none = await zkcx(...discover());
  expect(none).toMatchObject({ status: 0, stdout: 'Nothing is there for this eUICC\n' });
  await register(smds, event('E-1', { rspServerAddress: 'other.example.com' }));
  // --connect-to leads to the SM-DS here too, which is not the one that it names
  const { status, ...answer } = await told(...discover());
  expect(status).toBe(1);
  expect(answer).toMatchObject({
    smds: SMDS_ADDRESS,
    events: [
      { address: 'other.example.com', eventId: 'E-1', failure: expect.stringContaining('trusted') },
    ],
  });
});

test('asks nobody to agree where nobody is', async () => {
  const refused = await told(...discover(), '--download');
  expect(refused).toMatchObject({ status: 2, error: { code: 'ERR_CLI_USAGE' } });
});
