import { PASSED_ON } from '../../lib/facts/credential-formats';
import { BEARER_TOKEN_ACTIONS } from '../../lib/identity/perms';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import { at, entriesOf, isObject, scalarText } from '../model/json';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Place } from '../model/text';
import { literalsAt } from '../model/values-at';
import { networkOf } from '../network/network';
import { readPolicy } from '../policy/read-policy';
import type { Statement } from '../policy/statement';
import { agentStacks } from './agent-parts';
import { agentRoles, allowing, covering, handlerRoles } from './agent-roles';
import { credentialsIn } from './credential-texts';
import { formatIn, isSecretAttribute, referenceKind } from './credential-value';
import type { Finding } from './finding';
import { isDenied } from './permissions';
import { rule, type RuleContext } from './rule';

/** Types that are standing credentials. */
const CREDENTIAL_TYPES: ReadonlyMap<string, string> = new Map([
  ['AWS::IAM::User', 'An IAM user'],
  ['AWS::IAM::AccessKey', 'An access key'],
  ['AWS::IAM::ServiceSpecificCredential', 'A service-specific credential'],
]);

/** No standing credentials. */
export const MA_ID8 = rule({
  id: 'MA-ID8',
  family: 'identity',
  severity: 'fatal',
  subject: 'credential',
  what: 'No long-term credentials: no allow of CallWithBearerToken, no IAM user, access key or service-specific credential in an agent’s stack or with permission to drive one, and no credential in the template: in variables, code, definitions, inputs, secrets, providers, parameters or outputs.',
  why: 'A bearer token or key works for whoever holds it, from anywhere, until somebody notices; the agent and everybody who can read the template would hold it.',
  fix: 'Sign with the credentials of a role. Keep third-party secrets in Secrets Manager, pass their ARN, and read them at run time',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  controls: { nist: ['IA-2', 'IA-5', 'IA-5(7)'], iso: ['A.5.17', 'A.8.5'], soc2: ['CC6.1'] },
  *check(context) {
    const { model } = context;
    yield* bearerTokens(model);
    yield* bearerTokensThroughEndpoints(context);
    yield* standing(model);
    yield* usersOutside(model);
    const stacks = agentStacks(model);
    for (const resource of model.resources) {
      if (stacks.has(resource.stack.id)) {
        const found = innermost([...textsOf(resource)]);
        yield* found;
        yield* scripts(resource, found);
        yield* apiKeys(resource);
      }
    }
    for (const { stack } of model.readers) {
      if (stacks.has(stack.id)) {
        yield* parameters(model, stack);
        yield* outputs(model, stack);
        yield* globals(model, stack);
        yield* notes(stack);
      }
    }
  },
});

/** A bearer token with which sessions can be created. */
const [SESSION_TOKEN] = BEARER_TOKEN_ACTIONS;

function* bearerTokens(model: TemplateModel): Iterable<Finding> {
  const ofAgents = new Set(agentRoles(model).map(({ identity }) => identity));
  const driving = handlerRoles(model);
  const stacks = agentStacks(model);
  for (const identity of identities(model).all) {
    // A token of Amazon Bedrock calls models, not agents. A role of another app may have one, which ends with its session.
    const isNear =
      identity.kind !== 'role' ||
      ofAgents.has(identity) ||
      driving.has(identity) ||
      [identity.resource, ...identity.statements.map(({ holder }) => holder)].some(
        (resource) => resource !== undefined && stacks.has(resource.stack.id),
      );
    for (const action of isNear ? BEARER_TOKEN_ACTIONS : [SESSION_TOKEN]) {
      // A bare "*" is for administrators, so it counts only for roles of agents.
      const isOfAgent = ofAgents.has(identity);
      const found = isOfAgent
        ? covering(identity, action)
        : [...allowing(identity, action), ...crossing(identity, action)];
      for (const statement of isDenied(identity, action) ? [] : new Set(found)) {
        const certainty = statement.effect === 'Allow' ? 'yes' : 'maybe';
        yield { at: statement, subject: identity.id, says: `${action} is allowed`, certainty, actions: [action] };
      }
    }
  }
}

/** An endpoint that accepts requests with a bearer token accepts the token of any user of the account. */
function* bearerTokensThroughEndpoints({ model, agents }: RuleContext): Iterable<Finding> {
  const endpoints = new Set(agents.flatMap(({ runtime }) => networkOf(model, runtime).endpoints));
  for (const { resource, policies } of endpoints) {
    const statements = policies.flatMap((policy) => readPolicy(policy, resource, (text) => model.canonical(text)));
    for (const action of BEARER_TOKEN_ACTIONS) {
      // MA-NET3 reports patterns of actions.
      const named = ({ actions }: Statement) =>
        !actions.except &&
        actions.patterns.some(({ value }) => literalOf(value)?.toLowerCase() === action.toLowerCase());
      const isDenied = statements.some(
        (statement) => statement.effect === 'Deny' && statement.conditions.length === 0 && named(statement),
      );
      for (const statement of isDenied ? [] : statements.filter((each) => each.effect === 'Allow' && named(each))) {
        const says = `The endpoint of an agent lets requests with a bearer token through: ${action} is allowed`;
        yield { at: statement, subject: `${resource.id} ${action}`, says };
      }
    }
  }
}

/** Statements with the permission in both services of Bedrock, such as `bedrock*:CallWith…`. */
function crossing(identity: Identity, action: string) {
  return covering(identity, action).filter(({ actions }) =>
    actions.patterns.some(({ value: [first] }) => typeof first === 'string' && /^bedrock[^:]*[*?]/i.test(first)),
  );
}

function* standing(model: TemplateModel): Iterable<Finding> {
  const stacks = agentStacks(model);
  const driving = new Set<Identity>([
    ...agentRoles(model).map(({ identity }) => identity),
    ...handlerRoles(model).keys(),
  ]);
  const found = model.ofType(...CREDENTIAL_TYPES.keys()).flatMap((resource) => {
    const why = stacks.has(resource.stack.id)
      ? 'is in the stack of an agent'
      : usersOf(model, resource).some((user) => driving.has(user))
        ? 'can drive an agent'
        : isBedrockKey(resource)
          ? 'is a long-term key of Amazon Bedrock'
          : undefined;
    const users = usersOf(model, resource).flatMap((user) => user.resource ?? []);
    return why === undefined ? [] : [{ resource, users, says: `${CREDENTIAL_TYPES.get(resource.type)!} ${why}` }];
  });
  for (const { resource, users, says } of found) {
    // The finding about a user names the credentials of that user, because one change removes both.
    const hasOwner = found.some(
      ({ resource: user }) => user !== resource && users.includes(user) && user.stack === resource.stack,
    );
    if (!hasOwner) {
      const related = found
        .filter((each) => each.resource !== resource && each.users.includes(resource))
        .map((each) => each.resource);
      const keys = related.map(({ logicalId }) => logicalId).join(', ');
      yield { at: resource, says: keys === '' ? says : `${says}, with the credential ${keys}`, related };
    }
  }
}

/** Users outside of the app that may start an agent, directly or by a role that trusts them. */
function* usersOutside(model: TemplateModel): Iterable<Finding> {
  const driving = [...agentRoles(model).map(({ identity }) => identity), ...handlerRoles(model).keys()];
  for (const { kind, resource, statements, trust } of driving) {
    if (kind === 'user' && resource === undefined && statements.length > 0) {
      const says = "A policy lets an IAM user that isn't in the app drive an agent";
      yield { at: statements[0], says, severity: 'error' };
    }
    for (const statement of trust.filter(({ effect }) => effect === 'Allow')) {
      const users = statement.principals === 'attached' ? [] : statement.principals;
      if (users.some(({ name: { value }, except }) => !except && /^arn:[^:]*:iam::\d*:user\//.test(printed(value)))) {
        yield { at: statement, says: 'A role that drives an agent trusts an IAM user', severity: 'error' };
      }
    }
  }
}

function isBedrockKey({ type, properties }: Resource): boolean {
  return (
    type === 'AWS::IAM::ServiceSpecificCredential' &&
    literalsAt(properties, 'ServiceName').some((name) => name.startsWith('bedrock'))
  );
}

/** The user that a credential belongs to. */
function usersOf(model: TemplateModel, resource: Resource): readonly Identity[] {
  const known = identities(model);
  const own = known.of(resource);
  return own
    ? [own]
    : resource.properties
        .at('UserName')
        .flatMap((node) => node.texts())
        .flatMap(({ value }) => known.named(value, 'user'));
}

/** A credential in a text. */
interface Found extends Finding {
  readonly at: Place;
  readonly what: string;
}

/** A text with JSON in it and the value in that JSON hold one credential. */
function innermost(found: readonly Found[]): Finding[] {
  return found
    .filter(({ at: outer, what }) => {
      const within = found.filter(({ at: inner }) => inner !== outer && inner.path.startsWith(`${outer.path}.`));
      return !within.some((each) => each.what === what || what === PASSED_ON);
    })
    .map(({ what: _, ...finding }) => finding);
}

function* textsOf(resource: Resource): Iterable<Found> {
  for (const { place, guard, what, where } of credentialsIn(resource.properties)) {
    yield { at: place, what, says: `${where} of ${resource.logicalId} holds ${what}`, when: guard };
  }
  if (resource.type === 'AWS::SSM::Parameter') {
    for (const value of resource.properties.at('Value')) {
      for (const definition of value.json()) {
        for (const { place, guard, what, where } of credentialsIn(definition, 'Definition')) {
          yield { at: place, what, says: `${where} in the parameter ${resource.logicalId} holds ${what}`, when: guard };
        }
      }
    }
  }
}

/** The key of an API as literal text: whoever may read the template may call the API. */
function* apiKeys(resource: Resource): Iterable<Finding> {
  for (const value of resource.type === 'AWS::ApiGateway::ApiKey' ? resource.properties.at('Value') : []) {
    if (value.texts().some((text) => literalOf(text.value) !== undefined)) {
      yield { at: value.place, says: `The key ${resource.logicalId} of an API is in the template`, when: value.guard };
    }
  }
}

/**
 * Scripts of machines. They are encoded by a function, so the text before encoding is read. What a property of the
 * resource was found to hold isn't reported twice.
 */
function* scripts(resource: Resource, found: readonly Finding[]): Iterable<Finding> {
  const texts: string[] = [];
  const visit = (value: unknown, isEncoded: boolean): void => {
    if (typeof value === 'string' && isEncoded) {
      texts.push(value);
    } else if (Array.isArray(value)) {
      if (value.some((each) => typeof each === 'string' && each.startsWith('--'))) {
        // An option and its value, as in a command line.
        texts.push(['', ...value.filter((each) => typeof each === 'string')].join(' '));
      }
      value.forEach((each) => visit(each, isEncoded));
    } else if (isObject(value)) {
      for (const key in value) {
        const each = value[key];
        if (key === 'UserData' && typeof each === 'string') {
          texts.push(Buffer.from(each, 'base64').toString('latin1'));
        }
        if (typeof each === 'object' || isEncoded || key === 'Fn::Base64') {
          visit(each, isEncoded || key === 'Fn::Base64');
        }
      }
    }
  };
  visit(resource.raw.Properties, false);
  visit(resource.raw.Metadata, true); // Files and commands of AWS::CloudFormation::Init.
  const script = texts.join('\n');
  const what = formatIn(script) ?? (SECRET_REFERENCE.test(script) ? 'a secret' : undefined);
  if (what !== undefined && !found.some(({ says }) => says.endsWith(` holds ${what}`))) {
    yield { at: resource, says: `A script of ${resource.logicalId} holds ${what}` };
  }
}

/** A dynamic reference to a secret, which CloudFormation replaces by its value. */
const SECRET_REFERENCE = /\{\{resolve:(?:secretsmanager|ssm-secure):/;

/** The `Globals` of AWS SAM, which every function gets. */
function* globals(model: TemplateModel, stack: Resource['stack']): Iterable<Finding> {
  for (const node of model.nodes(stack, 'Globals')) {
    for (const { place, guard, what, where } of credentialsIn(node)) {
      yield { at: place, says: `${where} of the globals holds ${what}`, when: guard };
    }
  }
}

/** Every section of a template, which everybody can read who may read the template. */
function* notes(stack: Resource['stack']): Iterable<Finding> {
  for (const [section, content] of Object.entries(stack.template)) {
    const what = READ_ELSEWHERE.has(section) ? undefined : formatIn(JSON.stringify(withoutValues(section, content)));
    if (what !== undefined) {
      yield { at: { stack, path: section }, says: `The section ${section} of the template holds ${what}` };
    }
  }
}

const READ_ELSEWHERE: ReadonlySet<string> = new Set(['Resources', 'Globals']);

/** A section without the defaults of parameters and the values of outputs, which are judged with what fills them in. */
function withoutValues(section: string, content: unknown): unknown {
  const value = { Parameters: 'Default', Outputs: 'Value' }[section];
  return value === undefined
    ? content
    : entriesOf(content).map(([name, declared]) => [name, entriesOf(declared).filter(([key]) => key !== value)]);
}

/** Defaults of secret parameters, which are in the template. */
function* parameters(model: TemplateModel, stack: Resource['stack']): Iterable<Finding> {
  for (const [name, declaration] of entriesOf(stack.template.Parameters)) {
    const preset = scalarText(at(declaration, 'Default')) ?? '';
    const isSecret = String(at(declaration, 'NoEcho')) === 'true';
    const format = formatIn(preset);
    if (preset !== '' && (isSecret || format !== undefined)) {
      const what = format ?? 'the value of a parameter with NoEcho';
      const place = model.reader(stack).origin(`Parameters.${name}`).below('Default');
      yield { at: place, says: `The default of the parameter ${name} holds ${what}` };
    }
  }
}

/** Outputs, which everybody with read access to the stack can see. */
function* outputs(model: TemplateModel, stack: Resource['stack']): Iterable<Finding> {
  for (const [name] of entriesOf(stack.template.Outputs)) {
    const output = model.reader(stack).origin(`Outputs.${name}`).below('Value');
    const texts = model.nodes(stack, 'Outputs', name, 'Value').flatMap((node) => node.texts());
    for (const { value, guard } of texts) {
      const holes = value.filter((part) => typeof part !== 'string');
      const known = value.map((part) => (typeof part === 'string' ? part : ' ')).join('');
      const what = holes.some((hole) => hole.kind === 'parameter' && hole.secret)
        ? 'the value of a parameter with NoEcho'
        : holes.some((hole) => referenceKind(hole) === 'secret')
          ? 'a secret'
          : holes.some(isSecretAttribute)
            ? 'a secret attribute of a resource'
            : formatIn(known);
      if (what !== undefined) {
        yield { at: output, says: `The output ${name} of the stack holds ${what}`, when: guard };
      }
    }
  }
}
