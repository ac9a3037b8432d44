import { CreateOpsItemCommand, type SSMClient, UpdateOpsItemCommand } from '@aws-sdk/client-ssm';
import { OPS_ITEM_TAG, type OpsItemSetting } from '../../../lib/contracts/incident';
import type { IncidentReport } from '../incident/incident-report';
import { line } from './report-markdown';

/**
 * Most characters of a description. Source: docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateOpsItem.html
 * (2,048).
 */
const DESCRIPTION_CHARACTERS = 2_000;

/**
 * One OpsItem per incident in Systems Manager OpsCenter: created with the first report, and updated by later ones. Its
 * status is never changed.
 *
 * @returns the id of the OpsItem
 */
export async function opsItem(
  ssm: SSMClient,
  setting: OpsItemSetting,
  report: IncidentReport,
  location: string,
  known: string | undefined,
): Promise<string> {
  const { incident } = report;
  const content = {
    Title: `${incident.service}: ${incident.id}, ${report.status}`,
    Description: description(report, location),
    OperationalData: {
      incident: { Value: incident.id, Type: 'SearchableString' },
      report: { Value: location, Type: 'String' },
    },
  } as const;
  const { id, fresh } =
    known === undefined ? await created(ssm, setting, incident.id, content) : { id: known, fresh: false };
  if (!fresh) await ssm.send(new UpdateOpsItemCommand({ OpsItemId: id, ...content }));
  return id;
}

type Content = {
  readonly Title: string;
  readonly Description: string;
  readonly OperationalData: Readonly<
    Record<string, { readonly Value: string; readonly Type: 'SearchableString' | 'String' }>
  >;
};

/** A new OpsItem, or the id of the existing one: Systems Manager keeps one open OpsItem per deduplication string. */
async function created(
  ssm: SSMClient,
  setting: OpsItemSetting,
  incident: string,
  { OperationalData, ...content }: Content,
): Promise<{ readonly id: string; readonly fresh: boolean }> {
  try {
    const { OpsItemId } = await ssm.send(
      new CreateOpsItemCommand({
        ...content,
        Source: 'Managed agent',
        Severity: setting.severity,
        Category: setting.category,
        Tags: [{ Key: OPS_ITEM_TAG, Value: setting.tag }],
        OperationalData: {
          ...OperationalData,
          // Source: docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-working-deduplication.html
          '/aws/dedup': { Value: JSON.stringify({ dedupString: incident }), Type: 'SearchableString' },
        },
      }),
    );
    if (OpsItemId === undefined) throw new Error('Systems Manager returned no id of the OpsItem');
    return { id: OpsItemId, fresh: true };
  } catch (error) {
    const { name, OpsItemId } = error as Error & { OpsItemId?: string };
    if (name === 'OpsItemAlreadyExistsException' && OpsItemId) return { id: OpsItemId, fresh: false };
    throw error;
  }
}

function description({ summary, probableCause, waitFor }: IncidentReport, location: string): string {
  const end = `\n\nReport: ${location}`;
  const cause = probableCause
    ? `\n\nProbable cause (${probableCause.confidence}): ${line(probableCause.statement)}`
    : '';
  const wait = waitFor ? `\n\nWaiting for: ${waitFor.what}` : '';
  return cut(`${line(summary)}${cause}${wait}`, DESCRIPTION_CHARACTERS - end.length) + end;
}

/** Never between a backslash and what it escapes, nor inside a pair of surrogates. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/(?:\\|[\uD800-\uDBFF])$/, '')}…`;
}
