import { splitText } from '../template/reference-text';

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
