import { LOAD_BALANCER_LOG_ACCOUNTS } from '../../lib/facts/load-balancer-log-accounts';
import { literalOf } from '../model/compose-text';
import { accountOf, ownAccounts } from '../model/own-accounts';
import type { Model } from '../model/model';
import type { Text } from '../model/text';
import type { Statement } from './statement';

/**
 * Whether a principal is the account of Elastic Load Balancing, and the statement only lets it write the access logs of
 * load balancers of the owner: below `AWSLogs/` and the account of the load balancer.
 * Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function deliversOwnLogs(model: Model, { actions, resources, holder }: Statement, principal: Text): boolean {
  const account = literalOf(accountOf(principal) ?? []);
  const region = literalOf(holder.stack.region);
  const known = region === undefined ? Object.values(LOAD_BALANCER_LOG_ACCOUNTS) : [LOAD_BALANCER_LOG_ACCOUNTS[region]];
  return (
    account !== undefined &&
    known.includes(account) &&
    !actions.except &&
    actions.patterns.every(({ value }) => literalOf(value)?.toLowerCase() === 's3:putobject') &&
    !resources.except &&
    resources.patterns.every(({ value }) => isOfOwnAccount(model, value))
  );
}

const FOLDER = '/AWSLogs/';

/** Whether a pattern names the folder of an account of the owner. */
function isOfOwnAccount(model: Model, pattern: Text): boolean {
  const at = pattern.findIndex((part) => typeof part === 'string' && part.includes(FOLDER));
  const first = pattern[at];
  if (typeof first !== 'string') {
    return false;
  }
  const below = [first.split(FOLDER).at(-1)!, ...pattern.slice(at + 1)];
  const end = below.findIndex((part) => typeof part === 'string' && part.includes('/'));
  const last = below[end];
  return (
    typeof last === 'string' &&
    ownAccounts(model).ofAccount([...below.slice(0, end), last.split('/')[0]].filter((part) => part !== '')) === 'own'
  );
}
