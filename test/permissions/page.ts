/** docs/permission-coverage.md, made from what the examples grant and what their runs used. */
import { EXAMPLES } from '../../examples';
import type { Grant, Shown } from './coverage';

export const COVERAGE_PAGE = 'docs/permission-coverage.md';

const NAMES = EXAMPLES.map(({ name }) => name);

export function coveragePage(grants: readonly Grant[], variants: readonly string[]): string {
  const roles = [...new Set(grants.map(({ role }) => role))].sort();
  const count = (how: Shown['how']) => grants.filter(({ shown }) => shown.how === how).length;
  return [
    '# Permission coverage of the examples',
    '',
    'Made by `node --import tsx scripts/permission-coverage-doc.ts`; `npm run test:soak` compares it. Do not edit.',
    '',
    'Every action that a policy of an example grants to a role, and what shows that it is needed. The examples run on this',
    'machine with every call authorised ([the local service](local-service.md)); nothing was deployed to AWS.',
    '',
    `- **E**: exercised, with the run in which it was used first (${count('exercised')} grants)`,
    `- **A**: performed by a service of AWS; the source says so (${count('performed')} grants)`,
    `- **P**: used on another path, which a test takes (${count('elsewhere')} grants)`,
    `- unmarked: ${count('unmarked')}; used without a grant: 0`,
    '',
    'Runs:',
    '',
    ...variants.map((variant, index) => `${index + 1}. ${variant}`),
    '',
    ...roles.flatMap((role) =>
      sectionOf(
        role,
        grants.filter((grant) => grant.role === role),
        variants,
      ),
    ),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function sectionOf(role: string, grants: readonly Grant[], variants: readonly string[]): string[] {
  const rows = new Map<string, Grant[]>();
  for (const grant of grants) {
    const key = `${grant.action}|${grant.on}`;
    rows.set(key, [...(rows.get(key) ?? []), grant]);
  }
  const examples = NAMES.filter((name) => grants.some(({ example }) => example === name));
  return [
    `## ${role}`,
    '',
    // Its columns are not padded: the page would be twice as long.
    '<!-- prettier-ignore -->',
    `| Action | On | ${examples.join(' | ')} | Source or test |`,
    `| --- | --- | ${examples.map(() => '---').join(' | ')} | --- |`,
    ...[...rows.values()].map((same) => {
      const [{ action, on }] = same;
      const cells = examples.map((name) => {
        const found = same.find(({ example }) => example === name);
        return found === undefined ? '' : cellOf(found.shown, variants);
      });
      const notes = new Set(same.flatMap(({ shown }) => noteOf(shown)));
      return `| ${action} | ${on.replaceAll('|', '\\|').replaceAll('*', '\\*')} | ${cells.join(' | ')} | ${[...notes].join('; ')} |`;
    }),
    '',
  ];
}

function cellOf(shown: Shown, variants: readonly string[]): string {
  switch (shown.how) {
    case 'exercised':
      return `E${variants.indexOf(shown.variant) + 1}`;
    case 'performed':
      return 'A';
    case 'elsewhere':
      return 'P';
    default:
      return '**unmarked**';
  }
}

function noteOf(shown: Shown): string[] {
  if (shown.how === 'performed') return [`${shown.by}: ${shown.source}`];
  return shown.how === 'elsewhere' ? [`${shown.when}: ${shown.test}`] : [];
}
