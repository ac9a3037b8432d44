import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RULE_TEXTS } from '../rules/index';
import type { RuleText, Severity } from '../rules/rule';
import type { CheckedFinding, CheckedPlace, CheckReport } from './check-report';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning'>> = { fatal: 'error', error: 'error', warning: 'warning' };

/** GitHub shows these as critical, high and medium. Source: docs.github.com/en/code-security, SARIF support. */
const SECURITY_SEVERITIES: Readonly<Record<Severity, string>> = { fatal: '9.5', error: '7.5', warning: '5.0' };

/**
 * The report as a SARIF 2.1.0 log.
 *
 * @param version of the program
 */
export function checkSarif({ findings }: CheckReport, version: string): string {
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ManagedAgentChecks',
            semanticVersion: version,
            rules: RULE_TEXTS.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true }],
        results: findings.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf({ id, subject, severity, what, why, fix, page, family, controls }: RuleText) {
  return {
    id,
    name: id,
    shortDescription: { text: what },
    fullDescription: { text: why },
    help: { text: `${fix}. See ${page}` },
    helpUri: page,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', family],
      subject,
      'security-severity': SECURITY_SEVERITIES[severity],
      nist80053r5: controls.nist,
      iso27001: controls.iso,
      soc2: controls.soc2,
    },
  };
}

function resultOf(finding: CheckedFinding) {
  const { rule, severity, what, why, fix, related, data, acknowledged } = finding;
  return {
    ruleId: rule,
    ruleIndex: RULE_TEXTS.findIndex(({ id }) => id === rule),
    level: LEVELS[severity],
    message: { text: `${what} ${why} Fix: ${fix}` },
    locations: [locationOf(finding)],
    ...(related.length > 0 ? { relatedLocations: related.map(locationOf) } : {}),
    partialFingerprints: { 'managedAgentChecks/v1': fingerprintOf(finding) },
    ...(acknowledged ? { suppressions: [{ kind: 'inSource', justification: acknowledged.reason }] } : {}),
    properties: { severity, ...data },
  };
}

function locationOf({ file, line, stack, logicalId, constructPath, path: property }: CheckedPlace) {
  return {
    ...(file === undefined
      ? {}
      : { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line ?? 1 } } }),
    logicalLocations: [
      {
        name: logicalId || stack,
        fullyQualifiedName: [constructPath ?? `${stack}/${logicalId}`, property]
          .filter((each) => each !== '')
          .join('/'),
        kind: logicalId ? 'resource' : 'module',
      },
    ],
  };
}

/** A file below the working directory relative to it, as code scanning requires. */
function uriOf(file: string): string {
  const relative = path.relative('', file);
  const isBelow = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return isBelow ? relative.split(path.sep).map(encodeURIComponent).join('/') : pathToFileURL(file).href;
}

/** A fingerprint that stays the same if a finding moves to another line. */
function fingerprintOf({ rule, stack, logicalId, path: property, what }: CheckedFinding): string {
  return createHash('sha256').update([rule, stack, logicalId, property, what].join('\n')).digest('hex');
}
