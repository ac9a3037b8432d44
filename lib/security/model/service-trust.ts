import { ARN_OPERATORS, requiredValues } from '../policy/condition';
import { parseArn } from '../policy/arn';
import { hasWildcard } from '../policy/match';
import type { Finding } from '../rules/rule';
import type { TemplateSource } from '../template/template-source';
import type { IndexedRole } from './roles';

/** The only actions a trust policy of an agent's role needs. */
const TRUST_ACTIONS = new Set(['sts:assumerole', 'sts:tagsession', 'sts:setsourceidentity']);

const UNKNOWN_ENVIRONMENT =
  'the trust policy names an account or Region, and those of the stack are decided at deployment: they cannot be compared here';

/** What is wrong with the trust policy of a role that one service, and nobody else, may assume. */
export function trustFindings(role: IndexedRole, service: string): Finding[] {
  const { resource } = role;
  if (!resource) {
    return []; // A role that is only referred to: its trust policy is not in the app.
  }
  const namespace = service.split('.')[0];
  const location = 'Properties.AssumeRolePolicyDocument';
  const find = (detail: string): Finding => ({ resource, location, detail });
  let literal = false;
  const allows = role.trust.filter(({ effect }) => effect === 'Allow');
  if (allows.length === 0) {
    return [find(`the trust policy does not let ${service} assume the role`)];
  }
  const details = allows.flatMap((statement) => {
    const others = Object.entries(statement.principals).flatMap(([type, names]) =>
      names.filter((name) => type !== 'Service' || name.toLowerCase() !== service).map((name) => `${type} ${name}`),
    );
    if (others.length > 0 || Object.keys(statement.notPrincipals).length > 0) {
      return [`the role trusts more than ${service}: ${others.join(', ') || 'a NotPrincipal statement'}`];
    }
    if (
      statement.notActions.length > 0 ||
      statement.actions.some((action) => !TRUST_ACTIONS.has(action.toLowerCase()))
    ) {
      return ['the trust policy allows more than sts:AssumeRole'];
    }
    const accounts = requiredValues(statement, 'aws:SourceAccount', ['StringEquals', 'StringLike']);
    const arns = requiredValues(statement, 'aws:SourceArn', ARN_OPERATORS);
    literal ||= [...(accounts ?? []), ...(arns ?? [])].some((value) => cannotBeCompared(value, resource.source));
    return [
      ...(accounts?.every((account) => isOwnAccount(account, resource.source))
        ? []
        : [`the trust policy does not require aws:SourceAccount to be ${accountOf(resource.source)}`]),
      ...(arns?.every((arn) => isOwnArn(arn, namespace, resource.source))
        ? []
        : [`the trust policy does not require aws:SourceArn of ${namespace} in this account and Region`]),
    ];
  });
  return literal && details.length === 0
    ? [{ ...find(UNKNOWN_ENVIRONMENT), unverified: true }]
    : [...new Set(details)].map(find);
}

function accountOf(source: TemplateSource): string {
  return source.account ?? '${AWS::AccountId}';
}

/** A literal account counts as the stack's own where that is decided at deployment; a warning says so. */
function isOwnAccount(account: string, source: TemplateSource): boolean {
  return account === accountOf(source) || (source.account === undefined && /^[0-9]{12}$/.test(account));
}

function isOwnRegion(region: string, source: TemplateSource): boolean {
  return (
    region === (source.region ?? '${AWS::Region}') ||
    (source.region === undefined && /^[a-z]{2}(-[a-z]+)+-[0-9]$/.test(region))
  );
}

/** True for an account or an ARN with a literal account or Region in a stack whose own is decided at deployment. */
function cannotBeCompared(value: string, source: TemplateSource): boolean {
  const { account, region } = parseArn(value) ?? { account: value, region: '' };
  return (
    (source.account === undefined && /^[0-9]{12}$/.test(account)) ||
    (source.region === undefined && region !== '' && !region.startsWith('${'))
  );
}

/** An ARN (pattern) that can only match resources of one service in the stack's account and Region. */
function isOwnArn(arn: string, namespace: string, source: TemplateSource): boolean {
  const parts = parseArn(arn);
  return (
    parts !== undefined &&
    parts.partition !== '' &&
    !hasWildcard(parts.partition) &&
    parts.service === namespace &&
    isOwnRegion(parts.region, source) &&
    isOwnAccount(parts.account, source)
  );
}
