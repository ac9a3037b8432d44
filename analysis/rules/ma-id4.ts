import { INFERENCE_ACTIONS } from '../../lib/identity/perms';
import { identities, type Identity } from '../model/identities';
import { printed } from '../model/printed-text';
import { hasWildcard } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentRoles, allowing, covering, allowsOf } from './agent-roles';
import type { Finding } from './finding';
import { isDenied, listed, namedUses } from './permissions';
import { rule, type RuleContext } from './rule';
import { isStrict, isUnread } from './trust';

/** AWS managed policies that allow inference with every model: in sessions, and by Amazon Bedrock itself. */
const OPEN_POLICIES = /\/AmazonBedrockMantle(?:FullAccess|InferenceAccess|LimitedAccess)$/;
const OPEN_POLICIES_OF_BEDROCK = /\/AmazonBedrock(?:FullAccess|InferenceAccess|LimitedAccess)$/;

/** Every permission to call a model names the models. */
export const MA_ID4 = rule({
  id: 'MA-ID4',
  family: 'identity',
  severity: 'fatal',
  subject: 'role that calls a model',
  what: 'Every allow of bedrock-mantle:CreateInference has StringEquals bedrock-mantle:Model with literal model ids, and no role of an agent calls models in another way.',
  why: 'The condition is the only thing in IAM that limits the model: the action has no model-specific resource. Without it, the agent can be switched to a model that was not approved.',
  fix: 'Add StringEquals bedrock-mantle:Model with the ids of the models, without wildcards, IfExists or values that are decided at deployment',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-3', 'AC-6', 'CM-7'], iso: ['A.5.15', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    const ofAgents = new Map(agentRoles(context.model).map((role) => [role.identity, role]));
    for (const identity of identities(context.model).all) {
      const role = ofAgents.get(identity);
      // A bare `*` counts only for roles of agents, because administrators also have it.
      const statements = INFERENCE_ACTIONS.flatMap((action) =>
        role ? covering(identity, action) : allowing(identity, action),
      );
      for (const statement of new Set(statements)) {
        yield* modelFindings(identity, statement, role?.subjects[0] ?? identity.id, context);
      }
      yield* openPolicies(identity, role ? [OPEN_POLICIES, OPEN_POLICIES_OF_BEDROCK] : [OPEN_POLICIES]);
      if (role && !(role.kinds.size === 1 && role.kinds.has('client role'))) {
        yield* otherInference(identity, context);
      }
    }
  },
});

function* modelFindings(
  { id }: Identity,
  statement: Statement,
  subject: string,
  { unread }: RuleContext,
): Iterable<Finding> {
  const { conditions, guard } = statement;
  const strict = conditions.filter((condition) => isStrict(condition, 'bedrock-mantle:model', ['stringequals']));
  const without = strict.reduce((left, condition) => left.and(condition.guard.not()), guard);
  if (without.possible()) {
    const unreadable = conditions.find((condition) => condition.unreadable)?.unreadable;
    if (unreadable) {
      unread(subject, statement, unreadable);
    } else {
      const says = 'bedrock-mantle:CreateInference is allowed without StringEquals bedrock-mantle:Model';
      yield { at: statement, subject: id, says, when: without, actions: INFERENCE_ACTIONS };
    }
    return;
  }
  for (const { value, guard: when } of strict.flatMap(({ values }) => values)) {
    // The request decides the value of a policy variable, for example with a tag of the role.
    const isOpen =
      isUnread(value) || hasWildcard(value) || value.some((part) => typeof part !== 'string' || part.includes('${'));
    if (isOpen) {
      const says = `bedrock-mantle:Model isn't a literal model id: ${printed(value)}`;
      const certainty = isUnread(value) ? 'maybe' : 'yes';
      yield { at: statement, subject: id, says, when: guard.and(when), certainty, actions: INFERENCE_ACTIONS };
    }
  }
}

function* openPolicies({ id, outside }: Identity, open: readonly RegExp[]): Iterable<Finding> {
  for (const { value, place, guard } of outside) {
    const name = printed(value);
    if (open.some((policies) => policies.test(name))) {
      yield { at: place, subject: id, says: `${name} allows inference with every model`, when: guard };
    }
  }
}

/** Actions of Bedrock that call a model without the session. */
const OTHER_INFERENCE =
  /^bedrock:(?:Invoke(?!Agent|Flow|Inline|Builder|DataAuto)|Converse|CreateModelInvocationJob|StartAsyncInvoke)/i;

function* otherInference(identity: Identity, { declared }: RuleContext): Iterable<Finding> {
  for (const statement of allowsOf(identity)) {
    const actions = namedUses(statement)
      .map(({ action }) => action)
      .filter((action) => OTHER_INFERENCE.test(action))
      .filter((action) => !isDenied(identity, action) && !declared.use(identity, action, statement));
    if (actions.length > 0) {
      const says = `The role may call models without a session, which limits the model: ${listed(actions)}`;
      yield { at: statement, subject: identity.id, says, severity: 'error', data: { actions } };
    }
  }
}
