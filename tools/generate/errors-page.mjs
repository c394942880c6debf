// Writes docs/errors.md from the catalogue in libs/contracts/src/errors.ts: one row a code, grouped by area. The anchor of
// a row is the last part of a problem document's `type`.

/** @param {string} code */
const areaOf = (code) => code.split('/')[0];

/**
 * @param {Readonly<Record<string, { status: number, title: string, hint: string, retryable: boolean }>>} catalogue
 */
export function errorsPage(catalogue) {
  const areas = [...new Set(Object.keys(catalogue).map(areaOf))];
  const sections = areas.map((area) => {
    const entries = Object.entries(catalogue).filter(([code]) => areaOf(code) === area);
    const rows = entries.map(
      ([code, { status, title, hint, retryable }]) =>
        `| <a id="${code.replace('/', '-')}"></a>\`${code}\` | ${status} | ${title} | ${hint} | ${retryable ? 'yes' : 'no'} |`,
    );
    return [
      `## ${area}`,
      '',
      '| Code | HTTP | What happened | What to do | Retry as it is |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return [
    '<!-- Generated from libs/contracts/src/errors.ts by `npm run generate`; edit that file. -->',
    '',
    '# Errors',
    '',
    'Every failure that the API reports is an RFC 9457 problem document (`application/problem+json`) with one of these codes in',
    '`code`, the fields at fault in `errors` (JSON pointer, value and bound) and what to do in `hint`. A code keeps its meaning',
    'for ever; messages may be reworded.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}
