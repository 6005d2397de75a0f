/** Quantities of each download as bars, each with its number beside it. */
import type { Result } from './recording.ts';
import { duration, escape, size, sum } from './words.ts';

interface Chart {
  readonly title: string;
  readonly note: string;
  /** Named in the legend in this order; a bar is its parts one behind the other. */
  readonly parts: readonly string[];
  readonly value: (result: Result) => readonly number[];
  readonly say: (value: number) => string;
}

const CHARTS: readonly Chart[] = [
  {
    title: 'Bytes over the wire',
    note: 'Bodies of all messages to and from the SM-DP+.',
    parts: ['up', 'down'],
    value: ({ heard }) => [
      sum(heard.map(({ request }) => request.length)),
      sum(heard.map(({ answer }) => answer.length)),
    ],
    say: size,
  },
  {
    title: 'What the user waits for',
    note: "From the server's challenge to the metadata that the user is asked about.",
    parts: ['proving', 'all else'],
    value: ({ online, toMetadata }) => {
      const proving = Math.min(sum(online.map(({ seconds }) => seconds)), toMetadata);
      return [proving, toMetadata - proving];
    },
    say: duration,
  },
  {
    title: 'Made before the download',
    note: 'Nobody waits for it: it is made while the device is idle.',
    parts: ['refresh', 'presentation'],
    value: ({ ahead }) =>
      ['refresh', 'presentation'].map((name) =>
        sum(ahead.filter(({ what }) => what === name).map(({ seconds }) => seconds)),
      ),
    say: duration,
  },
];

export const bars = (results: readonly Result[]) =>
  CHARTS.map((chart) => draw(chart, results)).join('\n');

function draw({ title, note, parts, value, say }: Chart, results: readonly Result[]): string {
  const longest = Math.max(...results.map((result) => sum(value(result)))) || 1;
  const rows = results.map((result) => {
    const values = value(result);
    const pieces = values.map(
      (one, i) => `<i class="part${i}" style="width:${((100 * one) / longest).toFixed(2)}%"></i>`,
    );
    const total = sum(values);
    const each = values.map((one, i) => `${parts[i]} ${say(one)}`).join(', ');
    return `<tr><th scope="row">${escape(result.run.name)}</th>
<td class="bar" aria-hidden="true">${pieces.join('')}</td>
<td class="number">${total === 0 ? 'nothing' : `<span>${say(total)}</span><small>${each}</small>`}</td></tr>`;
  });
  const legend = parts.map((part, i) => `<span><i class="part${i}"></i> ${part}</span>`).join(' ');
  return `<figure class="chart"><figcaption><h3>${escape(title)}</h3><p>${escape(note)} <span class="legend">${legend}</span></p></figcaption>
<table>${rows.join('\n')}</table></figure>`;
}
