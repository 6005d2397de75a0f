/** How commands start: real processes, which jest's modules are not in. */
import { describe, expect, test } from '@jest/globals';
import { useCompileCache } from '../../src/compile-cache.ts';
import { CI, EUICC, EUM } from '../support/sgp26-files.ts';
import { startNode, withoutPackage } from '../support/start.ts';

describe('zkcx', () => {
  // with o1js from the sources: 6 to 8 s; without it 1.2 s, of which the TypeScript loader takes most
  test.each([
    ['--help', ['--help'], 'Usage: zkcx'],
    ['cert inspect', ['cert', 'inspect', EUICC], 'euicc-v2'],
    ['chain check', ['chain', 'check', '--ci', CI, EUM, EUICC], 'CI -> eum-v2 -> euicc-v2'],
  ])('%s starts without o1js', (_, args, output) => {
    const zkcx = ['--import', 'tsx', 'src/cli/main.ts', ...args];
    const { status, stdout, stderr, cpu } = startNode([...withoutPackage('o1js'), ...zkcx]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(output);
    expect(cpu).toBeLessThan(4);
  });
});

describe('the compile cache', () => {
  test('is used where Node has one, in a folder of the user', () => {
    const folders: string[] = [];
    useCompileCache({ enableCompileCache: (folder) => folders.push(folder) });
    expect(folders).toEqual([expect.stringMatching(/zkcx.compiled$/)]);
    expect(() => useCompileCache({})).not.toThrow();
  });
});
