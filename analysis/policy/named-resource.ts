import type { Text } from '../model/text';
import { isEverything } from './condition';

/**
 * How much a resource pattern of a policy names.
 *
 * - `one`: one resource, or a prefix below one (objects of a bucket, versions of a function)
 * - `part`: the resources whose name begins in some way, or the same name in several accounts or Regions
 * - `type`: every resource of a type, or those whose name ends in some way
 * - `every`: everything
 */
export type Scope = 'one' | 'part' | 'type' | 'every';

/** Types with slashes in their names: the name continues after a slash and ends at a colon. */
const NAMES_WITH_SLASHES: Readonly<Record<string, RegExp>> = {
  // An account has one directory and one vault, both with the name `default`. Names follow after it.
  'bedrock-agentcore':
    /^(?:workload-identity-directory|token-vault)\/[^/]+\/[a-z0-9-]+\/[^/]+\/|^(?!workload-identity-directory|token-vault)[a-z-]+[/:][^/:]+[/:]/,
  logs: /^log-group:[^:]+:|^(?:delivery|destination)[\w-]*:[^:]+:/,
  ssm: /^(?:automation-definition|automation-execution|document)\/[^:/]+[:/]/,
  secretsmanager: /^\0$/,
  ecr: /^\0$/,
  iam: /^\0$/,
};

/** The name is the first segment: there is no type before it. */
const WITHOUT_TYPE = /^(?:s3|execute-api|s3-outposts)$/;

/** How much a pattern names. Values that only the deployment knows count as one name. */
export function scopeOf(pattern: Text): Scope {
  if (isEverything(pattern)) {
    return 'every';
  }
  // A hole counts as a text without a wildcard. A value that can't be read is a finding of its own.
  const text = pattern.map((part) => (typeof part === 'string' ? part : '\u0001')).join('');
  const open = withOpenVariables(text);
  if (!/[*?]/.test(open)) {
    return 'one';
  }
  const [arn, , service = '', region = '', account = '', ...rest] = open.split(':');
  if (rest.length === 0) {
    return /^[*?]/.test(text) ? 'every' : text.startsWith('arn') ? 'every' : 'part';
  }
  if (/[*?]/.test(arn + service)) {
    return 'every';
  }
  const resource = withoutGeneratedEnd(service, rest.join(':'));
  const wildcard = resource.search(/[*?]/);
  const prefix = wildcard < 0 ? resource : resource.slice(0, wildcard);
  if (wildcard >= 0 && !hasName(service, prefix, account)) {
    return /^(?:[A-Za-z][A-Za-z0-9-]*[/:]+)?$/.test(prefix) ? 'type' : 'part';
  }
  return /[*?]/.test(region + account) ? 'part' : 'one';
}

/**
 * The request decides the value of a policy variable (`${aws:PrincipalTag/bucket}`), so it counts as a wildcard.
 * `${*}`, `${?}` and `${$}` are these characters.
 */
function withOpenVariables(text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => (/^[*?$]$/.test(name) ? '\u0001' : '*'));
}

/** Ids end with random text of the service, for which a wildcard is accepted. */
function withoutGeneratedEnd(service: string, resource: string): string {
  switch (service) {
    case 'secretsmanager':
      return resource.replace(/^(secret:[^*?]+)-\?{6}$/, '$1');
    case 'logs':
      // The log group of a Runtime is named after its id.
      return resource.replace(/^(log-group:\/aws\/bedrock-agentcore\/runtimes\/[^*?:]+)-\*(?=:|$)/, '$1');
    case 'bedrock-agentcore':
      return resource.replace(/^((?:[a-z-]+\/[^*?/]+\/)?[a-z0-9-]+\/[^*?/]+)-\*/, '$1');
    default:
      return resource;
  }
}

function hasName(service: string, prefix: string, account: string): boolean {
  const slashes = Object.hasOwn(NAMES_WITH_SLASHES, service) ? NAMES_WITH_SLASHES[service] : undefined;
  if (slashes) {
    return slashes.test(prefix);
  }
  return WITHOUT_TYPE.test(service) && (account === '' || service === 'execute-api')
    ? /^[^/]+\//.test(prefix)
    : /^[A-Za-z][A-Za-z0-9-]*[/:][^/:]+[/:]/.test(prefix);
}
