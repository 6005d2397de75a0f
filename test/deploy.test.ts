/** The files of deploy/: what they name is there, and they agree with each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SETTINGS } from '../src/cli/smdpp/serve-settings.ts';
import { ROOT, run } from './support/command.ts';

const read = (name: string) => readFileSync(join(ROOT, 'deploy', name), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const unit = read('smdpp.service');
const example = JSON.parse(read('smdpp/smdpp.json')) as Record<string, unknown>;

describe('the container', () => {
  test('ends in a stage without root', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf('USER node')).toBeGreaterThan(last.lastIndexOf('RUN '));
  });

  test('copies what is there', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(copied).toEqual(['package.json', 'package-lock.json', '.']);
    for (const name of copied) expect(existsSync(join(ROOT, name))).toBe(true);
  });

  test('asks for its health where the example serves it', () => {
    const [, port] = /127\.0\.0\.1:(\d+)\/healthz/.exec(dockerfile) ?? [];
    expect(example['monitor']).toBe(`0.0.0.0:${port}`);
    expect(compose).toContain(`'127.0.0.1:${port}:${port}'`);
  });

  test('keeps its data where the example and the compose file have it', () => {
    expect(dockerfile).toContain(`VOLUME ${String(example['data'])}`);
    expect(compose).toContain(`data:${String(example['data'])}`);
    expect(compose).toContain(':/etc/smdpp:ro');
    expect(dockerfile).toContain('"--config", "/etc/smdpp/smdpp.json"');
  });
});

test('the example has no setting that there is not', () => {
  expect(Object.keys(SETTINGS)).toEqual(expect.arrayContaining(Object.keys(example)));
});

test('the unit is one, where systemd is there to say so', () => {
  expect(unit).toContain('smdpp serve --config /etc/smdpp/smdpp.json');
  expect(unit).toContain('StateDirectory=smdpp');
  if (!existsSync('/usr/bin/systemd-analyze')) return;
  const { stdout, stderr } = run('systemd-analyze', ['verify', join(ROOT, 'deploy/smdpp.service')]);
  // programs that are not on this machine are no fault of the unit
  const problems = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes('smdpp.service:') && !line.includes('is not executable'));
  expect(problems).toEqual([]);
});
