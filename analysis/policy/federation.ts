import { literalOf } from '../model/compose-text';
import type { Model } from '../model/model';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import { isEverything } from './condition';
import type { Condition, Statement } from './statement';

/**
 * Whether a trust policy says which users of an identity provider may assume its role. An OIDC provider signs in users of
 * many organizations. A SAML provider belongs to one organization, and each assertion names the roles that the user may
 * assume.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
 */
export function limitsUsers(model: Model, { principals, conditions, guard }: Statement): boolean {
  const providers = principals === 'attached' ? [] : principals;
  return (
    (providers.length > 0 && providers.every(({ name: { value } }) => isSaml(model, value))) ||
    conditions.some(
      (condition) =>
        mustMatch(condition) &&
        guard.implies(condition.guard) &&
        condition.key.endsWith(':sub') &&
        condition.values.every(({ value }) => !isEverything(value) && namesSubject(literalOf(value) ?? '')),
    )
  );
}

/** Whether a trust policy of an identity pool lets only its signed-in users assume the role. */
export const limitsToSignedIn = ({ conditions, guard }: Statement): boolean =>
  conditions.some(
    (condition) =>
      mustMatch(condition) &&
      guard.implies(condition.guard) &&
      condition.key.endsWith(':amr') &&
      condition.values.every(({ value }) => literalOf(value) === 'authenticated'),
  );

function isSaml(model: Model, provider: Text): boolean {
  const resources = model.mentioned(provider);
  return (
    printed(provider).includes(':saml-provider/') ||
    (resources.length > 0 && resources.every(({ type }) => type === 'AWS::IAM::SAMLProvider'))
  );
}

/** Whether a request without a matching value is refused. */
const mustMatch = ({ test, ifExists, set, values, unreadable }: Condition): boolean =>
  !ifExists && set !== 'all' && unreadable === undefined && /^string(?:equals|like)$/.test(test) && values.length > 0;

/** Subjects that name an owner, for the known beginnings of subjects. */
const SUBJECTS = [/^repo:[^*?/]+\//, /^project_path:[^*?/]+\//, /^system:serviceaccount:[^*?:]+:/];

/**
 * Whether the subject of a token names somebody: an owner of repositories, a namespace of a cluster.
 * Source: docs.github.com/actions/reference/security/oidc, docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
function namesSubject(subject: string): boolean {
  const known = SUBJECTS.find(({ source }) => subject.startsWith(source.slice(1, source.indexOf(':') + 1)));
  return !/[*?]/.test(subject) || (known ? known.test(subject) : !/^[*?]/.test(subject));
}
