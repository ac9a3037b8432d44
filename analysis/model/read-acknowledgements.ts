import * as fs from 'node:fs';
import * as path from 'node:path';
import { at, entriesOf } from './json';
import { artifactsOf, readJson } from './manifest';
import type { StackData } from './read-stacks';

/** A finding that somebody has accepted with `Validations.acknowledge`. */
export interface Acknowledgement {
  /** Construct path of the scope. */
  readonly scope: string;
  /** `ManagedAgentChecks::MA-AUD1`. */
  readonly rule: string;
  readonly reason: string;
}

/** The acknowledgements that the CDK records in a cloud assembly, with nested assemblies. */
export function readAcknowledgements(directory: string): Acknowledgement[] {
  const all = [...inMetadata(directory), ...inReport(directory)];
  return [...new Map(all.map((each) => [`${each.scope}\n${each.rule}`, each])).values()];
}

function inMetadata(directory: string): Acknowledgement[] {
  return artifactsOf(directory)
    .flatMap((artifact) => artifact.metadata())
    .flatMap(([scope, entries]) =>
      entries
        .filter((entry) => at(entry, 'type') === 'aws:cdk:acknowledged-rules')
        .flatMap((entry) => entriesOf(at(entry, 'data')))
        .map(([rule, reason]) => ({ scope, rule, reason: String(reason) })),
    );
}

/**
 * The metadata of stacks doesn't have those of the App and of Stages. The report of the plugins says which of them were
 * used.
 */
function inReport(directory: string): Acknowledgement[] {
  const file = path.join(directory, 'validation-report.json');
  const report = fs.existsSync(file) ? readJson(file) : {};
  return listOf(at(report, 'pluginReports'))
    .flatMap((plugin) => listOf(at(plugin, 'suppressedViolations')))
    .flatMap((violation): Acknowledgement[] => {
      const [scope, rule, reason] = ['acknowledgedAt', 'acknowledgedId', 'reason'].map((key) => at(violation, key));
      return typeof scope === 'string' && typeof rule === 'string' ? [{ scope, rule, reason: String(reason) }] : [];
    });
}

/**
 * The acknowledgements of a template in the format of cdk-nag: `cdk_nag.rules_to_suppress` in the Metadata of a
 * resource, or in the Metadata of the template for all resources. One without a reason doesn't count.
 */
export function acknowledgementsIn({ id, template }: StackData): Acknowledgement[] {
  const of = (metadata: unknown, scope: string) =>
    listOf(at(metadata, 'cdk_nag', 'rules_to_suppress')).flatMap((entry): Acknowledgement[] => {
      const [rule, reason] = [at(entry, 'id'), at(entry, 'reason')];
      return typeof rule === 'string' && typeof reason === 'string' && reason.trim() !== ''
        ? [{ scope, rule, reason }]
        : [];
    });
  return [
    ...of(at(template, 'Metadata'), id),
    ...entriesOf(at(template, 'Resources')).flatMap(([logicalId, resource]) =>
      of(at(resource, 'Metadata'), `${id}/${logicalId}`),
    ),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
