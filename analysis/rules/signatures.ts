import { SECRET_READ_ACTIONS } from '../../lib/identity/perms';
import { identities } from '../model/identities';
import { statementsFor } from '../model/statements-for';
import type { Resource } from '../model/assembly';
import { textKey } from '../model/compose-text';
import type { TemplateModel } from '../model/template-model';
import { valuesAt } from '../model/values-at';

/** A pattern for the six characters that Secrets Manager adds to the name of a secret. */
const UNKNOWN_SUFFIX = /-\?{6}$/;

/**
 * Whether a function may read exactly one secret and has its name in a variable: the form of a function that checks
 * signatures of requests.
 */
export function verifiesSignatures(model: TemplateModel, target: Resource): boolean {
  if (target.type !== 'AWS::Lambda::Function') {
    return false;
  }
  const roles = identities(model).all.filter(({ runs }) => runs.some(({ resource }) => resource === target));
  const statements = roles.flatMap((role) => SECRET_READ_ACTIONS.flatMap((action) => statementsFor(role, action)));
  const secrets = new Set(
    statements.flatMap(({ resources }) =>
      resources.except ? ['*'] : resources.patterns.map(({ value }) => textKey(value).replace(UNKNOWN_SUFFIX, '')),
    ),
  );
  const told = valuesAt(target.properties, 'Environment', 'Variables')
    .flatMap((variables) => variables.entries())
    .flatMap(([, value]) => value.texts())
    .map(({ value }) => textKey(model.canonical(value)));
  return (
    secrets.size === 1 &&
    [...secrets].every((secret) => !/[*?]/.test(secret) && told.some((each) => each.includes(secret)))
  );
}
