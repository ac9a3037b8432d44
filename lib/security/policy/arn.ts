import { splitText } from '../template/reference-text';
import { hasWildcard } from './match';

/** The parts of an ARN or ARN pattern. */
export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the account. */
  readonly resource: string;
}

/** Takes an ARN apart; undefined for text that is none (a bare reference, `*`). Colons inside `${…}` do not count. */
export function parseArn(text: string): ArnParts | undefined {
  const [prefix, partition, service, region, account, ...resource] = splitText(':', text);
  return prefix === 'arn' && resource.length > 0
    ? { partition, service, region, account, resource: resource.join(':') }
    : undefined;
}

/** True for `*` and for patterns that leave open the service or the account, which amounts to the same. */
export function isEverything(resource: string): boolean {
  if (/^[*?]*$/.test(resource)) {
    return true;
  }
  const arn = parseArn(resource);
  if (!arn) {
    return resource.startsWith('arn:') && hasWildcard(resource);
  }
  // ARNs of S3 name no account; everything in S3 is a bare wildcard after it.
  return hasWildcard(arn.service) || hasWildcard(arn.account) || /^[*?/]*$/.test(arn.resource);
}

/** True for an action pattern that stands for a whole service or for everything. */
export function isEveryAction(action: string): boolean {
  return /^(?:[^:]*:)?[*?]+$/.test(action) || /^[^:]*[*?][^:]*:/.test(action);
}
