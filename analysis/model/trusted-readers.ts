import { type Admitted, admitted } from '../policy/admitted';
import { limitsToSignedIn, limitsUsers } from '../policy/federation';
import type { Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { identities, type Identity } from './identities';
import type { TemplateModel } from './template-model';
import type { OutsideAccess } from './outside-access';

/**
 * Access by roles of the app that somebody outside of its accounts or every user of an identity provider may assume, and
 * whose policies name a store of an agent: such a role gives the same access as the policy of the store. The rules of identities judge who may assume the
 * roles of agents. A role with a permission that names no store is of an operator, who belongs to no agent.
 */
export function byTrustedRoles(model: TemplateModel, used: ReadonlySet<Resource>): OutsideAccess[] {
  const known = identities(model);
  const others = known.all.filter(
    (identity) => identity.resource && identity.trust.some(isOfOthers) && !known.rolesOfAgents.includes(identity),
  );
  return others.flatMap((identity) => {
    const who = identity.trust.flatMap((statement) =>
      [...othersOf(model, statement), ...usersOf(model, statement)].map((each) => ({
        ...each,
        place: statement.place,
      })),
    );
    return who.length === 0
      ? []
      : storesOf(model, identity, used).flatMap(({ to, statement }) =>
          who.map(({ guard, ...each }) => ({
            ...each,
            to,
            by: 'role' as const,
            statement,
            giver: identity.resource!,
            guard: guard.and(statement.guard).and(identity.resource!.guard),
          })),
        );
  });
}

/** Most roles trust only services, so the conditions of their trust policies needn't be read. */
const isOfOthers = ({ principals }: Statement): boolean =>
  principals !== 'attached' && principals.some(({ kind, except }) => kind === 'AWS' || kind === 'Federated' || except);

const othersOf = (model: TemplateModel, statement: Statement): Admitted[] =>
  admitted(model, statement).filter(
    ({ kind, who }) => kind === 'AWS' && (who === 'another account' || who === 'everybody'),
  );

/** Identity providers whose users all may assume the role, as far as its conditions can be read. */
function usersOf(model: TemplateModel, statement: Statement): Admitted[] {
  const { principals, effect, conditions, guard } = statement;
  if (
    effect === 'Deny' ||
    principals === 'attached' ||
    conditions.some(({ unreadable }) => unreadable !== undefined) ||
    limitsUsers(model, statement) ||
    limitsToSignedIn(statement)
  ) {
    return [];
  }
  return principals
    .filter(({ kind, except }) => kind === 'Federated' && !except)
    .map(({ kind, name }) => ({ who: 'everybody', kind, name: name.value, guard: guard.and(name.guard) }));
}

/** The stores of agents that the policies of a role name, with the first statement that names each. */
function storesOf(model: TemplateModel, { statements }: Identity, used: ReadonlySet<Resource>) {
  const found = new Map<Resource, Statement>();
  for (const statement of statements.filter(isMoreThanStarting)) {
    for (const { value } of statement.resources.patterns) {
      for (const store of [...model.mentioned(value), ...model.named(value).map(({ resource }) => resource)]) {
        if (used.has(store) && !HOLDS_NOTHING.test(store.type) && !found.has(store)) {
          found.set(store, statement);
        }
      }
    }
  }
  return [...found].map(([to, statement]) => ({ to, statement }));
}

/** Whether a statement allows more than to start something, which the rules of entries judge. */
const isMoreThanStarting = ({ effect, actions, resources }: Statement): boolean =>
  effect === 'Allow' &&
  !resources.except &&
  (actions.except || actions.patterns.some(({ value }) => !STARTS.test(literalOf(value) ?? '')));

const STARTS = /^(?:lambda:Invoke|states:Start|sqs:SendMessage|sns:Publish|events:PutEvents|kinesis:Put|execute-api:)/i;

/** Types that hold nothing that an agent was told, read or wrote, and no code of it. */
const HOLDS_NOTHING = /^AWS::(?:IAM|KMS|EC2|StepFunctions|CodeBuild|CodePipeline|Bedrock)::/;
