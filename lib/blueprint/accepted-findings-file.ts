import type { IConstruct } from 'constructs';
import { Annotations, Token } from 'aws-cdk-lib/core';
import { ACCEPTED_FINDINGS_FILE, type AcceptedFindingEntry } from '../contracts/accepted-findings';
import { requireInput } from '../validation/input-error';
import type { AcceptedFinding } from './accepted-finding';

const MAX_ENTRIES = 200;

/**
 * The file with the register, or none. Expired entries are omitted, with a warning.
 *
 * @throws InputError for an entry that accepts everything in every file, has no reason, or has no expiry date
 */
export function acceptedFindingsFile(scope: IConstruct, findings: AcceptedFinding[] = []): { [file: string]: string } {
  const check = (input: string, holds: boolean, value: unknown, allowed: string, fix: string) =>
    requireInput(holds, scope, { input, value, allowed, fix });
  check(
    'acceptedFindings',
    findings.length <= MAX_ENTRIES,
    `${findings.length} entries`,
    `at most ${MAX_ENTRIES}`,
    'fix some of them, or accept several with one pattern of files',
  );
  findings.forEach(({ files, rule, containing, reason, until }, index) => {
    const entry = `acceptedFindings[${index}]`;
    for (const [member, text] of Object.entries({ files, rule, containing, reason, until })) {
      const later = 'a value that only the deployment knows';
      check(`${entry}.${member}`, !Token.isUnresolved(text), later, 'a text that is known at synth', 'write the text');
    }
    check(
      `${entry}.files`,
      /^(?!\/)(?!.*\*\*[^/])[^\0\\]{1,200}$/.test(files),
      files,
      "patterns as in 'src/legacy/**'",
      'write a path',
    );
    check(
      `${entry}.rule`,
      rule === undefined || /^[A-Za-z0-9._/-]{1,100}$/.test(rule),
      rule,
      'the id of a rule',
      "write it as in 'CWE-89'",
    );
    check(
      `${entry}.containing`,
      containing === undefined || (containing.trim().length >= 5 && containing.length <= 300),
      containing,
      '5 to 300 characters',
      'name words that only this finding has',
    );
    check(
      `${entry}.files`,
      rule !== undefined || containing !== undefined || !/^\**$/.test(files.replace(/\//g, '')),
      files,
      'entries that do not accept every finding of every file',
      'name files, a rule or words',
    );
    check(
      `${entry}.reason`,
      reason.trim().length >= 10 && reason.length <= 300 && !/[\0-\x1f]/.test(reason),
      reason,
      '10 to 300 characters on one line',
      'say why it is accepted, and by whom',
    );
    check(`${entry}.until`, isDay(until), until, 'a day as in 2027-06-30', 'name the last day on which it is accepted');
  });
  const entries: AcceptedFindingEntry[] = findings.filter(({ until }) => Date.now() < endOf(until));
  if (entries.length < findings.length) {
    Annotations.of(scope).addWarningV2(
      'cdk-bedrock-managed-agents:acceptedFindingExpired',
      `${findings.length - entries.length} accepted findings are over and are reported again. Fix: remove the entries, or decide anew.`,
    );
  }
  return entries.length === 0 ? {} : { [ACCEPTED_FINDINGS_FILE]: JSON.stringify(entries) };
}

function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(endOf(text)) && new Date(text).toISOString().startsWith(text)
  );
}

const endOf = (day: string): number => Date.parse(`${day}T24:00:00Z`);
