/**
 * The part of docs/local-service.md that is made from the tables of local/cloud: what is authorized, and what isn't
 * proven.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KNOWN_OPERATIONS } from '../../../local/cloud/api-calls';
import { ENCRYPTION } from '../../../local/cloud/key-permissions';

export const LOCAL_SERVICE_PAGE = path.resolve(__dirname, '../../../docs/local-service.md');

const START = '<!-- tables of local/cloud: npm run docgen -->';
const END = '<!-- end of the tables -->';

/** The page with the block as the tables say. */
export function withTables(): string {
  const page = readFileSync(LOCAL_SERVICE_PAGE, 'utf8');
  const before = page.slice(0, page.indexOf(START) + START.length);
  return `${before}\n\n${tables()}\n\n${page.slice(page.indexOf(END))}`;
}

function tables(): string {
  const services = new Map<string, string[]>();
  for (const name of KNOWN_OPERATIONS) {
    const [service, operation] = name.split(':');
    services.set(service, [...(services.get(service) ?? []), operation]);
  }
  const unproven = Object.entries(ENCRYPTION).filter(([, { unproven }]) => unproven !== undefined);
  return [
    'The local cloud implements these operations and refuses others by name:',
    '',
    ...[...services].map(([service, operations]) => `- \`${service}\`: ${operations.join(', ')}`),
    '',
    "AWS doesn't document these details about customer-managed keys, or they were not found:",
    '',
    ...unproven.map(([type, { unproven: what, source }]) => `- \`${type}\`: ${what} (${source})`),
    '- `AWS::CloudWatch::Alarm`: which condition keys CloudWatch sends to AWS KMS for an encrypted topic',
    '- `AWS::Events::EventBus`: the bus as `aws:SourceArn` towards its dead-letter queue',
  ].join('\n');
}
