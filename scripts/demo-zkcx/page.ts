/** A recording as one HTML file that needs nothing else. */
import { bars } from './bars.ts';
import { assertAsDesigned, type Finding, findingOf, PARTIES, whoHas } from './findings.ts';
import type { Recording, Result } from './recording.ts';
import { sequence } from './sequence.ts';
import { STYLE } from './style.ts';
import { costTable, FINDINGS, KNOWLEDGE, type Table } from './tables.ts';
import { count, duration, escape, moment } from './words.ts';

/** Throws for a recording that contradicts the design. */
export function page({ results, madeAt, machine, profileBytes }: Recording): string {
  assertAsDesigned(results);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>One download, three modes</title>
<style>${STYLE}</style>
<main>
<h1>One profile download, three modes</h1>
<p class="lead">A device downloads the same profile (${count(profileBytes)} bytes) from the same SM-DP+: with its certificates, as
today, and with proofs in their place. Who learns which device it is?</p>
${headlines(results)}
<h2>Who learns what</h2>
<p>The run searched every message, as an observer without TLS reads it, and the records of the SM-DP+ for these values:
raw, hexadecimal, base64 at each alignment, reversed nibbles. What it found is what each mode promises; a run that
finds anything else fails and makes no page. In <code>zkcx-device</code> the SM-DP+ is told EID and key once the user has
accepted the download.</p>
<p class="legend">${Object.values(LEGEND).join(' ')}</p>
${findings(results)}
${grid(KNOWLEDGE)}
<h2>What it costs</h2>
${bars(results)}
${grid({ ...costTable(results), title: 'The same in numbers' })}
<h2>Message by message</h2>
<p>Time runs down. Each arrow says its bytes and what the search found in it.</p>
<div class="modes">${results.map(messages).join('\n')}</div>
<footer><p>Made from one run of <code>npm run demo:zkcx</code> on ${escape(moment(new Date(madeAt)))}, on ${escape(machine)}.
All proofs are real. The eUICC is emulated, and the messages went over plain HTTP on loopback so that they could be recorded. In
<code>zkcx-device</code> the first download proves everything while the server waits; the second uses what was made ahead.</p></footer>
</main>
</html>
`;
}

const LEGEND: Readonly<Record<Finding, string>> = {
  sees: `<span class="told">${FINDINGS.sees}</span>: it is in messages.`,
  keeps: `<span class="told">${FINDINGS.keeps}</span>: it is in the records after the download.`,
  own: `<span class="own">${FINDINGS.own}</span>: the SM-DP+ sold it.`,
  hidden: `<span class="hidden">${FINDINGS.hidden}</span>: searched for, not found.`,
};

const TONES: Readonly<Record<Finding, string>> = {
  sees: 'told',
  keeps: 'told',
  own: 'own',
  hidden: 'hidden',
};

/** The numbers that one would say aloud. */
function headlines(results: readonly Result[]): string {
  const eid = whoHas(results, 'EID').map(({ mode, parties }) =>
    figure(mode, String(parties.length), parties.join(' and ') || 'nobody', parties.length > 0),
  );
  const values = results.map((result) => {
    const { secrets, run } = result;
    const seen = secrets.filter((secret) => findingOf(result, 'observer', secret) !== 'hidden');
    return figure(run.name, String(seen.length), `of ${secrets.length}`, seen.length > 0);
  });
  const waits = results.map(({ run, toMetadata }) => figure(run.name, duration(toMetadata), ''));
  return `<section class="headlines">
${headline('Who saw the EID?', eid)}
${headline('Values that an observer found', values)}
${headline('The user waits', waits)}
</section>`;
}

const headline = (title: string, figures: readonly string[]) =>
  `<div class="headline"><h2>${title}</h2><dl>${figures.join('')}</dl></div>`;

function figure(name: string, value: string, note: string, isTold?: boolean): string {
  const tone = isTold === undefined ? '' : isTold ? ' class="told"' : ' class="hidden"';
  const symbol = isTold === undefined ? '' : isTold ? '✕ ' : '✓ ';
  return `<div><dt>${escape(name)}</dt><dd${tone}><strong>${value}</strong> <small>${symbol}${escape(note)}</small></dd></div>`;
}

/** A row for each value; on a telephone each row becomes a card. */
function findings(results: readonly Result[]): string {
  const heads = results.map(
    ({ run }) => `<th scope="colgroup" colspan="${PARTIES.length}">${escape(run.name)}</th>`,
  );
  const parties = results.flatMap(() => PARTIES.map((party) => `<th scope="col">${party}</th>`));
  const rows = results[0]!.secrets.map((secret) => {
    const cells = results.flatMap((result) =>
      PARTIES.map((party) => {
        const finding = findingOf(result, party, secret);
        const label = escape(`${result.run.name}: ${party}`);
        return `<td class="${TONES[finding]}" data-label="${label}">${FINDINGS[finding]}</td>`;
      }),
    );
    return `<tr><th scope="row">${escape(secret)}</th>${cells.join('')}</tr>`;
  });
  return `<table class="cards findings"><thead><tr><td rowspan="2"></td>${heads.join('')}</tr>
<tr>${parties.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function grid({ title, head, rows }: Table): string {
  const cells = (row: readonly string[]) =>
    row.slice(1).map((cell, i) => {
      const name = /^[\d.]/.test(cell) ? ' class="number"' : '';
      return `<td${name} data-label="${escape(head[i + 1]!)}">${escape(cell)}</td>`;
    });
  const names = head.slice(1).map((cell) => `<th scope="col">${escape(cell)}</th>`);
  return `<h3>${escape(title)}</h3>
<table class="cards"><thead><tr><td></td>${names.join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr><th scope="row">${escape(row[0]!)}</th>${cells(row).join('')}</tr>`).join('\n')}</tbody></table>`;
}

function messages(result: Result, index: number): string {
  const bodies = result.heard.map(
    ({ name, request, answer }) =>
      `<li>${escape(name)}<pre>${escape(cut(request))}

${escape(cut(answer))}</pre></li>`,
  );
  return `<section><h3>${escape(result.run.name)}</h3>
${sequence(result, `sequence-${index}`)}
<details><summary>The messages as the observer reads them</summary><ol>${bodies.join('\n')}</ol></details></section>`;
}

const cut = (text: string) => (text.length > 600 ? `${text.slice(0, 600)} ...` : text);
